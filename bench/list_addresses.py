"""Every Tickets list that the console declares: each filter with each of its values, by each sort."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bench.bulk_rows import SEARCHES, TAGS
from console import ticket_words
from console.ticket_views import AGES, ANY, BUILT_IN, ME, NOBODY, TODAY, View
from people.models import Account, Department
from tickets.paging import Position
from tickets.queries import WORK
from tickets.worklist import Order, Place

_NOT_FILTERS = {"order", "columns"}
_PAST, _FUTURE = datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list; `name` says filter and value."""

    filter: str
    name: str
    view: View

    @property
    def is_search(self) -> bool:
        return bool(self.view.q or self.view.tag)


def lists(engine: Engine) -> Iterator[Listed]:
    """All of them. Raises LookupError for a filter that is new and has no values here."""
    with Session(engine) as session:
        departments = session.scalars(select(Department.key).order_by(Department.id)).all()
        people = session.scalars(select(Account.id).order_by(Account.id)).all()
    for filter, name, view in _views(departments, people):
        for order in Order:
            yield Listed(filter, f"{name}, {order}", view.but(order=order))


def end_of(order: str) -> str:
    """The cursor of a place behind every ticket."""
    falls = order in (Order.NEWEST, Order.CHANGED)
    return Place(9, Position(_PAST if falls else _FUTURE, 0)).cursor()


def _views(departments: Sequence[str], people: Sequence[int]) -> Iterator[tuple[str, str, View]]:
    values: dict[str, Sequence[str]] = {
        "status": (*ticket_words.STATUS, ANY),
        "department": departments,
        "assignee": (ME, NOBODY, str(people[0])),
        "priority": ("1", "2", "3", "4"),
        "tag": TAGS,
        "age": tuple(AGES),
        "solved": (TODAY,),
        "q": SEARCHES,
    }
    declared = {field.name for field in fields(View)} - _NOT_FILTERS
    if changed := declared ^ set(values):
        raise LookupError(f"lists: the console's filters have changed: {', '.join(sorted(changed))}; give them values")
    for key, (_label, view) in BUILT_IN.items():
        yield "view", f"view {key}", view
    for filter, texts in values.items():
        for text in texts:
            view = View(status=ANY).but(**{filter: text})
            yield filter, f"{filter} {text}", view
            if filter != "status":
                yield f"{filter}, open", f"{filter} {text}, open", view.but(status=WORK)

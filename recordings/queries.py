"""Recordings as pages and programs read them: one statement each, whatever they hold."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from recordings.models import Recording
from tickets.models import Call, Ticket
from tickets.paging import Page, Position


@dataclass(frozen=True, slots=True)
class RecordingView:
    """A recording with the SID of its call's first leg and the number of its ticket."""

    recording: Recording
    call: str
    ticket: int | None


def recordings(
    session: Session, *, brand_id: int, state: str | None = None, limit: int, after: Position | None = None
) -> Page[RecordingView]:
    """A page of a brand's recordings, the latest ordered first."""
    statement = _rows(brand_id).order_by(Recording.id.desc()).limit(limit + 1)
    if state is not None:
        statement = statement.where(Recording.state == state)
    if after is not None:
        statement = statement.where(Recording.id < after.id)
    views = [RecordingView(*row) for row in session.execute(statement)]
    last = views[limit - 1].recording if len(views) > limit else None
    return Page(views[:limit], Position(last.expected_at, last.id) if last else None)


def recording(session: Session, *, brand_id: int, id: int) -> RecordingView | None:
    """The recording of an id."""
    row = session.execute(_rows(brand_id).where(Recording.id == id)).one_or_none()
    return RecordingView(*row) if row is not None else None


def of_call(session: Session, *, call_id: int) -> list[Recording]:
    """The recordings of a call, in the order they were ordered."""
    return list(session.scalars(select(Recording).where(Recording.call_id == call_id).order_by(Recording.id)))


def of_calls(session: Session, *, call_ids: Iterable[int]) -> list[Recording]:
    """The recordings of several calls, in the order they were ordered."""
    return list(session.scalars(select(Recording).where(Recording.call_id.in_(call_ids)).order_by(Recording.id)))


def ids_by_ticket(session: Session, *, ticket_ids: Iterable[int]) -> dict[int | None, list[int]]:
    """Ticket id → ids of the recordings of its calls, in the order they were ordered."""
    statement = (
        select(Call.ticket_id, Recording.id)
        .join(Recording, Recording.call_id == Call.id)
        .where(Call.ticket_id.in_(ticket_ids))
        .order_by(Recording.id)
    )
    ids: dict[int | None, list[int]] = defaultdict(list)
    for ticket_id, recording_id in session.execute(statement):
        ids[ticket_id].append(recording_id)
    return ids


def _rows(brand_id: int) -> Select[Recording, str, int]:
    return (
        select(Recording, Call.sid, Ticket.number)
        .join(Call, Call.id == Recording.call_id)
        .outerjoin(Ticket, Ticket.id == Call.ticket_id)
        .where(Recording.brand_id == brand_id)
    )

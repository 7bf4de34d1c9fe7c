"""Numbers of ours: which brand and flow answers each."""

from collections.abc import Container
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people import audit, revision
from people.models import PhoneNumber
from people.numbers import NumberProblem, to_e164
from people.refusals import FieldRefused, said

MOST_NAME = 80


def numbers(session: Session, *, brand_id: int, limit: int | None = None, after_id: int = 0) -> list[PhoneNumber]:
    """A brand's numbers that follow the id, oldest first; all of them without a limit. One statement."""
    statement = select(PhoneNumber).where(PhoneNumber.brand_id == brand_id, PhoneNumber.id > after_id)
    return list(session.scalars(statement.order_by(PhoneNumber.id).limit(limit)))


def add_number(
    session: Session,
    *,
    brand_id: int,
    number: str,
    flow: str,
    flows: Container[str],
    name: str,
    country: str,
    now: datetime,
    actor: str = audit.SYSTEM,
) -> PhoneNumber:
    """Add a number as people write it in `country`; `flows`: keys of those there are. Raises `FieldRefused`."""
    e164 = to_e164(number, country)
    if isinstance(e164, NumberProblem):
        raise FieldRefused("number", e164.said)
    row = {"brand_id": brand_id, "e164": e164, "flow": _flow(flow, flows), "name": _name(name)}
    made = insert(PhoneNumber).values(row).on_conflict_do_nothing(index_elements=["e164"]).returning(PhoneNumber)
    added = session.scalar(made)
    if added is None:
        raise FieldRefused("number", said("%(number)s is set up already", number=e164))
    _note(session, added, "number_added", actor, now)
    return added


def change_number(
    session: Session,
    number: PhoneNumber,
    *,
    flow: str,
    flows: Container[str],
    name: str,
    now: datetime,
    actor: str = audit.SYSTEM,
) -> bool:
    """Have another flow answer, or call it something else; False when nothing changes."""
    wanted = (_flow(flow, flows), _name(name))
    if (number.flow, number.name) == wanted:
        return False
    number.flow, number.name = wanted
    session.flush()
    _note(session, number, "number_changed", actor, now, flow=flow)
    return True


def remove_number(session: Session, number: PhoneNumber, *, now: datetime, actor: str = audit.SYSTEM) -> None:
    """Forget a number: calls to it are answered by the main flow, as any number nobody has set up."""
    _note(session, number, "number_removed", actor, now)
    session.delete(number)
    session.flush()


def _flow(key: str, flows: Container[str]) -> str:
    if key not in flows:
        raise FieldRefused("flow", said("there is no such flow"), said("choose one of the list"))
    return key


def _name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > MOST_NAME or not name.isprintable():
        raise FieldRefused("name", said("it is too long for a name"), said("keep it to %(most)s", most=MOST_NAME))
    return name


def _note(session: Session, number: PhoneNumber, action: str, actor: str, now: datetime, **facts: str) -> None:
    revision.add_one(session)
    audit.note(
        session,
        brand_id=number.brand_id,
        actor=actor,
        action=action,
        subject=f"number:{number.e164}",
        now=now,
        facts=facts,
    )

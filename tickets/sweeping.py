"""Calls whose end was never told: after two minutes without a sign of life they are over, and have their ticket."""

from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tickets.models import Call, Leg, Ticket, ticket_ids
from tickets.timeline import add_event

SILENCE = timedelta(minutes=2)


def end_silent_calls(
    session: Session, *, now: datetime, default_departments: dict[int, int], most: int = 100
) -> list[int]:
    """End calls with no sign of life for `SILENCE` and return their ids.

    default_departments: brand id → id of the department that takes calls whose matter was never known. A caller who
    leaves a message shows no sign of life either: as long as it may still come, their call goes on.
    """
    silent = session.scalars(
        select(Call)
        .where(Call.ended_at.is_(None), Call.last_seen_at < now - SILENCE, Call.direction == "inbound")
        .order_by(Call.last_seen_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for call in silent:
        if _may_be_speaking(session, call, now):
            continue
        _end(session, call, now=now, department_id=default_departments.get(call.brand_id))
    return [call.id for call in silent if call.ended_at is not None]


def _may_be_speaking(session: Session, call: Call, now: datetime) -> bool:
    """A message may last longer than the silence that makes us suspicious."""
    until = session.scalar(
        text("select max(deadline_at) from recording where call_id = :call and state = 'expected'"), {"call": call.id}
    )
    return until is not None and now < until


def _end(session: Session, call: Call, *, now: datetime, department_id: int | None) -> None:
    """The last sign of life is taken for the end; an end the carrier tells later changes nothing any more."""
    if call.ticket_id is None:
        ticket_id = session.scalars(select(ticket_ids.next_value())).one()
        session.add(
            Ticket(
                id=ticket_id,
                brand_id=call.brand_id,
                number=ticket_id,
                department_id=call.department_id or department_id,
                channel="phone",
                caller=call.from_number,
                reason="missed_call",
                born_call_id=call.id,
                demo=call.demo,
                created_at=now,
                updated_at=now,
            )
        )
        session.flush()
        call.ticket_id = ticket_id
        add_event(session, type="ticket_opened", brand_id=call.brand_id, ticket_id=call.ticket_id, call_id=call.id,
                  happened_at=now, facts={"number": call.ticket_id})  # fmt: skip
    call.status = "completed"
    call.ended_at = call.last_seen_at
    for leg in session.scalars(select(Leg).where(Leg.call_id == call.id, Leg.ended_at.is_(None))):
        leg.status, leg.ended_at = "completed", call.last_seen_at
    add_event(session, type="call_ended", brand_id=call.brand_id, ticket_id=call.ticket_id, call_id=call.id,
              happened_at=call.last_seen_at, recorded_at=now,
              facts={"status": "completed", "why": "no sign of life"})  # fmt: skip

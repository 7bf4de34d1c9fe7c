"""Calls that come in: somebody rings one of the account's numbers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from simulator.clock import CallClock
from simulator.leg import Leg
from simulator.person import Person
from simulator.records import Address, Call

if TYPE_CHECKING:
    from simulator.carrier import Carrier


def ringing(
    carrier: Carrier,
    *,
    from_: str,
    to: str,
    person: Person,
    at: datetime | None = None,
    forwarded_from: str | None = None,
    caller_name: str | None = None,
    stir: str | None = None,
    number: int | None = None,
) -> Leg:
    """An inbound call that rings and is not performed yet: `perform_inbound` does that."""
    rung = carrier.store.number(to)
    clock = CallClock(carrier.now, start=at)
    call = Call(
        sid=carrier.new_sid("CA"),
        from_=from_,
        to=to,
        direction="inbound",
        created_at=clock.now(),
        started_at=clock.now(),
        status="ringing",
        number_sid=rung.sid if rung else None,
        forwarded_from=forwarded_from,
        caller_name=caller_name if rung and rung.caller_id_lookup else None,
        stir=stir,
        at=at.isoformat().replace("+00:00", "Z") if at else None,
        number=carrier.next_number() if number is None else number,
    )
    fallback = None
    if rung is not None:
        fallback = Address(rung.voice_fallback_url, rung.voice_fallback_method)
        if rung.status_callback:
            call.status_callback = Address(rung.status_callback, rung.status_callback_method)
    carrier.store.save(call)
    leg = Leg(call, person, clock, fallback=fallback)
    carrier.begin(leg)
    return leg

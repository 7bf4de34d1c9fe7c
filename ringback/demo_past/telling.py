"""One day of the past, told: its calls, the work they ask for and what people did about them, in order of time."""

import heapq
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from core import logs
from ringback.demo_past.plan import Day, PlannedCall, Touch
from ringback.demo_past.touching import touch
from ringback.demo_past.world import World
from tickets.models import Call

Deed = PlannedCall | Touch

FETCH = "fetch_recording"
"""Never left over: the carrier that has the recordings lasts no longer than the world."""

log = logs.get(__name__)


def tell(world: World, day: Day, *, until: datetime) -> int:
    """Tell the day and what followed from it up to this moment; how many calls were made."""
    sids: dict[str, str] = {}
    all_deeds: tuple[Deed, ...] = (*day.calls, *day.touches)
    deeds = [(deed.at, place, deed) for place, deed in enumerate(all_deeds)]
    heapq.heapify(deeds)
    if deeds:
        world.start_at(deeds[0][0])
    for moment in _work_between(world, deeds, until):
        world.clock.reach(moment)
        while deeds and deeds[0][0] <= moment:
            _do(world, heapq.heappop(deeds)[2], sids)
        world.work()
    while (due := world.next_work_at(job=FETCH)) is not None:
        world.clock.reach(due)
        world.work()
    world.clock.reach(until)
    world.account_for_recordings()
    return len(day.calls)


def _work_between(world: World, deeds: list[tuple[datetime, int, Deed]], until: datetime) -> Iterator[datetime]:
    """The moments at which something happens, in order: a deed, or work that falls due."""
    while True:
        due = world.next_work_at()
        coming = [moment for moment in (due, deeds[0][0] if deeds else None) if moment is not None and moment <= until]
        if not coming:
            return
        yield min(coming)


def _do(world: World, deed: Deed, sids: dict[str, str]) -> None:
    if isinstance(deed, PlannedCall):
        result = world.tell(deed.story, answers=deed.answers)
        sids.setdefault(deed.key, result.call_sid)
        if result.failure is not None:
            log.warning("story_went_otherwise", story=deed.story.name, why=result.failure)
        return
    with world.transaction() as session:
        ticket_id = session.scalar(select(Call.ticket_id).where(Call.sid == sids.get(deed.key)))
        if ticket_id is not None:
            touch(session, ticket_id=ticket_id, touch=deed, now=world.clock())

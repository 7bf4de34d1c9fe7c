"""A page of the carrier's lists beside our record: what is known here, and what is to be left as it is."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.carrier_calls import OVER
from core.carrier_lists import CarrierLists, ListedCall, ListedRecording
from ivr.reconciling_report import Left
from people.directory import Directory
from recordings.models import Recording
from routing.callback_finding import attempts_of
from tickets.models import Call, Leg


class Leading:
    """Whether a number's calls are answered here: set up here, or pointed here at the carrier. Asked when needed."""

    def __init__(self, lists: CarrierLists, account_sid: str, directory: Directory, voice_base: str) -> None:
        self._lists, self._account_sid = lists, account_sid
        self._directory, self._voice_base = directory, voice_base
        self._urls: Mapping[str, str] | None = None

    def __call__(self, number: str) -> bool:
        if self._directory.number(number) is not None:
            return True
        if self._urls is None:
            self._urls = self._lists.voice_urls(self._account_sid)
        return self._urls.get(number, "").startswith(self._voice_base)


Known = Mapping[str, tuple[bool, bool, str]]
"""Calls by SID: is the end known, is the duration known, direction."""


@dataclass(frozen=True, slots=True)
class KnownLeg:
    """A leg in our record: of a call we placed? Is its end known, and, as no guess knows it, its duration?"""

    placed: bool
    ended: bool
    measured: bool


Legs = Mapping[str, KnownLeg]
"""Legs by SID."""


def known_calls(session: Session, account_sid: str, page: Sequence[ListedCall]) -> tuple[Known, Legs]:
    """Which calls of a page are known here, and which as a leg of one.

    The customer's leg, below one that we placed, is known by that one: its end was not told where nothing of it was.
    One that an attempt may have placed, whose id never reached us, counts as its leg (routing/callback_finding.py).
    """
    sids = [listed.sid for listed in page]
    rows = session.execute(
        select(Call.sid, Call.ended_at.is_not(None), Call.duration.is_not(None), Call.direction).where(
            Call.account_sid == account_sid, Call.sid.in_(sids)
        )
    ).all()
    legs = dict(_legs(session, account_sid, {sid for one in page for sid in (one.sid, one.parent_sid) if sid}))
    untold = KnownLeg(placed=True, ended=False, measured=False)
    strangers = [listed for listed in page if listed.sid not in legs]
    legs |= dict.fromkeys(attempts_of(session, strangers, account_sid=account_sid), untold)
    for listed in page:
        if (above := legs.get(listed.parent_sid or "")) is not None and above.placed:
            legs.setdefault(listed.sid, untold)
    return {sid: (ended, measured, direction) for sid, ended, measured, direction in rows}, legs


def known_recordings(
    session: Session, account_sid: str, page: Sequence[ListedRecording]
) -> tuple[Mapping[str, str], Collection[str]]:
    """The states of a page's recordings that are known here, and which of their legs are."""
    rows = session.execute(
        select(Recording.sid, Recording.state).where(
            Recording.account_sid == account_sid, Recording.sid.in_([listed.sid for listed in page])
        )
    ).all()
    states = {str(sid): state for sid, state in rows}
    return states, _legs(session, account_sid, {listed.call_sid for listed in page})


def why_leave(
    listed: ListedCall, known: Known, legs: Legs, until: datetime, leads_here: Callable[[str], bool]
) -> Left | None:
    """Why this call is left as it is; None when it is to be repaired."""
    ended, measured, direction = known.get(listed.sid, (False, False, "inbound"))
    is_known, leg = listed.sid in known, legs.get(listed.sid)
    if leg is not None and leg.placed:
        ended, measured = leg.ended, leg.measured
    if ended and (measured or listed.duration is None):
        return Left.KNOWN
    if leg is not None and not leg.placed and not is_known:
        return Left.KNOWN
    if leg is None and (listed.direction != "inbound" or direction != "inbound"):
        # Those we place are known by their attempts, which the sweep of callbacks ends.
        return Left.PLACED
    if listed.status not in OVER:
        return Left.GOES_ON
    if listed.ended_at is None or listed.ended_at > until:
        return Left.FRESH
    return None if is_known or leg is not None or leads_here(listed.to) else Left.ELSEWHERE


def what_of(listed: ListedCall, known: Known, legs: Legs) -> str:
    """What is to be repaired of a call that is not left: a word of `Repaired`."""
    if (leg := legs.get(listed.sid)) is not None and leg.placed:
        return "leg"
    if listed.sid not in known:
        return "call"
    return "duration" if known[listed.sid][0] else "end"


def _legs(session: Session, account_sid: str, sids: Iterable[str]) -> Legs:
    rows = session.execute(
        select(Leg.sid, Call.direction == "outbound", Leg.ended_at.is_not(None), Leg.duration.is_not(None))
        .join(Call, Call.id == Leg.call_id)
        .where(Leg.account_sid == account_sid, Leg.sid.in_(list(sids)))
    ).all()
    return {str(sid): KnownLeg(bool(placed), bool(ended), bool(measured)) for sid, placed, ended, measured in rows}

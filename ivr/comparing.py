"""A page of the carrier's lists beside our record: what is known here, and what is to be left as it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.carrier_lists import CarrierLists, ListedCall, ListedRecording
from ivr.reconciling_report import Left
from people.directory import Directory
from recordings.models import Recording
from tickets.models import Call, Leg

_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


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


def known_calls(session: Session, account_sid: str, page: Sequence[ListedCall]) -> tuple[Known, set[str]]:
    """Which calls of a page are known here, and which are known as a leg of one."""
    sids = [listed.sid for listed in page]
    rows = session.execute(
        select(Call.sid, Call.ended_at.is_not(None), Call.duration.is_not(None), Call.direction).where(
            Call.account_sid == account_sid, Call.sid.in_(sids)
        )
    ).all()
    return {sid: (ended, measured, direction) for sid, ended, measured, direction in rows}, _legs(
        session, account_sid, sids
    )


def known_recordings(
    session: Session, account_sid: str, page: Sequence[ListedRecording]
) -> tuple[Mapping[str, str], set[str]]:
    """The states of a page's recordings that are known here, and which of their legs are."""
    rows = session.execute(
        select(Recording.sid, Recording.state).where(
            Recording.account_sid == account_sid, Recording.sid.in_([listed.sid for listed in page])
        )
    ).all()
    states = {str(sid): state for sid, state in rows}
    return states, _legs(session, account_sid, {listed.call_sid for listed in page})


def why_leave(
    listed: ListedCall, known: Known, legs: set[str], until: datetime, leads_here: Callable[[str], bool]
) -> Left | None:
    """Why this call is left as it is; None when it is to be repaired."""
    ended, measured, direction = known.get(listed.sid, (False, False, "inbound"))
    is_known = listed.sid in known
    if ended and (measured or listed.duration is None):
        return Left.KNOWN
    if not is_known and listed.sid in legs:
        return Left.KNOWN
    if listed.direction != "inbound" or direction != "inbound":
        # Those we place are known by their attempts, and mended by the sweep of callbacks.
        return Left.PLACED
    if listed.status not in _OVER:
        return Left.GOES_ON
    if listed.ended_at is None or listed.ended_at > until:
        return Left.FRESH
    return None if is_known or leads_here(listed.to) else Left.ELSEWHERE


def what_of(listed: ListedCall, known: Known) -> str:
    """What is to be repaired of a call that is not left: a word of `Repaired`."""
    if listed.sid not in known:
        return "call"
    return "duration" if known[listed.sid][0] else "end"


def _legs(session: Session, account_sid: str, sids: Iterable[str]) -> set[str]:
    return set(session.scalars(select(Leg.sid).where(Leg.account_sid == account_sid, Leg.sid.in_(list(sids)))))

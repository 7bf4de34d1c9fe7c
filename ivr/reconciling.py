"""Reconciliation: what the carrier knows of calls and recordings, and we never heard, is written down after all.

Webhooks can be lost for good: this host was away, the carrier repeated them in vain. Its lists of the last day are
read and compared; what is missing here is written as the webhook would have been (ivr/told_afterwards.py). Running it
again, or in two places, repairs nothing twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, Self

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.carrier import Carrier
from core.carrier_errors import CarrierError
from core.carrier_lists import CarrierLists
from core.clock import Clock
from core.database import transaction
from health.reconciliations import keep
from ivr.comparing import Leading, known_calls, known_recordings, what_of, why_leave
from ivr.forms import FormProblem
from ivr.reconciling_report import Left, Report
from ivr.told_afterwards import Repaired, tell_end, tell_leg, tell_recording
from people.directory import Directory
from people.directory_loading import InSession, load
from recordings.models import RecordingState

log = structlog.get_logger(__name__)

LOOK_BACK = timedelta(hours=26)
"""A day, and as much again as passes between two runs."""
GRACE = timedelta(minutes=5)
"""What ended more recently may still be told by its webhook, or by the journal of an outage that just ended."""

_TOLD = frozenset({"completed", "absent", "failed"})
_SETTLED = (RecordingState.READY, RecordingState.STORED, RecordingState.DELETED)


class ReconcilingSettings(Protocol):
    """The settings read here."""

    @property
    def twilio_account_sid(self) -> str | None: ...
    @property
    def twilio_api_url(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    @property
    def demo(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Reconciling:
    """Compares and repairs. account_sid: the installation's own account; voice_base: where calls are answered here."""

    engine: Engine
    lists: CarrierLists
    account_sid: str
    api_url: str
    voice_base: str
    demo: bool
    clock: Clock

    @classmethod
    def from_settings(cls, settings: ReconcilingSettings, *, engine: Engine, carrier: Carrier, clock: Clock) -> Self:
        """For an installation."""
        return cls(
            engine=engine,
            lists=CarrierLists(carrier),
            account_sid=settings.twilio_account_sid or "",
            api_url=settings.twilio_api_url,
            voice_base=f"{settings.public_url}/voice/",
            demo=settings.demo,
            clock=clock,
        )

    def run(self, *, since: datetime | None = None, dry_run: bool = False) -> Report:
        """Look at every account's calls and recordings that began after `since` (default: `LOOK_BACK` ago).

        The report is kept for the Health page. dry_run: only say what would be repaired, and keep nothing. A list that
        cannot be read is told in the report; the others are read.
        """
        began_at = self.clock()
        report = Report(since=since or began_at - LOOK_BACK, began_at=began_at, dry_run=dry_run)
        with transaction(self.engine) as session:
            directory = load(InSession(session), now=began_at)
        for account_sid in self._accounts(directory, report):
            try:
                self._calls(account_sid, directory, report)
                self._recordings(account_sid, report)
            except CarrierError as trouble:
                report.unread[account_sid] = str(trouble)
        if not dry_run:
            self._keep(report)
        log.info("reconciled", repaired=len(report.repaired), left=sum(report.left.values()), unread=len(report.unread))
        return report

    def _accounts(self, directory: Directory, report: Report) -> list[str]:
        found = dict.fromkeys([self.account_sid] if self.account_sid else [])
        for account in directory.accounts:
            if account.tokens is not None or account.api_base not in (None, self.api_url):
                report.unread[account.account_sid] = "it has credentials or an address of its own"
            else:
                found[account.account_sid] = None
        return list(found)

    def _calls(self, account_sid: str, directory: Directory, report: Report) -> None:
        leads_here = Leading(self.lists, account_sid, directory, self.voice_base)
        until = report.began_at - GRACE
        for page in self.lists.calls(account_sid, since=report.since, until=until):
            report.calls += len(page)
            with transaction(self.engine) as session:
                known, legs = known_calls(session, account_sid, page)
            for listed in sorted(page, key=lambda listed: listed.parent_sid is not None):  # a leg after the one above
                if listed.account_sid != account_sid:
                    report.leave(Left.OTHER_ACCOUNT)
                elif (why := why_leave(listed, known, legs, until, leads_here)) is None:
                    what = what_of(listed, known, legs)
                    of_end = partial(tell_end, directory=directory, demo=self.demo)
                    tell = partial(tell_leg if what == "leg" else of_end, listed=listed, now=self.clock())
                    self._repair(report, listed.sid, what, tell)
                elif why is not Left.KNOWN:
                    report.leave(why)

    def _recordings(self, account_sid: str, report: Report) -> None:
        until = report.began_at - GRACE
        for page in self.lists.recordings(account_sid, since=report.since, until=until):
            report.recordings += len(page)
            with transaction(self.engine) as session:
                states, legs = known_recordings(session, account_sid, page)
            for listed in page:
                state = states.get(listed.sid)
                if listed.account_sid != account_sid:
                    report.leave(Left.OTHER_ACCOUNT)
                elif state in _SETTLED:
                    continue
                elif listed.status not in _TOLD:
                    report.leave(Left.GOES_ON)
                elif listed.changed_at is None or listed.changed_at > until:
                    report.leave(Left.FRESH)
                elif listed.call_sid not in legs and not report.would_know(listed.call_sid):
                    report.leave(Left.NO_CALL)
                else:
                    what = "fetch" if state == RecordingState.MISSING else "recording"
                    tell = partial(tell_recording, listed=listed, demo=self.demo, now=self.clock())
                    self._repair(report, listed.sid, what, tell)

    def _repair(self, report: Report, sid: str, what: str, tell: Callable[[Session], Repaired | None]) -> None:
        """One repair, in a transaction of its own: what was repaired stays so whatever comes after it."""
        if report.dry_run:
            report.repaired.append(Repaired(what, sid, 0))
            return
        try:
            with transaction(self.engine) as session:
                repaired = tell(session)
        except FormProblem as problem:
            log.warning("reconciling_without", sid=sid, parameter=str(problem))
            report.leave(Left.NOT_UNDERSTOOD)
        except IntegrityError:  # a webhook told it in the same moment, under another key
            report.leave(Left.TOLD)
        else:
            if repaired is None:
                report.leave(Left.TOLD)
            else:
                report.repaired.append(repaired)

    def _keep(self, report: Report) -> None:
        with transaction(self.engine) as session:
            keep(
                session,
                since=report.since,
                began_at=report.began_at,
                ended_at=self.clock(),
                repaired=len(report.repaired),
                unread="; ".join(report.unread.values()),
                report=report.kept(),
            )

"""The check of the journal: what the database has not got yet."""

from datetime import datetime
from typing import Protocol

from health.checks import LATE, Check, Tone
from people.refusals import said


class Kept(Protocol):
    """What the journal's folder tells (ivr.journal_folder.JournalState)."""

    @property
    def records(self) -> int: ...
    @property
    def oldest_at(self) -> datetime | None: ...
    @property
    def refused(self) -> int: ...
    @property
    def damaged(self) -> int: ...


def journal(kept: Kept, now: datetime) -> Check:
    """Whether what was kept during an outage reaches the database."""
    name = said("Journal")
    if kept.refused or kept.damaged:
        seen = said(
            "%(refused)s refused by the database, %(damaged)s damaged", refused=kept.refused, damaged=kept.damaged
        )
        cure = said("Look at them: bin/ringback journal show. The runbook says what to do.")
        return Check("journal", name, seen, Tone.BAD, cure)
    waiting = said("%(count)s waiting for the database", count=kept.records)
    if kept.oldest_at is not None and now - kept.oldest_at > LATE:
        cure = said("Is the database migrated and writable? bin/ringback doctor, then bin/ringback journal drain.")
        return Check("journal", name, waiting, Tone.BAD, cure, at=kept.oldest_at)
    return Check("journal", name, waiting, at=kept.oldest_at)

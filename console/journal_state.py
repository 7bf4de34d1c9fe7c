"""How the journal is doing: what the database has not got yet, and the cure."""

from datetime import datetime
from typing import Protocol

from console.health_state import LATE, Line
from console.language import _


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


def line(kept: Kept, *, now: datetime) -> Line:
    """The page's line."""
    name = _("Journal")
    if kept.refused or kept.damaged:
        seen = _("%(refused)s refused by the database, %(damaged)s damaged") % {
            "refused": kept.refused,
            "damaged": kept.damaged,
        }
        return Line(name, seen, "bad", _("Look at them: bin/ringback journal show. The runbook says what to do."))
    waiting = _("%(count)s waiting for the database") % {"count": kept.records}
    if kept.oldest_at is not None and now - kept.oldest_at > LATE:
        cure = _("Is the database migrated and writable? bin/ringback doctor, then bin/ringback journal drain.")
        return Line(name, waiting, "bad", cure, at=kept.oldest_at)
    return Line(name, waiting, at=kept.oldest_at)

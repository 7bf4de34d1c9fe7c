"""The checks: each says what was seen, how bad that is, and the cure."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from health.figures import Figures
from health.models import Why
from people.refusals import NOTHING, Said, said

LATE = timedelta(minutes=5)
LITTLE_SPACE = 0.10
NOT_COMPARED = timedelta(hours=3)


class Tone(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """To be looked at; nothing is lost."""
    BAD = "bad"
    """Needs a person now."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the installation. part: a stable word; at: a moment that belongs to it."""

    part: str
    name: Said
    seen: Said
    tone: Tone = Tone.OK
    cure: Said = NOTHING
    at: datetime | None = None


def checks(seen: Figures, *, data: Path, public_url: str, now: datetime) -> list[Check]:
    """Every check, in the order of their importance. `data`: the data folder, whose disk is looked at."""
    makers: tuple[Callable[[], Check], ...] = (
        lambda: webhooks(seen),
        lambda: signatures(seen, public_url),
        lambda: jobs(seen, now),
        lambda: failures(seen),
        lambda: timetable(seen, now),
        lambda: reconciliation(seen, now),
        lambda: recordings(seen),
        lambda: callbacks(seen),
        lambda: disk(data),
        lambda: database(seen),
    )
    return [make() for make in makers]


def webhooks(seen: Figures) -> Check:
    """Whether the carrier reaches us at all."""
    name = said("Last webhook")
    if seen.last_webhook_at is None:
        cure = said("Point a number here (Numbers), or in the demo: bin/ringback call.")
        return Check("webhooks", name, said("never"), Tone.WARN, cure)
    in_progress = said("calls in progress: %(count)s", count=seen.calls_open)
    return Check("webhooks", name, in_progress, at=seen.last_webhook_at)


def signatures(seen: Figures, public_url: str) -> Check:
    """Webhooks that were refused in the last day."""
    name = said("Signatures")
    if not seen.webhooks_refused:
        return Check("signatures", name, said("every webhook of the last day was signed as it should be"))
    count = said(
        "%(count)s webhooks refused in the last day, the last at %(path)s",
        count=seen.webhooks_refused,
        path=seen.refused_path,
    )
    why = Why(seen.refused_why or Why.WRONG_SIGNATURE)
    cure = said(CURES[why].text, PUBLIC_URL=public_url, signed_for=seen.refused_signed_for or "")
    tone = Tone.BAD if why in (Why.WRONG_SIGNATURE, Why.OTHER_ADDRESS) else Tone.WARN
    return Check("signatures", name, count, tone, cure, at=seen.refused_at)


CURES = {
    Why.UNSIGNED: said(
        "It had no signature: somebody other than the carrier sent it, or a proxy takes the X-Twilio-Signature header "
        "away. If callers hear an error, have the proxy pass that header on."
    ),
    Why.WRONG_SIGNATURE: said(
        "Its signature fits no token. Compare TWILIO_AUTH_TOKEN with the carrier's console (while rotating, give "
        "both), and PUBLIC_URL, %(PUBLIC_URL)s, with the address the carrier calls. If calls are well, somebody "
        "forged it."
    ),
    Why.OTHER_ADDRESS: said(
        "The carrier signs for %(signed_for)s, but PUBLIC_URL is %(PUBLIC_URL)s. Give that address as PUBLIC_URL, or "
        "point the number here anew: bin/ringback carrier setup."
    ),
    Why.WRONG_DIGEST: said(
        "A body was changed on its way: have the proxy pass bodies on as they are. If calls are well, somebody "
        "forged it."
    ),
    Why.TOO_LARGE: said("It was larger than any webhook: somebody other than the carrier sent it."),
    Why.NO_FORM: said(
        "It was no form: set the number's webhooks to HTTP POST, or somebody other than the carrier sent it."
    ),
}


def jobs(seen: Figures, now: datetime) -> Check:
    """Whether background work is done."""
    name, waiting = said("Background work"), said("%(count)s waiting", count=seen.jobs_open)
    if seen.oldest_due_at is not None and now - seen.oldest_due_at > LATE:
        cure = said("Is a worker running? bin/ringback worker, and Redis?")
        return Check("jobs", name, waiting, Tone.BAD, cure, at=seen.oldest_due_at)
    return Check("jobs", name, waiting)


def failures(seen: Figures) -> Check:
    """Jobs that wait for a person's decision."""
    name = said("Failed jobs")
    if not seen.jobs_failed:
        return Check("failed_jobs", name, said("none"))
    cure = said("Read why on the Health page, mend the cause, and try again.")
    return Check("failed_jobs", name, said("%(count)s failed for good", count=seen.jobs_failed), Tone.BAD, cure)


def timetable(seen: Figures, now: datetime) -> Check:
    """Whether what recurs does."""
    name = said("Timetable")
    if seen.timetable_at is None or now - seen.timetable_at > LATE:
        cure = said("Is the timetable running? bin/ringback timetable")
        return Check("timetable", name, said("stands still"), Tone.BAD, cure, at=seen.timetable_at)
    return Check("timetable", name, said("running"), at=seen.timetable_at)


def reconciliation(seen: Figures, now: datetime) -> Check:
    """Whether our record was compared with the carrier's lists, and what they told that no webhook had."""
    part, name = "reconciliation", said("Compared with the carrier")
    if seen.reconciled_at is None:
        return Check(part, name, said("not yet"))
    if seen.reconciled_unread:
        why = said("its lists could not be read: %(why)s", why=seen.reconciled_unread)
        cure = said("Read the carrier's status page, then: bin/ringback reconcile")
        return Check(part, name, why, Tone.WARN, cure, at=seen.reconciled_at)
    if now - seen.reconciled_at > NOT_COMPARED:
        cure = said("Is a worker running? Then: bin/ringback reconcile")
        return Check(part, name, said("not for hours"), Tone.WARN, cure, at=seen.reconciled_at)
    if seen.reconciled_repaired:
        repaired = said("%(count)s calls or recordings repaired in the last day", count=seen.reconciled_repaired)
        cure = said("Webhooks were lost: see whether this address was reachable (docs/runbook.md).")
        return Check(part, name, repaired, Tone.WARN, cure, at=seen.reconciled_at)
    return Check(part, name, said("nothing was missing here in the last day"), at=seen.reconciled_at)


def recordings(seen: Figures) -> Check:
    """Audio that ought to be here."""
    name, waiting = said("Recordings"), said("%(count)s on their way", count=seen.recordings_awaited)
    if not seen.recordings_missing_this_week:
        return Check("recordings", name, waiting)
    missing = said(
        "%(missing)s missing this week, %(waiting)s on their way",
        missing=seen.recordings_missing_this_week,
        waiting=seen.recordings_awaited,
    )
    cure = said("Read why on their tickets; the carrier keeps recordings and can be asked.")
    return Check("recordings", name, missing, Tone.WARN, cure)


def callbacks(seen: Figures) -> Check:
    """Promises that are open."""
    kept = said("%(count)s promised and not kept yet", count=seen.callbacks_open)
    return Check("callbacks", said("Callbacks"), kept)


def disk(data: Path) -> Check:
    """Room for recordings and the database."""
    usage = shutil.disk_usage(data if data.exists() else data.anchor)
    free = said("%(free)s GB free of %(total)s GB", free=f"{usage.free / 1e9:,.0f}", total=f"{usage.total / 1e9:,.0f}")
    if usage.free < LITTLE_SPACE * usage.total:
        cure = said("Make room, or give RINGBACK_DATA a larger disk.")
        return Check("disk", said("Disk"), free, Tone.BAD, cure)
    return Check("disk", said("Disk"), free)


def database(seen: Figures) -> Check:
    """Which database, and how large."""
    what = said(
        "PostgreSQL %(version)s, %(size)s MB",
        version=seen.server_version.split()[0],
        size=f"{seen.database_bytes / 1e6:,.0f}",
    )
    return Check("database", said("Database"), what)

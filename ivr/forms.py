"""The carrier's parameters as typed values. Unknown ones are ignored, missing ones are None, none are trusted."""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from callflows.flow import Heard
from people.numbers import is_withheld

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
STATUSES = {
    "queued": "queued",
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "in_progress",
    "answered": "in_progress",
    "completed": "completed",
    "busy": "busy",
    "failed": "failed",
    "no-answer": "no_answer",
    "canceled": "canceled",
}
LONGEST_SPEECH = 1000
MOST_CHANNELS = 32


class FormProblem(ValueError):
    """A parameter without which the request means nothing is missing or malformed; the message names it."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is on the call: ids are opaque text; `caller` is None for a withheld number."""

    account_sid: str
    call_sid: str
    caller: str | None
    called: str | None
    withheld: bool
    attestation: str | None
    direction: str
    parent_sid: str | None

    @property
    def first_sid(self) -> str:
        """The id of the conversation's first leg."""
        return self.parent_sid or self.call_sid

    @property
    def attested(self) -> bool | None:
        """False when the carrier's caller ID check failed, True when it passed, None when it says nothing."""
        if not self.attestation or not self.attestation.startswith("TN-Validation-"):
            return None
        return self.attestation.startswith("TN-Validation-Passed")


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A call progress event (carrier doc: StatusCallback)."""

    parties: Parties
    status: str
    sequence: int
    happened_at: datetime | None
    duration: int | None


@dataclass(frozen=True, slots=True)
class RecordingNews:
    """A recording status event. `part` comes from our own URL; without it, the recording's id stands for it."""

    parties: Parties
    recording_sid: str
    status: str
    part: str
    duration: float | None
    channels: int | None
    source: str | None


def parties(form: Mapping[str, str]) -> Parties:
    """Who is on the call. Raises `FormProblem` without CallSid or AccountSid."""
    raw_caller = _clean(form.get("From", ""))
    withheld = is_withheld(raw_caller)
    return Parties(
        account_sid=_sid(form, "AccountSid"),
        call_sid=_sid(form, "CallSid"),
        caller=None if withheld else raw_caller[:100],
        called=_clean(form.get("To", ""))[:100] or None,
        withheld=withheld,
        attestation=_clean(form.get("StirVerstat", ""))[:60] or None,
        direction="outbound" if form.get("Direction", "inbound").startswith("outbound") else "inbound",
        parent_sid=_sid(form, "ParentCallSid") if form.get("ParentCallSid") else None,
    )


def heard(form: Mapping[str, str]) -> Heard:
    """What the caller did: keys, words, or a message (a Record action carries RecordingUrl or RecordingDuration)."""
    is_recording = "RecordingDuration" in form or "RecordingUrl" in form or "RecordingSid" in form
    digits = re.sub(r"[^0-9*#a-dA-D]", "", form.get("Digits", ""))[:64]
    if is_recording:
        return Heard(finished=_clean(form.get("Digits", ""))[:10], recorded=_whole(form.get("RecordingDuration")) or 0)
    return Heard(
        digits=digits,
        speech=_clean(form.get("SpeechResult", ""))[:LONGEST_SPEECH],
        confidence=_fraction(form.get("Confidence")),
    )


def status_change(form: Mapping[str, str]) -> StatusChange:
    """A call progress event. Raises `FormProblem` for an unknown or missing CallStatus."""
    status = STATUSES.get(form.get("CallStatus", ""))
    if status is None:
        raise FormProblem("CallStatus")
    return StatusChange(
        parties=parties(form),
        status=status,
        sequence=_whole(form.get("SequenceNumber")) or 0,
        happened_at=_mail_date(form.get("Timestamp")),
        duration=_whole(form.get("CallDuration")),
    )


def recording_news(form: Mapping[str, str], part: str) -> RecordingNews:
    """A recording status event. Raises `FormProblem` without RecordingSid or a known RecordingStatus."""
    status = form.get("RecordingStatus", "completed")
    if status not in ("in-progress", "completed", "absent", "failed"):
        raise FormProblem("RecordingStatus")
    recording_sid = _sid(form, "RecordingSid")
    return RecordingNews(
        parties=parties(form),
        recording_sid=recording_sid,
        status=status,
        part=_clean(part)[:80] or recording_sid,
        duration=_fraction(form.get("RecordingDuration"), most=100_000.0),
        channels=_whole(form.get("RecordingChannels"), most=MOST_CHANNELS),
        source=_clean(form.get("RecordingSource", ""))[:60] or None,
    )


def pretended_time(form: Mapping[str, str], tokens: Sequence[str]) -> datetime | None:
    """The time a demo caller chose, if it is signed by one of the account's tokens; else None.

    The carrier never sends it: only the simulator does (RingbackAt, RingbackAtSignature).
    """
    at, signature = form.get("RingbackAt"), form.get("RingbackAtSignature", "")
    if not at:
        return None
    text = f"{form.get('CallSid', '')}|{at}".encode()
    good = any(
        hmac.compare_digest(hmac.new(token.encode(), text, "sha256").hexdigest().encode(), signature.encode())
        for token in tokens
    )
    if not good:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _sid(form: Mapping[str, str], name: str) -> str:
    value = _clean(form.get(name, "")).strip()
    if not value or len(value) > 128:
        raise FormProblem(name)
    return value


def _clean(text: str) -> str:
    return CONTROL.sub("", text)


def _whole(text: str | None, *, most: int = 999_999_999) -> int | None:
    if text is None or not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return None
    return int(text) if int(text) <= most else None


def _fraction(text: str | None, *, most: float = 1.0) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and 0.0 <= number <= most else None


def _mail_date(text: str | None) -> datetime | None:
    """RFC 2822, in GMT; a malformed one is no reason to refuse the event."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

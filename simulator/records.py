"""What the carrier keeps of numbers, calls and recordings."""

from dataclasses import dataclass, field
from datetime import datetime

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The states a call does not leave."""


@dataclass(frozen=True)
class Address:
    """A webhook's place: where, how, and for which events."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True)
class Problem:
    """Something the carrier would have complained about, with its number; `url` is the document it was in."""

    code: int
    message: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" ({self.url})" if self.url else "")


@dataclass
class Number:
    """A telephone number of the account, and where its calls go."""

    sid: str
    number: str
    friendly_name: str
    created_at: datetime
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    caller_id_lookup: bool = False
    updated_at: datetime | None = None


@dataclass
class Call:
    """One leg of a call. `at` is the pretended time of a demo call, as it is posted; `number` counts all legs."""

    sid: str
    from_: str
    to: str
    direction: str
    created_at: datetime
    status: str = "queued"
    parent_sid: str | None = None
    number_sid: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    updated_at: datetime | None = None
    ended_by: str | None = None
    answered_by: str | None = None
    forwarded_from: str | None = None
    caller_name: str | None = None
    stir: str | None = None
    at: str | None = None
    sip_code: str | None = None
    status_callback: Address | None = None
    events_sent: int = 0
    number: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether the call has ended, in whatever way."""
        return self.status in OVER

    @property
    def seconds(self) -> int:
        """Whole seconds from answer to end; 0 while it lasts, or when nobody answered."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(0, round((self.ended_at - self.answered_at).total_seconds()))


@dataclass
class Recording:
    """One recording; its sound is kept apart, by SID."""

    sid: str
    call_sid: str
    source: str
    channels: int
    created_at: datetime
    status: str = "processing"
    seconds: int = -1
    conference_sid: str | None = None
    track: str = "both"
    words: str = ""
    callback: Address | None = None
    updated_at: datetime | None = None
    error_code: int | None = None
    fate: str = ""
    """What befalls its sound when it is asked for (see `liar`)."""

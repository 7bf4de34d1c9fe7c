"""A call's handle: what the browser needs to go on with its call, sealed so that nobody can name another's."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer

LONGEST = timedelta(hours=12)
"""How long a handle can be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A call somebody made here: its SID, who it seems to come from, its pretended time, and how the line sounds."""

    sid: str
    caller: str
    at: str | None = None
    line: str = "normal"

    @property
    def moment(self) -> datetime | None:
        """The pretended time."""
        return datetime.fromisoformat(self.at) if self.at else None


class UnknownHandleError(LookupError):
    """No handle of ours, or one that is too old."""


class Handles:
    """Seals handles under the installation's first secret key; every key opens them."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        # The library signs with the last key.
        self._sealing = URLSafeTimedSerializer(list(reversed(secret_keys)), salt="ringback phone 1")

    def seal(self, held: Held) -> str:
        """The handle, fit for a path."""
        return str(self._sealing.dumps(asdict(held)))

    def open(self, handle: str) -> Held:
        """The call it names; raises UnknownHandleError."""
        try:
            return Held(**self._sealing.loads(handle, max_age=int(LONGEST.total_seconds())))
        except (BadSignature, TypeError) as problem:
            raise UnknownHandleError(str(problem)) from None

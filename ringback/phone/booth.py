"""The phone booth: the simulator's phones, and what a call from the browser may choose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from core.config import Settings
from core.limits import Limit
from people.directory import Brand, Directory
from ringback.demo_line import NUMBER, account_of
from ringback.phone import callers, pretending
from ringback.phone.handles import Handles, Held
from simulator.client import RemoteDesk
from simulator.desk import PhoneDesk

CONFIDENCE = {"normal": 0.93, "noisy": 0.55}
"""How sure the carrier's recogniser is of what is said, by how the line sounds: noisy is where the line asks back."""


class ChoiceError(ValueError):
    """A choice that is not offered now: `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Booth:
    """What the phone's pages need; one for each web worker."""

    desk: PhoneDesk
    directory: Callable[[], Directory]
    handles: Handles
    limit: Limit = field(default_factory=Limit)

    @property
    def brand(self) -> Brand:
        """Whose line the demo's number is."""
        return self.directory().brand_of(NUMBER)

    def moments(self, now: datetime) -> dict[str, datetime | None]:
        """The times a call can pretend."""
        return pretending.moments(self.directory(), self.brand, now=now)

    def call(self, session: Session, *, who: str, when: str, line: str, now: datetime) -> Held:
        """Dial with these choices; raises ChoiceError, and what `PhoneDesk.call` raises."""
        known, moments = callers.known_callers(session, brand_id=self.brand.id), self.moments(now)
        for name, given, offered in (("who", who, known), ("when", when, moments), ("line", line, CONFIDENCE)):
            if given not in offered:
                raise ChoiceError(name)
        return self.dial(known[who].number, moments[when], line)

    def again(self, held: Held) -> Held:
        """Dial as this call did: the same caller, time and line."""
        return self.dial(held.caller, held.moment, held.line)

    def dial(self, caller: str, at: datetime | None, line: str) -> Held:
        """Dial the demo's number."""
        sid = self.desk.call(from_=caller, to=NUMBER, at=at)
        return Held(sid=sid, caller=caller, at=at.isoformat() if at else None, line=line)


def make_booth(settings: Settings, directory: Callable[[], Directory]) -> Booth:
    """The booth of this installation's own simulator. Raises SettingsError outside demo mode."""
    _, token = account_of(settings)
    return Booth(RemoteDesk(settings.twilio_api_url, token), directory, Handles(settings.secret_keys))

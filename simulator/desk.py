"""Calls placed by people: each runs in a thread of its own while its handset is held here, or from far away."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from simulator import incoming
from simulator.carrier import Carrier
from simulator.handset import Done, Handset, News
from simulator.leg import Leg
from simulator.records import Problem
from simulator.steps import EndedError

REMEMBERED = 500
"""Calls whose news can still be read."""


@dataclass(frozen=True)
class State:
    """How a call stands. `ended_by` is `caller` or `line` once it is over."""

    sid: str
    status: str
    over: bool
    ended_by: str | None
    problems: tuple[Problem, ...]


class UnknownCallError(LookupError):
    """No call of this SID is held here."""


class PhoneDesk(Protocol):
    """Where phones are picked up: in this process (`Desk`), or in another (`client.RemoteDesk`)."""

    def call(self, *, from_: str, to: str, at: datetime | None = None) -> str:
        """Dial; the call's SID."""
        ...

    def news(self, sid: str, *, after: int = 0, wait: float = 0.0) -> tuple[News, ...]:
        """What happened on the call after the news of this number; raises UnknownCallError."""
        ...

    def does(self, sid: str, done: Done) -> None:
        """The caller does something; raises UnknownCallError."""
        ...

    def hang_up(self, sid: str) -> None:
        """The caller hangs up; no harm when the call is over. Raises UnknownCallError."""
        ...

    def state(self, sid: str) -> State:
        """How the call stands; raises UnknownCallError."""
        ...


class Desk:
    """The phones of one carrier that people hold."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[Handset, Leg]] = OrderedDict()

    def call(self, *, from_: str, to: str, at: datetime | None = None) -> str:
        """Dial one of the carrier's numbers."""
        handset = Handset()
        leg = incoming.ringing(self.carrier, from_=from_, to=to, person=handset, at=at)
        handset.interrupted = lambda: leg.interrupted
        with self._lock:
            self._held[leg.call.sid] = (handset, leg)
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)
        name = f"phone-{leg.call.sid}"
        threading.Thread(target=self.carrier.perform_inbound, args=(leg,), name=name, daemon=True).start()
        return leg.call.sid

    def news(self, sid: str, *, after: int = 0, wait: float = 0.0) -> tuple[News, ...]:
        """What happened on the call."""
        return self._known(sid)[0].news(after, wait)

    def does(self, sid: str, done: Done) -> None:
        """The caller does something."""
        self._known(sid)[0].does(done)

    def hang_up(self, sid: str) -> None:
        """The caller hangs up, whatever the line is doing."""
        handset, leg = self._known(sid)
        handset.hangs_up()
        if not leg.call.over:
            leg.interrupt(EndedError("caller"))

    def state(self, sid: str) -> State:
        """How the call stands."""
        call = self._known(sid)[1].call
        late = (
            complaint
            for sent in self.carrier.wire.sent
            if sent.webhook.call_sid == sid and (complaint := sent.complaint)
        )
        return State(sid, call.status, call.over, call.ended_by, (*call.problems, *late))

    def _known(self, sid: str) -> tuple[Handset, Leg]:
        with self._lock:
            held = self._held.get(sid)
        if held is None:
            raise UnknownCallError(sid)
        return held

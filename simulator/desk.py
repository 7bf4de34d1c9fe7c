"""Calls placed by people: each runs in a thread of its own while its handset is held here, or from far away."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from simulator import audio, incoming
from simulator.carrier import Carrier
from simulator.delivery import Sent
from simulator.handset import Done, Handset, News
from simulator.leg import Leg
from simulator.records import Problem
from simulator.steps import EndedError
from simulator.story_writing import written

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


@dataclass(frozen=True)
class Exchange:
    """A webhook of a call and its answer, numbered from 1; `status` None when no usable answer came."""

    number: int
    kind: str
    method: str
    url: str
    params: tuple[tuple[str, str], ...]
    status: int | None
    content_type: str
    body: str
    failure: str
    seconds: float


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
        """The caller does something; raises UnknownCallError, ValueError for a sound that is no telephone audio."""
        ...

    def hang_up(self, sid: str) -> None:
        """The caller hangs up; no harm when the call is over. Raises UnknownCallError."""
        ...

    def state(self, sid: str) -> State:
        """How the call stands; raises UnknownCallError."""
        ...

    def exchanges(self, sid: str, *, after: int = 0) -> tuple[Exchange, ...]:
        """The call's webhooks after the one of this number, while they are remembered; raises UnknownCallError."""
        ...

    def story(self, sid: str, name: str) -> str:
        """What happened on the call, as a story in YAML; raises UnknownCallError."""
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
        handset = self._known(sid)[0]
        if done.sound is not None:
            audio.telephone(done.sound)
        handset.does(done)

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

    def exchanges(self, sid: str, *, after: int = 0) -> tuple[Exchange, ...]:
        """The call's webhooks."""
        self._known(sid)
        sent = (each for each in self.carrier.wire.sent if each.webhook.call_sid == sid)
        return tuple(_exchange(number, each) for number, each in enumerate(sent, 1) if number > after)

    def story(self, sid: str, name: str) -> str:
        """The call as a story."""
        handset, leg = self._known(sid)
        call = leg.call
        at = datetime.fromisoformat(call.at) if call.at else None
        over = call.status if call.over else None
        return written(handset.story(name, caller=call.from_, at=at, ends=over, ended_by=call.ended_by))

    def _known(self, sid: str) -> tuple[Handset, Leg]:
        with self._lock:
            held = self._held.get(sid)
        if held is None:
            raise UnknownCallError(sid)
        return held


def _exchange(number: int, sent: Sent) -> Exchange:
    webhook, answer = sent.webhook, sent.answer
    return Exchange(
        number,
        webhook.kind,
        webhook.method,
        webhook.url,
        webhook.params,
        answer.status if answer else None,
        answer.content_type if answer else "",
        answer.body.decode(errors="replace") if answer and webhook.kind != "media" else "",
        str(sent.failure) if sent.failure else "",
        round(sent.seconds, 4),
    )

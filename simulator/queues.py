"""Queues of callers, first come, first served. A caller waits in its own thread; who dials the queue takes it out."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.leg import Leg
from simulator.steps import TakenError

if TYPE_CHECKING:
    from simulator.carrier import Carrier

LARGEST = 5000


@dataclass
class Member:
    """A caller in a queue. `state` goes `waiting`, `taken` (somebody is there for it), `parked` (its own thread
    holds still), `done`; or it is `gone` at any time. `hung_up` tells that it ended the conversation."""

    leg: Leg
    enqueued_at: datetime
    state: str = "waiting"
    hung_up: bool = False


@dataclass
class Queue:
    """One queue; `waits` are the seconds of those it has served."""

    sid: str
    name: str
    created_at: datetime
    largest: int = 1000
    members: list[Member] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def average_wait(self) -> int:
        """Seconds callers waited until somebody was there, on average."""
        return round(sum(self.waits) / len(self.waits)) if self.waits else 0


class Queues:
    """All queues of a carrier. Safe to share between threads."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._changed = threading.Condition()
        self.by_sid: dict[str, Queue] = {}

    def named(self, name: str) -> Queue | None:
        """The queue of this name, if there is one."""
        with self._changed:
            return next((queue for queue in self.by_sid.values() if queue.name == name), None)

    def create(self, name: str, *, largest: int = 1000) -> Queue:
        """The queue of this name, made when it is not there."""
        with self._changed:
            found = self.named(name)
            if found is None:
                found = Queue(self._carrier.new_sid("QU"), name, self._carrier.now(), largest)
                self.by_sid[found.sid] = found
            return found

    def join(self, queue: Queue, leg: Leg) -> Member | None:
        """A caller joins the end of the queue; None when it is full."""
        with self._changed:
            if len(queue.members) >= queue.largest:
                return None
            member = Member(leg, leg.clock.now())
            queue.members.append(member)
            self._changed.notify_all()
            return member

    def leave(self, queue: Queue, member: Member) -> None:
        """A caller goes before anybody came, or while they came."""
        with self._changed:
            self._remove(queue, member)
            member.state = "gone"
            member.leg.forget_taking()
            self._changed.notify_all()

    def take(self, queue: Queue, *, patience: float) -> Member | None:
        """Take the first caller out, once its own thread holds still; waits for one at most this many real seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(queue.members), patience):
                return None
            member = queue.members[0]
            self._remove(queue, member)
            queue.waits.append((member.leg.clock.now() - member.enqueued_at).total_seconds())
            member.state = "taken"
        member.leg.interrupt(TakenError())
        with self._changed:
            self._changed.wait_for(lambda: member.state in ("parked", "gone"), 30.0)
            return member if member.state == "parked" else None

    def park(self, member: Member) -> None:
        """The caller's own thread: hold still until whoever took it is done."""
        with self._changed:
            member.state = "parked"
            self._changed.notify_all()
            self._changed.wait_for(lambda: member.state == "done")

    def done(self, member: Member, *, hung_up: bool) -> None:
        """Let the caller go on."""
        with self._changed:
            member.state, member.hung_up = "done", hung_up
            self._changed.notify_all()

    def _remove(self, queue: Queue, member: Member) -> None:
        if member in queue.members:
            queue.members.remove(member)

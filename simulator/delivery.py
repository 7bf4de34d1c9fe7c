"""How webhooks travel: at once, twice, or held back and let go in any order. A policy wraps the one below it.

The last one below is always the wire, `Wire`, which posts. A policy that lies or breaks things is one more wrapper.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.records import Problem
from simulator.webhooks import Answer, Poster, Webhook, WebhookFailed


@dataclass(frozen=True)
class Sent:
    """A webhook that was posted, and what came of it."""

    webhook: Webhook
    answer: Answer | None
    failure: WebhookFailed | None = None
    seconds: float = 0.0
    """How long the answer took."""

    @property
    def complaint(self) -> Problem | None:
        """What the carrier would log about the answer to a callback: 15003, or that none came.

        Webhooks that steer the call are judged where their TwiML is performed.
        """
        if self.webhook.steers or self.webhook.kind == "media":
            return None
        if self.failure is not None:
            return Problem(self.failure.code, self.failure.plain, self.webhook.url)
        answer = self.answer
        if answer is None or answer.status == 204 or answer.content_type in ("text/xml", "application/xml"):
            return None
        said = f"a callback was answered with {answer.status} {answer.content_type}: give 204, or TwiML as text/xml"
        return Problem(15003, said, self.webhook.url)


class Delivery(Protocol):
    """What a carrier needs of one."""

    def control(self, webhook: Webhook) -> Answer:
        """Post a webhook that steers a call and wait for the answer; raises WebhookFailed."""
        ...

    def notify(self, webhook: Webhook) -> None:
        """See to it that a callback arrives, now or later; never raises WebhookFailed."""
        ...


class Wire:
    """Posts at once and remembers the last ones: `sent`, oldest first."""

    def __init__(self, poster: Poster, *, remembered: int = 5000) -> None:
        self._poster = poster
        self.acknowledged: set[str] = set()
        """SIDs of calls and recordings of which the product has had word, and said so. Of fallbacks it has none."""
        self._sent: deque[Sent] = deque(maxlen=remembered)
        self._lock = threading.Lock()

    @property
    def sent(self) -> tuple[Sent, ...]:
        """Every webhook posted so far, in order."""
        with self._lock:
            return tuple(self._sent)

    def control(self, webhook: Webhook) -> Answer:
        """Post and return the answer; raises WebhookFailed."""
        began = time.monotonic()
        try:
            answer = self._poster.post(webhook)
        except WebhookFailed as failure:
            self._remember(Sent(webhook, None, failure, time.monotonic() - began))
            raise
        self._remember(Sent(webhook, answer, seconds=time.monotonic() - began))
        if webhook.kind not in ("fallback", "media"):
            self.acknowledged.add(webhook.call_sid)
        if webhook.kind == "recording-status":
            self.acknowledged.add(webhook.value("RecordingSid") or "")
        return answer

    def notify(self, webhook: Webhook) -> None:
        """Post; a failure is only remembered, for nobody waits for the answer."""
        try:
            self.control(webhook)
        except WebhookFailed:
            return

    def _remember(self, sent: Sent) -> None:
        with self._lock:
            self._sent.append(sent)


@dataclass(frozen=True)
class Disagreement:
    """A webhook that was answered differently the second time."""

    webhook: Webhook
    first: bytes
    second: bytes


class Twice:
    """Every webhook arrives twice, also those that steer a call: with equal idempotency tokens, as in a retry.

    A call goes on with the first answer; a second that differs is kept in `disagreements`.
    """

    def __init__(self, below: Delivery) -> None:
        self._below = below
        self.disagreements: list[Disagreement] = []

    def control(self, webhook: Webhook) -> Answer:
        """Post twice; raises WebhookFailed when the first failed."""
        first = self._below.control(webhook)
        try:
            second = self._below.control(webhook).body
        except WebhookFailed as failure:
            second = str(failure).encode()
        if second != first.body:
            self.disagreements.append(Disagreement(webhook, first.body, second))
        return first

    def notify(self, webhook: Webhook) -> None:
        """Post twice."""
        self._below.notify(webhook)
        self._below.notify(webhook)


class Held:
    """Callbacks wait in `waiting` until they are released, in any order; what steers a call passes at once."""

    def __init__(self, below: Delivery) -> None:
        self._below = below
        self._lock = threading.Lock()
        self._waiting: list[Webhook] = []

    @property
    def waiting(self) -> tuple[Webhook, ...]:
        """What is held, oldest first."""
        with self._lock:
            return tuple(self._waiting)

    def control(self, webhook: Webhook) -> Answer:
        """Pass it on."""
        return self._below.control(webhook)

    def notify(self, webhook: Webhook) -> None:
        """Hold it back."""
        with self._lock:
            self._waiting.append(webhook)

    def release(self, order: Sequence[int] | None = None) -> None:
        """Let all go: in the order they came, or by their places (from 0) in `order`, where one left out is lost
        and one named twice arrives twice."""
        with self._lock:
            held, self._waiting = self._waiting, []
        for place in range(len(held)) if order is None else order:
            self._below.notify(held[place])

"""A delivery that loses, repeats, holds back and shuffles webhooks, as a liar decides."""

import heapq
import itertools
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from simulator.delivery import Delivery, Disagreement
from simulator.liar import Liar
from simulator.webhooks import Answer, Webhook, WebhookFailed

_SWAPPED_AT_MOST = 1.0
"""Real seconds a callback waits for another to go before it."""


class Lying:
    """Wraps the delivery below it. What is late is sent by a thread of its own; `settle` sends all of it at once.

    A call goes on with the answer to the first of two equal webhooks; a second that differs is a disagreement.
    """

    def __init__(self, below: Delivery, liar: Liar) -> None:
        self._below, self._liar = below, liar
        self._late: list[tuple[float, int, Webhook]] = []
        self._swapped: list[Webhook] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._under_way = 0
        self._closed = False
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="lying")
        self._thread: threading.Thread | None = None
        self.disagreements: list[Disagreement] = []

    def control(self, webhook: Webhook) -> Answer:
        """Pass it on, perhaps twice at the same time; raises WebhookFailed when the first failed."""
        lie, _ = self._liar.travel(webhook)
        copy = self._pool.submit(self._copy, webhook) if lie == "duplicate" else None
        answer = self._below.control(webhook)
        if copy is not None:
            self._compare(webhook, answer, copy)
        return answer

    def notify(self, webhook: Webhook) -> None:
        """Pass it on, or not, or later, or twice."""
        lie, seconds = self._liar.travel(webhook)
        if lie == "swapped":
            self._hold(webhook)
        elif lie == "late":
            self._plan(webhook, time.monotonic() + seconds)
        elif lie != "lost":
            self._below.notify(webhook)
            if lie == "duplicate":
                self._below.notify(webhook)
        if lie not in ("swapped", "lost"):
            self._let_go()

    def settle(self) -> None:
        """Send whatever is still held back, in the order in which it would have gone; returns when all was sent."""
        self._let_go()
        while True:
            with self._changed:
                if not self._late:
                    self._changed.wait_for(lambda: not self._under_way)
                    return
                _, _, webhook = heapq.heappop(self._late)
            self._below.notify(webhook)

    def close(self) -> None:
        """Forget what is held back, and send no more."""
        with self._changed:
            self._closed = True
            self._late.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _copy(self, webhook: Webhook) -> bytes | None:
        try:
            return self._below.control(webhook).body
        except WebhookFailed:
            return None

    def _compare(self, webhook: Webhook, answer: Answer, copy: "Future[bytes | None]") -> None:
        body = copy.result()
        if body is not None and body != answer.body:
            self.disagreements.append(Disagreement(webhook, answer.body, body))

    def _hold(self, webhook: Webhook) -> None:
        with self._changed:
            self._swapped.append(webhook)
        self._plan(webhook, time.monotonic() + _SWAPPED_AT_MOST)

    def _let_go(self) -> None:
        """Another callback has gone: those that waited for one may follow."""
        with self._changed:
            held, self._swapped = self._swapped, []
            waiting = [entry for entry in self._late if any(entry[2] is webhook for webhook in held)]
            self._late = [entry for entry in self._late if entry not in waiting]
            heapq.heapify(self._late)
        for _, _, webhook in waiting:
            self._below.notify(webhook)

    def _plan(self, webhook: Webhook, due: float) -> None:
        with self._changed:
            heapq.heappush(self._late, (due, next(self._order), webhook))
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._send_late, name="late-webhooks", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _send_late(self) -> None:
        while (webhook := self._next()) is not None:
            self._below.notify(webhook)
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _next(self) -> Webhook | None:
        """The next one whose time has come; None once closed."""
        with self._changed:
            while not self._closed:
                wait = self._late[0][0] - time.monotonic() if self._late else None
                if wait is not None and wait <= 0:
                    self._under_way += 1
                    return heapq.heappop(self._late)[2]
                self._changed.wait(wait)
            return None

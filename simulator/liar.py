"""Decides which lie is told, so that it is told again: every decision is drawn from the seed and the call's number.

A decision never depends on what was drawn before it, nor on time or threads: the third recording callback of call 17
meets the same fate in every run with the same seed.
"""

import threading
from collections import Counter
from dataclasses import dataclass
from random import Random

from simulator.lies import Lies
from simulator.webhooks import Obstacle, Webhook

_OBSTACLES = (
    ("unreachable", Obstacle.UNREACHABLE),
    ("cut_request", Obstacle.CUT_REQUEST),
    ("throttled", Obstacle.THROTTLED),
    ("gateway", Obstacle.GATEWAY),
    ("timed_out", Obstacle.TIMED_OUT),
    ("cut_answer", Obstacle.CUT_ANSWER),
)
_TRAVELS = ("lost", "swapped", "late", "duplicate")
_FATES = ("recording_late", "recording_short", "recording_corrupt", "recording_never", "recording_broken")
_FAULTS = ("rest_busy", "rest_fails", "rest_fails_late", "rest_silent")


@dataclass(frozen=True)
class Told:
    """A lie that was told: about which call (0: about none), and in what (a webhook's kind, a recording's SID …)."""

    call: int
    what: str
    lie: str


class Liar:
    """All decisions of one carrier, and the memory of them. Safe to share between threads."""

    def __init__(self, lies: Lies, *, seed: int = 0) -> None:
        self.lies, self.seed = lies, seed
        self._told: list[Told] = []
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def told(self) -> tuple[Told, ...]:
        """Every lie so far."""
        with self._lock:
            return tuple(self._told)

    def travel(self, webhook: Webhook) -> tuple[str, float]:
        """What befalls a webhook on its way, and seconds of lateness: `lost`, `swapped`, `late`, `duplicate` or ""."""
        if self.lies.honest or webhook.kind == "media":
            return "", 0.0
        drawn = self._drawn("travel", *_name(webhook))
        lie = self._choose(drawn, _TRAVELS if not webhook.steers else ("duplicate",))
        if lie:
            self._note(webhook.number, webhook.kind, lie)
        return lie, drawn.uniform(0, self.lies.longest)

    def road(self, webhook: Webhook, attempt: int) -> Obstacle | None:
        """What one attempt at a webhook meets (`webhooks.Road`)."""
        if self.lies.honest or webhook.kind in ("media", "fallback"):
            return None  # the fallback is a static document elsewhere
        drawn = self._drawn("road", *_name(webhook), attempt)
        lie = self._choose(drawn, tuple(name for name, _ in _OBSTACLES))
        if not lie:
            return None
        self._note(webhook.number, webhook.kind, lie)
        obstacle = dict(_OBSTACLES)[lie]
        # Whether the product heard of it before the gateway failed is anybody's guess.
        return Obstacle.LATE_GATEWAY if obstacle is Obstacle.GATEWAY and drawn.random() < 0.5 else obstacle

    def fate(self, call: int, nth: int) -> str:
        """What befalls the sound of a call's nth recording: a fate's name and for how many asks (`short:2`), or ""."""
        drawn = self._drawn("recording", call, nth)
        lie = self._choose(drawn, _FATES)
        if not lie:
            return ""
        self._note(call, f"recording {nth}", lie)
        fate = lie.removeprefix("recording_")
        return fate if fate in ("never", "broken") else f"{fate}:{drawn.randint(1, max(1, self.lies.most_asks))}"

    def spoils(self, sid: str, fate: str) -> str:
        """What comes instead of a recording's sound at this ask: `late`, `short`, `corrupt`, `never`, or "" for it."""
        name, _, asks = fate.partition(":")
        with self._lock:
            self._asked[sid] += 1
            return "" if asks and self._asked[sid] > int(asks) else {"broken": "short"}.get(name, name)

    def fault(self, method: str, path: str) -> str:
        """What befalls a REST request: `busy`, `fails`, `fails_late`, `silent`, or ""."""
        if self.lies.honest:
            return ""
        with self._lock:
            self._asked[f"{method} {path}"] += 1
            nth = self._asked[f"{method} {path}"]
        lie = self._choose(self._drawn("rest", method, path, nth), _FAULTS)
        if lie:
            self._note(0, f"{method} {path}", lie)
        return lie.removeprefix("rest_")

    def _choose(self, drawn: Random, names: tuple[str, ...]) -> str:
        """At most one of them, by its chance; they share the way from 0 to 1 in their order."""
        left = drawn.random()
        for name in names:
            left -= getattr(self.lies, name)
            if left < 0:
                return name
        return ""

    def _drawn(self, *names: object) -> Random:
        return Random(":".join(str(part) for part in (self.seed, *names)))  # noqa: S311 - to be drawn again

    def _note(self, call: int, what: str, lie: str) -> None:
        with self._lock:
            self._told.append(Told(call, what, lie))


def _name(webhook: Webhook) -> tuple[object, ...]:
    return webhook.number, webhook.kind, webhook.nth

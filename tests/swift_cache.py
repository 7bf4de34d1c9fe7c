"""A cache in the one proxy process of `swift_server`, where Swift would ask memcached: whole seconds of life, no more.

Without any, every request asks the account and the container again, which costs as much as keeping a small object.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Cache:
    """What Swift's middleware asks of a memcached client."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, key: str, **_: object) -> Any:
        """What was kept, until its time is over."""
        until, value = self._kept.get(key, (0.0, None))
        return value if time.monotonic() < until else None

    def set(self, key: str, value: Any, time: int = 0, **_: object) -> None:
        """Keep it for so many seconds; 0: an hour."""
        self._kept[key] = (_now() + (time or 3600), value)

    def delete(self, key: str, **_: object) -> None:
        """Keep it no longer."""
        self._kept.pop(key, None)

    def incr(self, key: str, delta: int = 1, time: int = 0, **_: object) -> int:
        """Count."""
        value = max(0, int(self.get(key) or 0) + int(delta))
        self.set(key, value, time=time)
        return value


def filter_factory(global_conf: dict[str, str], **options: str) -> Callable[[Application], Application]:
    """For paste: puts the cache where the proxy looks for it."""
    cache = Cache()

    def wrapped(application: Application) -> Application:
        def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            environ["swift.cache"] = cache
            return application(environ, start_response)

        return call

    return wrapped


def _now() -> float:
    return time.monotonic()

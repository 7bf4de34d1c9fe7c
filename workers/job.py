"""One kind of background work: what it runs, where, for how long and how often."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workers.work import Work

LINE, DESK, RECORDINGS = "line", "desk", "recordings"

FILL: Mapping[str, int] = MappingProxyType({LINE: 500, DESK: 500, RECORDINGS: 50})
"""The queues, most urgent first, and how many jobs each is given before the rest waits in PostgreSQL."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One line of the registry. `limit`, `first_wait` and `longest_wait` in seconds; `attempts` counts all tries."""

    does: str
    """``module:function``, imported when first run: what it needs is loaded in workers alone."""
    failure: str
    """What a supervisor reads before the reason, when it failed for good."""
    queue: str = DESK
    limit: int = 30
    attempts: int = 8
    first_wait: float = 2
    longest_wait: float = 300

    def wait(self, *, row_id: int, attempt: int) -> timedelta:
        """How long to wait after the `attempt`-th try failed: full jitter below a doubling bound, at least a second.

        The jitter is drawn from the row and the attempt: rows spread apart, and asking twice gives the same.
        """
        bound = min(self.longest_wait, self.first_wait * 2 ** min(attempt - 1, 30))
        drawn = Random(f"{row_id}:{attempt}").uniform(0, bound)  # noqa: S311 - spreads load, hides nothing
        return timedelta(seconds=max(1.0, drawn))

    def function(self) -> "Callable[[Work], None]":
        """The function itself. Raises ImportError or AttributeError when `does` names nothing."""
        module, _, name = self.does.partition(":")
        function: Callable[[Work], None] = getattr(import_module(module), name)
        return function

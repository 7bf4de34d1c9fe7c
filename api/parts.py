"""What the programs' door needs from whoever mounts it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from core.clock import Clock
from core.config import Settings
from core.limits import Limit
from core.storage import Storage


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of one running application; `storage` is called when audio is first asked for."""

    settings: Settings
    engine: Engine
    clock: Clock
    storage: Callable[[], Storage]
    refused: Limit = field(default_factory=lambda: Limit(most=30))
    """Requests without a valid token, by network address; whoever sends more is told to wait, without a query."""
    used: Limit = field(default_factory=lambda: Limit(most=1200))
    """Requests with a token, by token, in each web process."""

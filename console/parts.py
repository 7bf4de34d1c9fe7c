"""What the staff's door needs from whoever mounts it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from core.clock import Clock
from core.config import Settings
from core.storage import Storage


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of one running application.

    storage is called when audio is first asked for. more: what single pages need and only ringback can give, by name
    (such as the demo's phone exchange).
    """

    settings: Settings
    engine: Engine
    clock: Clock
    storage: Callable[[], Storage]
    more: dict[str, Any] = field(default_factory=dict)

"""What the programs' door needs from whoever mounts it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from core.clock import Clock
from core.config import Settings
from core.storage import Storage


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of one running application; `storage` is called when audio is first asked for."""

    settings: Settings
    engine: Engine
    clock: Clock
    storage: Callable[[], Storage]

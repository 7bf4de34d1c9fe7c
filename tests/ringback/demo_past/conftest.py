"""A demo with people and no past yet, and ways to look at what was told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from core.config import Settings
from core.database import transaction
from ringback.demo_past import growing
from ringback.demo_past.growing import Progress
from ringback.installation import seed_demo

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def demo(settings: Settings, engine: Engine) -> Iterator[Settings]:
    """The settings of a demo that has its people."""
    with engine.begin() as connection:
        connection.execute(text("drop schema if exists demo_past cascade"))
    with transaction(engine) as session:
        seed_demo(session, settings)
    yield settings
    with engine.begin() as connection:
        connection.execute(text("drop schema if exists demo_past cascade"))


@pytest.fixture
def grow(demo: Settings) -> Callable[..., bool]:
    """Tell the past, so many days of it."""

    def growing_days(
        days: int | None = 1, told: Callable[[Progress], None] = lambda progress: None, **more: Any
    ) -> bool:
        return growing.grow(demo, **{"now": NOW, "told": told, "days": days, "spoken": False} | more)

    return growing_days


def kept_files(settings: Settings) -> set[str]:
    """What is in the store."""
    folder = settings.data / "recordings"
    return {str(path.relative_to(folder)) for path in _files(folder)}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".wav", ".json")]

"""Bringing the database to this release's schema. `bin/run` and the release step call it; the web server never does."""

import os

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from core.config import ROOT, Settings


class DatabaseUnreachableError(RuntimeError):
    """The database did not answer. Try again."""


def migrate(settings: Settings) -> None:
    """Run the missing migrations, each in its transaction; one migrator at a time, others wait for it.

    Raises `DatabaseUnreachableError` when the database cannot be reached within seconds; whatever a migration itself
    raises never goes away by trying again.
    """
    os.environ.setdefault("PGCONNECT_TIMEOUT", "5")
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("sqlalchemy.url", (settings.database_url or "").replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except OperationalError as error:
        if error.connection_invalidated or error.statement is None:
            raise DatabaseUnreachableError(f"the database cannot be reached: {error.orig}") from error
        raise

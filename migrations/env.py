"""Runs migrations, one migrator at a time, with lock and statement timeouts: each in one transaction, except for an
index that is built while others work.

A release's schema must serve the previous release's code too: expand first, contract a release later.
"""

import os
import time

from alembic import context
from sqlalchemy import Connection, create_engine, text

import core.outbox_models
import health.models
import people.models
import people.sign_in_models
import recordings.models
import routing.models
import tickets.deed_models
import tickets.models
from core.database import Base

ONE_MIGRATOR = 7_246_225
AGAIN_SECONDS = 0.2

config = context.config


def run() -> None:
    """Migrate the database named by the `sqlalchemy.url` option, else by DATABASE_URL."""
    url = config.get_main_option("sqlalchemy.url") or os.environ["DATABASE_URL"]
    engine = create_engine(url, connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        _wait_for_turn(connection)
        connection.execute(text("set lock_timeout = '5s'"))
        connection.execute(text("set statement_timeout = '5min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": ONE_MIGRATOR})
        connection.commit()
    engine.dispose()


def _wait_for_turn(connection: Connection) -> None:
    """Asked for again and again, not waited for: an index built concurrently waits for all who wait in a statement."""
    while not connection.scalar(text("select pg_try_advisory_lock(:lock)"), {"lock": ONE_MIGRATOR}):
        connection.commit()
        time.sleep(AGAIN_SECONDS)


MODELS = (
    core.outbox_models,
    health.models,
    people.models,
    people.sign_in_models,
    recordings.models,
    routing.models,
    tickets.deed_models,
    tickets.models,
)

run()

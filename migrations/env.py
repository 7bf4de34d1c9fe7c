"""Runs migrations: one transaction each, with lock and statement timeouts, one migrator at a time.

A release's schema must serve the previous release's code too: expand first, contract a release later.
"""

import os

from alembic import context
from sqlalchemy import create_engine, text

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

config = context.config


def run() -> None:
    """Migrate the database named by the `sqlalchemy.url` option, else by DATABASE_URL."""
    url = config.get_main_option("sqlalchemy.url") or os.environ["DATABASE_URL"]
    engine = create_engine(url, connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": ONE_MIGRATOR})
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

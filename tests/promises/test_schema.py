"""Models and migrations agree, and every migration can be taken back on an empty database."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from core.database import Base

ROOT = Path(__file__).resolve().parents[2]
MODELS = sorted(path.relative_to(ROOT) for path in ROOT.glob("[a-z]*/*models.py") if path.parent.name != "tests")
ALONE = "import {module}; from core.database import Base; assert Base.metadata.sorted_tables"


@pytest.fixture
def empty_database(servers):
    """A database of this test's own."""
    admin = create_engine(servers[0], isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("drop database if exists schema_promise"))
        connection.execute(text("create database schema_promise"))
    url = admin.url.set(database="schema_promise")
    yield url.render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text("drop database schema_promise with (force)"))
    admin.dispose()


def migrating(url):
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def test_the_migrations_make_what_the_models_say(empty_database):
    command.upgrade(migrating(empty_database), "head")
    engine = create_engine(empty_database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_migrations_can_be_taken_back_and_made_again(empty_database):
    config = migrating(empty_database)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    command.upgrade(config, "head")


@pytest.mark.parametrize("path", MODELS, ids=str)
def test_rows_of_a_module_can_be_written_with_nothing_else_loaded(path):
    """Else the first job of a fresh worker finds no table at the other end of a foreign key."""
    program = ALONE.format(module=".".join(path.with_suffix("").parts))
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Databases of their own beside the one that is emptied before every test: what is in them stays as it is."""

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from tests.conftest import ROOT


def migrated_database(server: str, name: str) -> str:
    """The URL of a new database `name` with the newest schema, on the server of this database URL."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    admin.dispose()
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")
    return url

"""What is in a database: its tables with their rows, its schema's revision and its server's version."""

from psycopg import sql

from ringback.backup.tools import Connection


def server_version(connection: Connection) -> int:
    """The server's major version."""
    return connection.info.server_version // 10000


def revision(connection: Connection) -> str | None:
    """The schema's revision; None where there is no schema of ours."""
    if connection.execute("select to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    found = connection.execute("select version_num from public.alembic_version").fetchone()
    return str(found[0]) if found else None


def rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has, counted one by one: a planner's estimate would hide a lost row."""
    tables = connection.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind = 'r' order by 1"
    ).fetchall()
    counted = {}
    for (name,) in tables:
        asked = sql.SQL("select count(*) from public.{}").format(sql.Identifier(str(name)))
        [(count,)] = connection.execute(asked).fetchall()
        counted[str(name)] = int(str(count))
    return counted

"""Tables of its own for the part of the past that is being told: schema `demo_past`, with the public tables' shapes.

Live relays, sweeps and pages know only the public tables, so nothing half-told is ever seen, claimed or swept. Ids come
from the public sequences, so that rows can be moved over as they are. Ticket numbers come from a sequence of the past:
what is told later happened earlier, and must have the lower number.
"""

from graphlib import TopologicalSorter

from sqlalchemy import Connection, text

NAME = "demo_past"
PATH = f"{NAME}, public"
"""The search path of whoever tells the past."""

ROOTS = ("ticket", "call")
BESIDE = ("event", "outbox", "turn", "carrier_event")
"""They belong to tickets and calls without a foreign key."""

_REFERENCES = text("""
select k.conrelid::regclass::text, k.confrelid::regclass::text
from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace
""")
_IDENTITIES = text("""
select table_name, column_name from information_schema.columns
where table_schema = 'public' and is_identity = 'YES' and table_name = any(:tables)
""")
_COLUMNS = text("""
select column_name from information_schema.columns
where table_schema = 'public' and table_name = :table and is_generated = 'NEVER' order by ordinal_position
""")


def tables(connection: Connection) -> list[str]:
    """Every table whose rows belong to a ticket or a call, each after those it refers to."""
    references = {(child, parent) for child, parent in connection.execute(_REFERENCES) if child != parent}
    found = set(ROOTS)
    while more := {child for child, parent in references if parent in found} - found:
        found |= more
    order = TopologicalSorter({table: {p for c, p in references if c == table and p in found} for table in found})
    return [*order.static_order(), *BESIDE]


def make_afresh(connection: Connection) -> None:
    """Empty tables of the present shapes, in place of those there were. Call it where `PATH` is not set."""
    names = tables(connection)
    for table in names:
        connection.execute(text(f"drop table if exists {NAME}.{table}"))
        connection.execute(
            text(
                f"create table {NAME}.{table} (like public.{table} including all excluding identity excluding storage)"
            )
        )
    for table, column in connection.execute(_IDENTITIES, {"tables": names}):
        source = f"pg_get_serial_sequence('public.{table}', '{column}')"
        connection.execute(
            text(f"alter table {NAME}.{table} alter {column} set default nextval({_quoted(connection, source)})")
        )
    connection.execute(text(f"drop sequence if exists {NAME}.ticket_id_seq"))
    connection.execute(text(f"create sequence {NAME}.ticket_id_seq"))


def move_over(connection: Connection) -> None:
    """Move every row told into the public tables. What background work is done or given up stays behind."""
    for table in tables(connection):
        columns = ", ".join(f'"{name}"' for (name,) in connection.execute(_COLUMNS, {"table": table}))
        only = "where state in ('asked', 'handed')" if table == "outbox" else ""
        connection.execute(
            text(f"insert into public.{table} ({columns}) select {columns} from {NAME}.{table} {only} order by 1")
        )
    empty(connection)


def empty(connection: Connection) -> None:
    """Forget every row told and not moved over."""
    connection.execute(text(f"truncate {', '.join(f'{NAME}.{table}' for table in tables(connection))}"))


def _quoted(connection: Connection, source: str) -> str:
    name = connection.execute(text(f"select {source}")).scalar_one()
    return "'" + str(name).replace("'", "''") + "'"

"""Removes everything that is labelled demo, in one transaction; then the files, whose names wait in the notebook.

A labelled row that an unlabelled one refers to stays: what is real is never touched, and keeps what it needs.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, text

from core import storage
from core.config import Settings
from core.database import make_engine
from ringback.demo_past import notebook, schema
from ringback.demo_past.people import retire_people

_TAKEN_ALONE = "lock table outbox, call, ticket, customer, recording, event in share row exclusive mode"
"""Nobody writes to these meanwhile, or what a job or caller adds in between would stay."""

_DOOMED = """
create temporary table doomed_ticket on commit drop as
  select t.id from ticket t where t.demo
    and not exists (select 1 from call c where c.ticket_id = t.id and not c.demo)
    and not exists (select 1 from ticket f where f.follow_up_of_id = t.id and not f.demo);
create temporary table doomed_call on commit drop as
  select c.id, c.account_sid from call c where c.demo;
create temporary table doomed_leg on commit drop as
  select l.account_sid, l.sid from leg l join doomed_call d on d.id = l.call_id;
"""
_REFERENCES = text("""
select k.conrelid::regclass::text, a.attname, k.confrelid::regclass::text
from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
where k.contype = 'f' and k.connamespace = 'public'::regnamespace and cardinality(k.conkey) = 1
""")
_BESIDE = """
delete from event where ticket_id in (select id from doomed_ticket) or call_id in (select id from doomed_call);
delete from outbox where ticket_id in (select id from doomed_ticket) or call_id in (select id from doomed_call);
delete from turn t using doomed_leg l where t.account_sid = l.account_sid and t.leg_sid = l.sid;
delete from carrier_event e using doomed_leg l where e.account_sid = l.account_sid and e.leg_sid = l.sid;
"""
_UNUSED = """
demo and not exists (select 1 from call c where c.customer_id = customer.id)
and not exists (select 1 from ticket t where t.customer_id = customer.id)
"""


@dataclass(frozen=True)
class Removed:
    """How many tickets, calls and people there were."""

    tickets: int
    calls: int
    people: int = 0


def remove(settings: Settings) -> Removed:
    """Remove all demo tickets and calls with what belongs to them, and the demo customers nobody real refers to.

    The past is told no more until `notebook.begin`. The demo's people stay as long as it is a demo.
    """
    engine = make_engine(settings.database_url or "", pool_size=2)
    try:
        with engine.begin() as connection:
            notebook.make(connection)
            notebook.current(connection, lock=True)
            notebook.unwant(connection)
            removed = _removed(connection)
            if not settings.demo:
                removed = replace(removed, people=retire_people(connection))
        delete_doomed_files(engine, settings)
        return removed
    finally:
        engine.dispose()


def delete_unused_customers(engine: Engine) -> None:
    """Delete the demo customers without a call or ticket."""
    with engine.begin() as connection:
        _deleted(connection, _references(connection), "customer", _UNUSED)


def doom_untold_files(connection: Connection) -> None:
    """The audio of what was told and not moved over belongs to nothing."""
    if connection.execute(text(f"select to_regclass('{schema.NAME}.recording')")).scalar_one() is None:
        return
    notebook.doom_files(connection, _files(connection, f"{schema.NAME}.recording", "true"))


def delete_doomed_files(engine: Engine, settings: Settings) -> None:
    """Delete the files that wait for it. Raises StorageError; the rest then waits for the next time."""
    with engine.begin() as connection:
        keys = notebook.doomed_files(connection)
    if not keys:
        return
    store = storage.from_settings(settings)
    for key in keys:
        store.delete(key)
        with engine.begin() as connection:
            notebook.file_is_gone(connection, key)


def _removed(connection: Connection) -> Removed:
    connection.execute(text(_TAKEN_ALONE))
    for statement in filter(str.strip, _DOOMED.split(";")):
        connection.execute(text(statement))
    notebook.doom_files(connection, _files(connection, "recording", "call_id in (select id from doomed_call)"))
    for statement in filter(str.strip, _BESIDE.split(";")):
        connection.execute(text(statement))
    references = _references(connection)
    calls = _deleted(connection, references, "call", "id in (select id from doomed_call)")
    tickets = _deleted(connection, references, "ticket", "id in (select id from doomed_ticket)")
    _deleted(connection, references, "customer", _UNUSED)
    return Removed(tickets, calls)


def _files(connection: Connection, table: str, where: str) -> list[str]:
    """What the store holds of these recordings."""
    keys = f"select key from {table} r, unnest(array[r.storage_key, r.peaks_key]) key where key is not null and {where}"
    return list(connection.execute(text(keys)).scalars())


def _references(connection: Connection) -> list[tuple[str, str, str]]:
    """Which column of which table refers to which other table's rows."""
    return [(child, column, parent) for child, column, parent in connection.execute(_REFERENCES)]


def _deleted(connection: Connection, references: list[tuple[str, str, str]], table: str, where: str) -> int:
    """Delete rows, after those that refer to them; how many. Calls and tickets go by their own label only."""
    for child, column, parent in references:
        if parent == table and child not in schema.ROOTS:
            _deleted(connection, references, child, f"{column} in (select id from {table} where {where})")
    return int(connection.execute(text(f"delete from {table} where {where}")).rowcount)

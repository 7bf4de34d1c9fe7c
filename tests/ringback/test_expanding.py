"""A release's schema serves the previous release's code: each migration adds, and takes nothing the old code uses."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from core.config import ROOT

Found = dict[str, dict[tuple[str, ...], tuple[str, ...]]]

_COLUMNS = """select table_name, column_name, data_type, is_nullable,
    (column_default is not null or is_identity = 'YES' or is_generated = 'ALWAYS' or is_nullable = 'YES')::text
    from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version'"""
_RULES = """select conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace and conrelid <> 0 and contype in ('c', 'u', 'f', 'x')
    union all
    select tablename, indexname, 'u', indexdef from pg_indexes where schemaname = 'public'
    and indexdef like 'CREATE UNIQUE%'"""


def steps() -> list[tuple[str, str]]:
    """(before, after) of every migration but the first."""
    scripts = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
    order = [script.revision for script in scripts.walk_revisions()][::-1]
    return list(pairwise(order))


@pytest.fixture
def empty(servers: tuple[str, str]) -> Iterator[str]:
    """An empty database of its own."""
    with psycopg.connect(servers[0].replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("drop database if exists growing with (force)")
        connection.execute("create database growing")
        yield servers[0].replace("/ringback?", "/growing?")
        connection.execute("drop database growing with (force)")


def looked(url: str, revision: str) -> Found:
    """Columns and rules after migrating to this revision."""
    config = Config(str(Path(ROOT) / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, revision)
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        return {
            "columns": {row[:2]: row[2:] for row in connection.execute(_COLUMNS)},
            "rules": {row[:2]: row[2:] for row in connection.execute(_RULES)},
        }


def breaks(before: Found, after: Found) -> list[str]:
    """What code that knows `before` would meet in `after`."""
    old, new = before["columns"], after["columns"]
    tables = {table for table, _ in old}
    found = [f"{'.'.join(name)} is gone" for name in old.keys() - new.keys()]
    found += [f"{'.'.join(name)} is another" for name in old.keys() & new.keys() if old[name][:2] != new[name][:2]]
    found += [
        f"{'.'.join(name)} must be given"
        for name in new.keys() - old.keys()
        if name[0] in tables and new[name][2] != "true"
    ]
    stricter = after["rules"].keys() - before["rules"].keys()
    return sorted(
        found
        + [
            f"{table} has the new rule {name}"
            for table, name in stricter
            if table in tables and not _concerns_new(after["rules"][table, name][1], table, old, new)
        ]
    )


def _concerns_new(
    rule: str, table: str, old: dict[tuple[str, ...], tuple[str, ...]], new: dict[tuple[str, ...], tuple[str, ...]]
) -> bool:
    """Whether a rule speaks of a column that the old code does not fill."""
    return any(column in rule for at, column in new.keys() - old.keys() if at == table)


def test_every_migration_leaves_the_release_before_it_working(empty: str) -> None:
    seen = {revision: looked(empty, revision) for revision in dict.fromkeys(one for step in steps() for one in step)}
    assert {f"{before} → {after}": breaks(seen[before], seen[after]) for before, after in steps()} == {
        f"{before} → {after}": [] for before, after in steps()
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("alter table ticket drop column subject", "ticket.subject is gone"),
        ("alter table ticket alter column subject type varchar", "ticket.subject is another"),
        ("alter table ticket add column must text not null", "ticket.must must be given"),
        ("alter table call add constraint named check (from_number <> '')", "call has the new rule named"),
        ("create unique index uq_one on ticket (caller)", "ticket has the new rule uq_one"),
    ],
)
def test_a_change_the_old_release_cannot_bear_is_found(empty: str, change: str, says: str) -> None:
    before = looked(empty, "head")
    with psycopg.connect(empty.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute(change)
    assert breaks(before, looked(empty, "head")) == [says]

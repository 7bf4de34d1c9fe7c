"""The demo's people, once a demo becomes real: their passwords are well known, so nobody stays able to sign in."""

from sqlalchemy import Connection, text

_REFERENCES = text("""
select k.conrelid::regclass::text, a.attname
from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.confrelid = 'public.account'::regclass
  and k.confdeltype <> 'c'
""")
"""What refers to people and is not theirs alone: those rows keep them."""


def retire_people(connection: Connection) -> int:
    """Delete the demo's people; whoever something real still names stays, without password and inactive. How many."""
    named = " or ".join(
        f"exists (select 1 from {table} where {column} = account.id)"
        for table, column in connection.execute(_REFERENCES)
    )
    gone = connection.execute(text(f"delete from account where demo and not ({named or 'false'})")).rowcount
    kept = connection.execute(
        text("update account set active = false, password = null where demo and (active or password is not null)")
    ).rowcount
    return int(gone + kept)

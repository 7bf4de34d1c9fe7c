"""The counter that tells every process its copy of the directory is old. Each change of people's rows adds one."""

from sqlalchemy import text
from sqlalchemy.orm import Session

NAME = "people"


def add_one(session: Session) -> None:
    """Note a change, in its own transaction: the new number becomes visible together with the change."""
    session.execute(
        text(
            "insert into revision (name, number) values (:name, 1)"
            " on conflict (name) do update set number = revision.number + 1"
        ),
        {"name": NAME},
    )

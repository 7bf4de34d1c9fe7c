"""Jobs to practise on. Their effects are counted in rows, so that they can be seen from any process."""

import os
import signal
import time
from datetime import datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from core.outbox import Never, TryAgain, ask
from core.outbox_models import OutboxRow
from core.storage import StorageRefused, StorageUnavailable
from workers import running
from workers.job import DESK, LINE, RECORDINGS, Job
from workers.work import Work

HERE = "tests.workers.practice"

JOBS = {
    "count": Job(does=f"{HERE}:count", failure="It could not be counted"),
    "urgent": Job(does=f"{HERE}:count", failure="It could not be counted", queue=LINE),
    "long": Job(does=f"{HERE}:count", failure="It could not be counted", queue=RECORDINGS),
    "count_once": Job(does=f"{HERE}:count_once", failure="It could not be counted"),
    "later": Job(does=f"{HERE}:later", failure="It is never now", attempts=3),
    "in_an_hour": Job(does=f"{HERE}:in_an_hour", failure="It is never now", attempts=3),
    "never": Job(does=f"{HERE}:never", failure="It cannot be"),
    "wrong": Job(does=f"{HERE}:wrong", failure="It went wrong", attempts=20),
    "store_away": Job(does=f"{HERE}:store_away", failure="It was not kept", attempts=20),
    "store_refuses": Job(does=f"{HERE}:store_refuses", failure="It was not kept", attempts=20),
    "chain": Job(does=f"{HERE}:chain", failure="The chain broke"),
    "for_ever": Job(does=f"{HERE}:for_ever", failure="It never ended"),
    "missing": Job(does=f"{HERE}:nowhere_to_be_found", failure="It is not written"),
    "look": Job(does=f"{HERE}:look", failure="It saw nothing"),
    "slow": Job(does=f"{HERE}:slow", failure="It was too slow"),
    "violation": Job(does=f"{HERE}:violation", failure="It could not be kept"),
    "slow_failure": Job(does=f"{HERE}:slow_failure", failure="It was too slow"),
    "sleepy": Job(does=f"{HERE}:sleepy", failure="It slept", limit=1, queue=DESK),
    "sleepy_long": Job(does=f"{HERE}:sleepy", failure="It slept", limit=90),
    "a_second": Job(does=f"{HERE}:a_second", failure="It was too short"),
    "deadly_once": Job(does=f"{HERE}:deadly_once", failure="It died", limit=2),
}

seen: list[tuple[str, int, datetime]] = []
"""What `look` saw."""


def count(work: Work) -> None:
    """Leaves its end to the runner."""
    with work.transaction() as session:
        add_one(session, f"row {work.outbox_id}")


def count_once(work: Work) -> None:
    """Ends its row with its work."""
    with work.transaction() as session:
        add_one(session, f"row {work.outbox_id}")
        work.done(session)


def later(work: Work) -> None:
    raise TryAgain("the moon is not up")


def in_an_hour(work: Work) -> None:
    raise TryAgain("asked to wait", after=timedelta(hours=1))


def never(work: Work) -> None:
    raise Never("+12025550147 is not a number we call")


def wrong(work: Work) -> None:
    raise KeyError("oops")


def store_away(work: Work) -> None:
    raise StorageUnavailable("the store is away")


def store_refuses(work: Work) -> None:
    raise StorageRefused("the store refuses our key")


def chain(work: Work) -> None:
    """Asks for the next link in the transaction of its own end."""
    with work.transaction() as session:
        if work.args["left"]:
            ask(session, job="chain", args={"left": work.args["left"] - 1}, now=work.now())
        work.done(session)


def for_ever(work: Work) -> None:
    with work.transaction() as session:
        ask(session, job="for_ever", args={}, now=work.now())


def look(work: Work) -> None:
    """See the row as everybody sees it while the job runs."""
    with work.transaction() as session:
        row = session.get_one(OutboxRow, work.outbox_id)
        seen.append((row.state, row.attempts, row.due_at))


def slow(work: Work) -> None:
    """Its first try lasts so long that another worker takes the row and ends it."""
    with work.transaction() as session:
        add_one(session, f"try {work.attempt}")
        if work.attempt == 1:
            running.run(work.equipment, running.Handed(work.outbox_id, 1))
        work.done(session)


def violation(work: Work) -> None:
    """Breaks a rule of the database, with a caller's number in its hands."""
    statement = text("insert into phone_number (brand_id, e164) values (999, :number)")
    with work.transaction() as session:
        session.execute(statement, {"number": "+12025550147"})


def slow_failure(work: Work) -> None:
    """It fails so late that another worker is at it by then."""
    with work.transaction() as session:
        session.get_one(OutboxRow, work.outbox_id).attempts = 2
    raise TryAgain("too late to matter")


def sleepy(work: Work) -> None:
    """Outlasts its limit."""
    time.sleep(60)


def a_second(work: Work) -> None:
    time.sleep(1)
    count(work)


def deadly_once(work: Work) -> None:
    """Kills its worker in mid-transaction at the first try; works at the second."""
    with work.transaction() as session:
        add_one(session, f"row {work.outbox_id}")
        if work.attempt == 1:
            session.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        work.done(session)


def add_one(session: Session, name: str) -> None:
    statement = """
        insert into revision (name, number) values (:name, 1)
        on conflict (name) do update set number = revision.number + 1
    """
    session.execute(text(statement), {"name": name})


def times(engine: Engine, row_id: int) -> int:
    """How often the row's work took effect."""
    with engine.connect() as connection:
        number = connection.execute(
            text("select number from revision where name = :name"), {"name": f"row {row_id}"}
        ).scalar_one_or_none()
    return number or 0

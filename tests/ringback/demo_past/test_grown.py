"""Three days of the past as they lie in the database once they are told: looked at, and left as they are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from core.config import Settings
from core.database import make_engine, transaction
from people.models import Account
from ringback.demo_past import growing
from ringback.demo_past.plan import plan
from ringback.installation import seed_demo
from tests.conftest import execute, scalar, settings_for
from tests.databases import migrated_database
from tests.ringback.demo_past.conftest import NOW, kept_files

pytestmark = pytest.mark.xdist_group("past")

DAYS = 3
LABELLED = ("call", "ticket", "customer")


@dataclass(frozen=True)
class Past:
    """A demo with a past. oldest: after each day was told, the day of its oldest ticket."""

    settings: Settings
    engine: Engine
    oldest: list[date]


@pytest.fixture(scope="module")
def past(servers: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """Told once, in a database of its own."""
    url = migrated_database(servers[0], "past")
    settings = replace(settings_for(servers, tmp_path_factory.mktemp("past")), database_url=url)
    engine, oldest = make_engine(url), list[date]()

    def told(_: growing.Progress) -> None:
        oldest.append(scalar(engine, "select min(created_at)::date from ticket"))  # type: ignore[arg-type]

    with transaction(engine) as session:
        seed_demo(session, settings)
    assert growing.grow(settings, now=NOW, told=told, days=DAYS, spoken=False)
    yield Past(settings, engine, oldest)
    engine.dispose()


@pytest.fixture
def engine(past: Past) -> Engine:
    return past.engine


def test_every_row_of_it_is_labelled_and_nothing_of_it_lies_in_the_future(engine):
    for table in LABELLED:
        assert execute(engine, f"select count(*) > 0, bool_and(demo) from {table}") == [(True, True)]
    assert scalar(engine, "select max(recorded_at) from event") <= NOW + timedelta(minutes=5)
    assert scalar(engine, "select count(*) from event where happened_at > recorded_at + interval '1 hour'") == 0


def test_every_planned_call_is_there_with_the_length_it_had_and_a_ticket(engine):
    planned = sum(len(day.calls) for day in plan(seed=growing.SEED, ends_at=NOW, zone="UTC")[:DAYS])
    assert scalar(engine, "select count(*) from call where direction = 'inbound'") == planned
    assert scalar(engine, "select count(*) from call where ended_at is null or ticket_id is null") == 0
    assert scalar(engine, "select min(duration) from call where direction = 'inbound'") >= 5


def test_its_audio_is_real_and_in_the_store(engine, past):
    assert scalar(engine, "select count(*) from recording where state not in ('stored', 'missing')") == 0
    rows = execute(engine, "select state, storage_key, peaks_key, bytes from recording where state = 'stored'")
    assert rows
    assert kept_files(past.settings) == {key for _, *keys, _ in rows for key in keys}
    for _, key, _, size in rows:
        assert (past.settings.data / "recordings" / str(key)).stat().st_size == size


def test_tickets_are_numbered_in_the_order_of_their_time_although_the_newest_day_is_told_first(engine, past):
    assert len(set(past.oldest)) == DAYS
    assert past.oldest == sorted(past.oldest, reverse=True)
    numbers = [number for (number,) in execute(engine, "select number from ticket order by created_at")]
    assert numbers == sorted(numbers)
    assert scalar(engine, "select nextval('ticket_id_seq')") > max(numbers)


def test_people_have_worked_on_it(engine):
    with transaction(engine) as session:
        agents = {f"account:{id}" for id in session.scalars(select(Account.id))}
    actors = execute(engine, "select distinct actor from event where type in ('note_added', 'ticket_changed')")
    assert {actor for (actor,) in actors} <= agents
    assert scalar(engine, "select count(distinct assignee_id) from ticket") >= 3
    assert scalar(engine, "select count(*) from ticket where status = 'solved' and subject <> ''") >= 1


def test_what_is_still_to_be_done_is_left_to_the_live_relay(engine):
    assert scalar(engine, "select count(*) from outbox where state <> 'asked'") == 0
    assert scalar(engine, "select count(*) from outbox where due_at <= cast(:now as timestamptz)", now=NOW) == 0

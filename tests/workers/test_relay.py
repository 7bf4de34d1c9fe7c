"""From the outbox to RQ: handed when due, again when not done, never lost."""

import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, event
from structlog.testing import capture_logs

from core.outbox_models import OutboxRow
from tests.clock import HandClock
from tests.conftest import execute, scalar
from tests.workers.practice import JOBS, times
from workers import relay as relay_module
from workers.carrying import equip
from workers.job import FILL
from workers.relay import BATCH, HANDED_FOR, Relay, claim
from workers.warm import WarmWorker
from workers.work import Equipment

Ask = Callable[..., int]
Row = Callable[[int], OutboxRow]

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def relay(engine: Engine, redis_url: str, clock: HandClock) -> Relay:
    return Relay(engine=engine, redis_url=redis_url, clock=clock, jobs=JOBS)


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def work_off(connection: Redis, equipment: Equipment) -> Callable[[], None]:
    """A worker that takes everything that lies in Redis, then goes."""

    def work() -> None:
        equip(equipment)
        SimpleWorker(list(FILL), connection=connection, serializer=JSONSerializer).work(
            burst=True, logging_level="ERROR"
        )

    return work


def in_queue(connection: Redis, name: str = "desk") -> list[str]:
    return Queue(name, connection=connection).job_ids


def test_a_due_row_is_handed_to_its_queue_and_done_by_a_worker(
    relay: Relay, connection: Redis, work_off: Callable[[], None], asked: Ask, row: Row, clock: HandClock
) -> None:
    row_id = asked("count")
    assert relay.step() == 1
    assert in_queue(connection) == [f"outbox-{row_id}-0"]
    assert (row(row_id).state, row(row_id).due_at) == ("handed", clock() + HANDED_FOR)
    work_off()
    assert (row(row_id).state, row(row_id).attempts) == ("done", 1)


def test_each_job_goes_to_its_own_queue(relay: Relay, connection: Redis, asked: Ask) -> None:
    ids = [asked(job) for job in ("count", "urgent", "long", "unheard_of")]
    relay.step()
    assert in_queue(connection, "line") == [f"outbox-{ids[1]}-0"]
    assert in_queue(connection, "recordings") == [f"outbox-{ids[2]}-0"]
    assert in_queue(connection, "desk") == [f"outbox-{ids[0]}-0", f"outbox-{ids[3]}-0"]


def test_what_is_due_later_waits_in_postgresql(
    relay: Relay, connection: Redis, asked: Ask, row: Row, clock: HandClock
) -> None:
    row_id = asked("count", due_at=clock() + timedelta(hours=1))
    assert relay.step() == 0
    assert (row(row_id).state, in_queue(connection)) == ("asked", [])
    clock.move(hours=1)
    assert relay.step() == 1


def test_a_row_in_the_hands_of_a_worker_is_not_handed_again_before_its_deadline(
    relay: Relay, asked: Ask, clock: HandClock
) -> None:
    asked("count")
    assert [relay.step(), relay.step()] == [1, 0]
    clock.move(seconds=HANDED_FOR.total_seconds() - 1)
    assert relay.step() == 0
    clock.move(seconds=1)
    assert relay.step() == 1


def test_a_redis_that_came_back_empty_has_lost_nothing(
    relay: Relay, connection: Redis, work_off: Callable[[], None], asked: Ask, row: Row, clock: HandClock
) -> None:
    ids = [asked("count") for _ in range(20)]
    relay.step()
    connection.flushall()
    work_off()
    assert {row(row_id).state for row_id in ids} == {"handed"}
    clock.move(seconds=HANDED_FOR.total_seconds())
    relay.step()
    work_off()
    assert {row(row_id).state for row_id in ids} == {"done"}


def test_a_row_that_lies_in_redis_twice_takes_effect_once(
    relay: Relay, connection: Redis, work_off: Callable[[], None], asked: Ask, engine: Engine, clock: HandClock
) -> None:
    row_id = asked("count")
    relay.step()
    clock.move(minutes=5)
    relay.step()
    assert in_queue(connection) == [f"outbox-{row_id}-0"] * 2
    work_off()
    assert times(engine, row_id) == 1


def test_with_redis_away_rows_stay_asked(engine: Engine, asked: Ask, row: Row, clock: HandClock) -> None:
    row_id = asked("count")
    lonely = Relay(engine=engine, redis_url=NOWHERE, clock=clock, jobs=JOBS)
    with pytest.raises(RedisError):
        lonely.step()
    assert (row(row_id).state, row(row_id).due_at) == ("asked", clock())


def test_rows_that_redis_does_not_take_after_all_are_given_back(
    relay: Relay, connection: Redis, asked: Ask, row: Row, clock: HandClock
) -> None:
    """It answers, but is full: the greeting succeeds and the hand-over fails."""
    row_id = asked("count")
    connection.config_set("maxmemory", "1")
    try:
        with pytest.raises(RedisError):
            relay.step()
    finally:
        connection.config_set("maxmemory", "0")
    assert (row(row_id).state, row(row_id).due_at) == ("asked", clock())
    assert relay.step() == 1


def test_a_queue_with_enough_to_do_is_given_no_more_and_holds_up_no_other(
    relay: Relay, connection: Redis, asked: Ask, row: Row
) -> None:
    connection.lpush("rq:queue:recordings", *range(FILL["recordings"]))
    long, short = asked("long"), asked("count")
    assert relay.step() == 1
    assert (row(long).state, row(short).state) == ("asked", "handed")
    connection.lpop("rq:queue:recordings")
    assert relay.step() == 1


def test_the_longest_due_go_first_and_no_more_than_a_batch(engine: Engine, clock: HandClock) -> None:
    execute(
        engine,
        "insert into outbox (job, asked_at, due_at) "
        "select 'count', :now, cast(:now as timestamptz) - n * interval '1 s' from generate_series(1, 500) n",
        now=clock(),
    )
    claimed = claim(engine, now=clock())
    assert [due.id for due in claimed] == list(range(301, 501))
    assert len(claimed) == BATCH


def test_several_relays_never_claim_the_same_row(engine: Engine, clock: HandClock) -> None:
    execute(
        engine,
        "insert into outbox (job, asked_at, due_at) select 'count', :now, :now from generate_series(1, 600)",
        now=clock(),
    )
    barrier, claimed = threading.Barrier(4), []

    def claim_all() -> None:
        barrier.wait()
        while due := claim(engine, now=clock(), limit=7):
            claimed.extend(row.id for row in due)

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(claimed) == list(range(1, 601))


def test_a_relay_that_died_between_claim_and_hand_over_loses_nothing(
    relay: Relay, engine: Engine, asked: Ask, clock: HandClock
) -> None:
    asked("count")
    assert len(claim(engine, now=clock())) == 1
    assert relay.step() == 0
    clock.move(seconds=HANDED_FOR.total_seconds())
    assert relay.step() == 1


def test_trouble_is_logged_when_it_begins_and_when_it_is_over(
    engine: Engine, redis_url: str, asked: Ask, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "TICK", 0.001)
    monkeypatch.setattr(relay_module, "LONGEST_PAUSE", 0.001)
    rounds, stop = [], threading.Event()

    class Flickering(Relay):
        def step(self) -> int:
            rounds.append(1)
            if len(rounds) == 8:
                stop.set()
            if len(rounds) < 6:
                raise redis.exceptions.ConnectionError
            return super().step()

    asked("count")
    with capture_logs() as logs:
        Flickering(engine=engine, redis_url=redis_url, clock=clock, jobs=JOBS).run(stop)
    assert [line["event"] for line in logs] == ["relay_waits", "relay_goes_on"]
    assert scalar(engine, "select state from outbox") == "handed"


def test_an_empty_outbox_costs_one_statement_a_round(relay: Relay, engine: Engine) -> None:
    statements: list[str] = []

    def note(*about: Any) -> None:
        statements.append(about[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        relay.step()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert [statement.split()[0].lower() for statement in statements] == ["update"]


def test_a_job_leaves_nothing_in_redis_and_what_a_dead_worker_leaves_goes_by_itself(
    relay: Relay, connection: Redis, equipment: Equipment, asked: Ask, engine: Engine
) -> None:
    row_id = asked("count")
    relay.step()
    assert 0 < connection.ttl(f"rq:job:outbox-{row_id}-0") <= 3600
    equip(equipment)
    WarmWorker(list(FILL), connection=connection, serializer=JSONSerializer).work(burst=True, logging_level="ERROR")
    assert times(engine, row_id) == 1
    assert not [key for key in connection.keys("rq:*") if b"outbox-" in key or connection.type(key) == b"zset"]


def test_jobs_in_redis_hold_nothing_personal(relay: Relay, connection: Redis, asked: Ask) -> None:
    asked("count", args={"number": "+12025550147"})
    relay.step()
    stored = connection.hgetall(f"rq:job:{in_queue(connection)[0]}")
    assert b"2025550147" not in b"".join(stored.values())
    assert b"2025550147" not in zlib.decompress(stored[b"data"])

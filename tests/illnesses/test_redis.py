"""Redis is not on the caller's path: without it callers notice nothing, and no job is lost."""

from time import monotonic

import pytest
import redis
from redis.exceptions import RedisError

from tests.conftest import execute, scalar
from tests.illnesses.test_database import BOUND, leave_message, ticket_of
from workers.registry import JOBS
from workers.relay import Relay


def test_a_caller_notices_nothing_and_jobs_wait(open_door, patient, records, clock):
    door = open_door()
    patient.kill_redis()
    leave_message(door, clock, sid="CA1")
    assert ticket_of(records, "CA1")[0][0] == "billing"
    relay = Relay(engine=records, redis_url=patient.redis_url, clock=clock, jobs=JOBS)
    began = monotonic()
    with pytest.raises(RedisError):
        relay.step()
    assert monotonic() - began < BOUND
    assert scalar(records, "select count(*) from outbox where state <> 'asked'") == 0
    assert scalar(records, "select count(*) from outbox") > 0
    patient.start_redis()
    clock.move(minutes=5)
    relay.step()
    assert scalar(records, "select count(*) from outbox where state = 'asked'") == 0


def test_what_it_forgot_is_handed_over_again(open_door, patient, records, clock):
    leave_message(open_door(), clock, sid="CA1")
    relay = Relay(engine=records, redis_url=patient.redis_url, clock=clock, jobs=JOBS)
    relay.step()
    handed = execute(records, "select id from outbox where state = 'handed' order by id")
    assert handed
    with redis.Redis.from_url(patient.redis_url) as client:
        client.flushall()
        assert client.dbsize() == 0
        clock.move(hours=3)
        relay.step()
        assert client.dbsize() > 0

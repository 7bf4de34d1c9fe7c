"""Nobody waits long for a database that hangs, and once one caller has, nobody waits at all."""

import threading
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import bounded
from core.caller_connections import PATIENCE_SECONDS, CallerConnections
from core.config import load
from core.database import make_engine
from core.outages import DatabaseAway, TimeIsOver
from core.waiting import left, within
from tests.illnesses.conftest import eventually

PROMISE = 1.0
BOUND = 5 * PROMISE


def timed(does):
    began = monotonic()
    with pytest.raises(psycopg.Error) as caught:
        does()
    return caught.value, monotonic() - began


def ask(line):
    return line.execute("select 1", {})


@pytest.fixture
def line(patient):
    made = CallerConnections(patient.url)
    ask(made)
    yield made
    made.breaker.stop()
    made.drop()


def test_the_patience_is_four_fifths_of_a_second_unless_set(tmp_path: Path):
    assert PATIENCE_SECONDS == 0.8
    assert load({"RINGBACK_DATA": str(tmp_path)}, tmp_path / "none").patience == PATIENCE_SECONDS
    assert load({"RINGBACK_DATA": str(tmp_path), "RINGBACK_PATIENCE": "2.5"}, tmp_path / "none").patience == 2.5


class TestAServerThatHangs:
    def test_costs_the_first_caller_its_patience_and_the_next_ones_nothing(self, patient, line):
        patient.freeze()
        problem, seconds = timed(lambda: ask(line))
        assert isinstance(problem, TimeIsOver)
        assert PATIENCE_SECONDS * 0.9 < seconds < BOUND
        for _ in range(50):
            problem, seconds = timed(lambda: ask(line))
            assert isinstance(problem, DatabaseAway)
            assert seconds < PATIENCE_SECONDS / 2
        assert line.breaker.outage.why == "silent"

    def test_costs_no_other_thread_anything_either(self, patient, line):
        patient.freeze()
        timed(lambda: ask(line))
        seconds = []
        threads = [threading.Thread(target=lambda: seconds.append(timed(lambda: ask(line))[1])) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(seconds) < PATIENCE_SECONDS / 2

    def test_is_not_waited_for_by_who_must_connect_first(self, patient):
        fresh = CallerConnections(patient.url)
        patient.freeze()
        problem, seconds = timed(lambda: ask(fresh))
        fresh.breaker.stop()
        assert isinstance(problem, TimeIsOver)
        assert seconds < BOUND

    def test_is_used_again_when_it_goes_on(self, patient, line):
        back = threading.Event()
        line.breaker.tell(back)
        patient.freeze()
        timed(lambda: ask(line))
        patient.thaw()
        assert back.wait(30)
        assert ask(line) == [(1,)]

    def test_takes_its_time_from_both_statements_of_a_webhook_together(self, patient, line):
        with line.one_patience():
            line.execute("select pg_sleep(0.5)", {})
            began = monotonic()
            with pytest.raises(TimeIsOver):
                line.execute("select pg_sleep(0.5)", {})
            assert monotonic() - began < 0.5


class TestStaffPages:
    def test_are_given_up_as_soon_as_a_caller_knows(self, patient, line):
        engine = make_engine(patient.url, patience=60, breaker=line.breaker)
        with engine.connect() as connection:
            connection.execute(text("select 1"))
        began, ended = monotonic(), []

        def page():
            with pytest.raises(DBAPIError), engine.connect() as connection:
                connection.execute(text("select pg_sleep(50)"))
            ended.append(monotonic() - began)

        thread = threading.Thread(target=page)
        thread.start()
        patient.freeze()
        timed(lambda: ask(line))
        thread.join(20)
        assert ended
        _, seconds = timed_page(engine)
        assert seconds < BOUND
        engine.dispose()

    def test_tell_the_callers_of_a_silence_they_met(self, patient, line):
        engine = make_engine(patient.url, patience=0.5, breaker=line.breaker)
        with engine.connect() as connection:
            connection.execute(text("select 1"))
        patient.freeze()
        timed_page(engine)
        assert line.breaker.outage is not None
        engine.dispose()

    def test_are_read_while_nothing_can_be_written(self, patient, line):
        engine = make_engine(patient.url, breaker=line.breaker)
        patient.set_up("default_transaction_read_only", "on")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            line.execute("create table nothing (a int)", {})
        eventually(lambda: line.breaker.outage is not None and line.breaker.outage.why == "read_only")
        with engine.connect() as connection:
            assert connection.execute(text("select 1")).scalar() == 1
        engine.dispose()


def timed_page(engine):
    began = monotonic()
    with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
        connection.execute(text("select 1"))
    return caught.value, monotonic() - began


class TestAServerThatIsGone:
    def test_is_known_at_once_and_found_again(self, patient, line):
        patient.kill()
        timed(lambda: ask(line))
        assert line.breaker.outage.why == "unreachable"
        patient.start()
        eventually(lambda: line.breaker.outage is None)
        assert ask(line) == [(1,)]

    def test_that_restarted_while_nobody_called_costs_nobody_an_error(self, patient, line):
        patient.kill()
        patient.start()
        assert ask(line) == [(1,)]

    def test_that_cut_one_connection_off_costs_nobody_an_error(self, patient, line):
        [(pid,)] = line.execute("select pg_backend_pid()", {})
        with patient.connection() as other:
            other.execute("select pg_terminate_backend(%s)", [pid])
        assert ask(line) == [(1,)]
        assert line.breaker.outage is None


class TestWhatIsNoOutage:
    @pytest.mark.parametrize("statement", ["select 1/0", "select 'x'::int", "select nothing"])
    def test_an_error_of_one_statement(self, patient, line, statement):
        timed(lambda: line.execute(statement, {}))
        assert line.breaker.outage is None

    def test_a_row_that_somebody_holds(self, patient, line):
        with patient.connection() as other:
            other.execute("create table if not exists held (a int primary key)")
            other.execute("insert into held values (1) on conflict do nothing")
            with other.transaction():
                other.execute("select * from held for update")
                problem, seconds = timed(lambda: line.execute("update held set a = 2", {}))
        assert isinstance(problem, psycopg.errors.LockNotAvailable)
        assert seconds < BOUND
        assert line.breaker.outage is None


class TestConnecting:
    def test_a_silent_host_does_not_keep_us_from_the_next(self, patient):
        import socket

        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            port = silent.getsockname()[1]
            dsn = patient.url.replace("+psycopg", "", 1)
            path = dsn.partition("host=")[2]
            both = f"postgresql://ringback@/ringback?host=127.0.0.1,{path}&port={port},5432"
            began = monotonic()
            with bounded.connect(both, seconds=1.0, patience=1.0) as connection:
                assert connection.execute("select 1").fetchall() == [(1,)]
            assert monotonic() - began < BOUND

    def test_a_host_nobody_knows_is_an_outage_and_not_a_wait(self):
        away = CallerConnections("postgresql://x@nobody.invalid/x")
        problem, seconds = timed(lambda: ask(away))
        away.breaker.stop()
        assert isinstance(problem, psycopg.OperationalError)
        assert seconds < BOUND


def test_an_inner_limit_is_never_longer_than_the_outer_one():
    with within(0.01):
        with within(100):
            assert left(50) <= 0.01
        assert left(50) <= 0.01
    assert left(50) == 50

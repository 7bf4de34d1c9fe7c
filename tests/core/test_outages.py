"""What an error of the database means, and that the breaker opens and closes whatever happens."""

import threading

import psycopg
import pytest
from psycopg import errors

from core.breaker import Breaker
from core.outages import DatabaseAway, TimeIsOver, cause, is_away, is_worth_another_try

AWAY = ["08006", "28P01", "3D000", "53100", "53300", "57P01", "57P02", "57P03", "58030", "25006"]
LATER = ["40001", "40P01", "42P01", "42703", "55P03", "57014"]
NEVER = ["22003", "22P02", "23502", "23503", "23505", "42804", "42601"]


def error(state):
    return errors.lookup(state)("as the server says it") if state != "58030" else errors.IoError("")


@pytest.mark.parametrize("state", AWAY)
def test_the_database_is_away(state):
    assert is_away(error(state))
    assert is_worth_another_try(error(state))


@pytest.mark.parametrize("state", LATER)
def test_one_statement_was_unlucky(state):
    assert not is_away(error(state))
    assert is_worth_another_try(error(state))


@pytest.mark.parametrize("state", NEVER)
def test_the_values_are_at_fault(state):
    assert not is_away(error(state))
    assert not is_worth_another_try(error(state))


def test_the_drivers_own_errors_are_told_apart():
    assert is_away(psycopg.OperationalError("connection refused"))
    assert is_away(TimeIsOver("no answer"))
    assert is_away(psycopg.InterfaceError("the connection is closed"))
    assert not is_worth_another_try(psycopg.DataError("text cannot contain NUL"))


def test_causes_are_words_without_the_servers_text():
    assert cause(TimeIsOver("x")) == "silent"
    assert cause(DatabaseAway("read_only")) == "read_only"
    assert cause(error("53100")) == "disk_full"
    assert cause(error("53300")) == "too_many_connections"
    assert cause(psycopg.OperationalError('to "10.0.0.1"')) == "unreachable"
    assert cause(error("23503")) == "ForeignKeyViolation 23503"


@pytest.mark.parametrize("trouble", [psycopg.OperationalError("away"), RuntimeError("can't start new thread")])
def test_the_probe_goes_on_through_any_trouble(trouble):
    asked, back = [], threading.Event()

    def probe():
        asked.append(1)
        if len(asked) < 3:
            raise trouble

    breaker = Breaker(probe)
    breaker.tell(back)
    breaker.open(psycopg.OperationalError("away"))
    with pytest.raises(DatabaseAway):
        breaker.check()
    assert back.wait(30)
    assert breaker.outage is None
    breaker.check()


def test_many_who_meet_an_outage_start_one_probe():
    asked, go_on = [], threading.Event()

    def probe():
        asked.append(threading.get_ident())
        go_on.wait(30)

    breaker, back = Breaker(probe), threading.Event()
    breaker.tell(back)
    threads = [threading.Thread(target=breaker.open, args=(TimeIsOver("x"),)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    go_on.set()
    assert back.wait(30)
    assert len(asked) == 1
    assert asked[0] != threading.get_ident()


def test_opened_again_soon_it_is_asked_less_often():
    back, opened = threading.Event(), Breaker(lambda: None)
    opened.tell(back)
    pauses = []
    for _ in range(5):
        back.clear()
        opened.open(psycopg.OperationalError("full"))
        pauses.append(opened._pause)
        assert back.wait(30)
    assert pauses == [0.0, 0.25, 0.5, 1.0, 2.0]

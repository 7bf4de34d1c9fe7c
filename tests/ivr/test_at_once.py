"""Two equal or different posts of any webhook at the same moment: one statement each, one trace, one answer."""

import threading

import pytest

from core.caller_connections import CallerConnections
from core.outages import DatabaseAway, TimeIsOver
from ivr import statements
from tests.conftest import scalar
from tests.ivr.conftest import action
from tests.ivr.rows import is_turn

RECORDED = {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingDuration": "4", "RecordingChannels": "1"}
ENDED = {"CallStatus": "completed", "CallDuration": "9", "SequenceNumber": "0"}


@pytest.fixture
def counted(door, monkeypatch):
    """The statements of the caller's path, by whichever thread."""
    sent, lock, run = [], threading.Lock(), CallerConnections.execute

    def counting(self, statement, values):
        whole = statements.TURN if is_turn(statement) else statement
        if whole in (statements.TURN, statements.STATUS, statements.RECORDING, statements.FACTS):
            with lock:
                sent.append(whole)
        return run(self, statement, values)

    monkeypatch.setattr(CallerConnections, "execute", counting)
    return sent


def at_once(*posts):
    barrier, answers = threading.Barrier(len(posts)), [None] * len(posts)

    def send(place, post):
        barrier.wait(10)
        answers[place] = post()

    threads = [threading.Thread(target=send, args=each) for each in enumerate(posts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("other", [{}, {"From": "+14155550111"}], ids=["equal", "different"])
def test_incoming(door, engine, counted, other):
    one, two = at_once(lambda: door.incoming(), lambda: door.incoming(**other))
    assert one.get_data() == two.get_data()
    assert counted == [statements.TURN] * 2
    assert scalar(engine, "select count(*) from call") == scalar(engine, "select count(*) from event") == 1


def test_a_turn_while_the_database_fails_between_the_two(door, monkeypatch):
    """The first learns the facts and is not written down; the second learns nothing and could be."""
    menu, threads, second, run = door.incoming(), [], threading.Event(), CallerConnections.execute

    def failing(self, statement, values):
        me = threading.get_ident()
        if statement == statements.FACTS:
            threads.append(me)
            if me == threads[0]:
                return run(self, statement, values)
            second.set()
            raise DatabaseAway("down")
        if is_turn(statement) and me == threads[0]:
            second.wait(0.3)
            raise TimeIsOver("nobody knows")
        return run(self, statement, values)

    monkeypatch.setattr(CallerConnections, "execute", failing)
    one, two = at_once(lambda: door.press(menu, "4"), lambda: door.press(menu, "4"))
    assert len(set(threads)) == 2
    assert one.get_data() == two.get_data()


def test_a_repeat_that_can_learn_nothing_gets_what_the_turn_was_answered(door, monkeypatch):
    menu = door.incoming()
    first = door.press(menu, "4").get_data()

    def away(self, statement, values):
        raise DatabaseAway("down")

    monkeypatch.setattr(CallerConnections, "execute", away)
    assert door.press(menu, "4").get_data() == first
    other = door.incoming(sid="CA2")
    assert door.press(other, "4", sid="CA2").get_data() != first  # nobody had asked for that one


@pytest.mark.parametrize("key", ["4", "2"], ids=["equal", "different"])
def test_a_turn_with_facts(door, engine, counted, key):
    menu = door.incoming()
    counted.clear()
    one, two = at_once(lambda: door.press(menu, "4"), lambda: door.press(menu, key))
    assert one.get_data() == two.get_data()
    assert len(counted) <= 4
    assert counted.count(statements.TURN) == 2
    assert scalar(engine, "select count(*) from turn") == 2


@pytest.mark.parametrize("other", [{}, {"CallDuration": "11"}], ids=["equal", "different"])
def test_a_status(door, engine, counted, other):
    door.incoming()
    counted.clear()
    one, two = at_once(lambda: door.post("/voice/status", **ENDED), lambda: door.post("/voice/status", **ENDED | other))
    assert (one.status_code, two.status_code) == (204, 204)
    assert counted == [statements.STATUS] * 2
    assert scalar(engine, "select count(*) from ticket") == 1
    assert scalar(engine, "select count(*) from event where type = 'call_ended'") == 1


@pytest.mark.parametrize("first", ["completed", "busy"])
def test_two_different_ends_leave_one(door, engine, counted, first):
    door.incoming()
    at_once(
        lambda: door.post("/voice/status", **ENDED | {"CallStatus": first}),
        lambda: door.post("/voice/status", **ENDED | {"CallStatus": "failed", "SequenceNumber": "1"}),
    )
    assert scalar(engine, "select count(*) from ticket") == 1
    assert scalar(engine, "select status from call") in (first, "failed")
    assert scalar(engine, "select count(*) from event where type = 'call_ended'") == 1


@pytest.mark.parametrize("other", [{}, {"RecordingSid": "RE2"}], ids=["equal", "different"])
def test_news_of_a_recording(door, engine, counted, other):
    choice = door.press(door.incoming(), "2")
    assert action(door.press(choice, "1"))
    counted.clear()
    url = "/voice/recording?part=2"
    at_once(lambda: door.post(url, **RECORDED), lambda: door.post(url, **RECORDED | other))
    # A second recording for the same part is kept as a part of its own, at the cost of one more statement.
    assert len(counted) == (3 if other else 2)
    assert scalar(engine, "select count(*) from recording") == (2 if other else 1)
    assert scalar(engine, "select count(*) from outbox where job = 'fetch_recording'") == (2 if other else 1)

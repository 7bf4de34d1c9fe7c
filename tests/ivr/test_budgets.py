"""What each webhook costs: one statement (two with facts), one commit, no Redis; first, repeated, and two at once."""

import threading

import pytest

from tests.counting import counted_statements, redis_commands, writing_transactions
from tests.ivr.conftest import action
from tests.ivr.rows import is_turn

STATUS = {"CallStatus": "completed", "CallDuration": "9", "SequenceNumber": "0"}
RECORDED = {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingDuration": "4", "RecordingChannels": "1"}


def reached(door, *keys, sid="CA1"):
    answer = door.incoming(sid=sid)
    for key in keys:
        answer = door.press(answer, key, sid=sid)
    return answer


@pytest.fixture
def warm(door):
    """The connection of this thread is open, the directory read."""
    door.incoming(sid="CAwarm")
    return door


def posts(door):
    """Each kind of webhook, with the statements it may cost."""
    menu, choice = reached(door), None
    choice = reached(door, "2", sid="CA2")
    message = reached(door, "2", "1", sid="CA3")
    return {
        "incoming": (lambda: door.incoming(sid="CA9"), 1),
        "turn": (lambda: door.press(menu, "2"), 1),
        "turn that orders a recording": (lambda: door.press(choice, "1", sid="CA2"), 1),
        "turn with facts": (
            lambda: door.post(action(message), sid="CA3", RecordingDuration="4", RecordingUrl="x", Digits="#"), 2),
        "turn that asks for tickets": (lambda: door.press(menu, "4"), 2),
        "status": (lambda: door.post("/voice/status", sid="CA2", **STATUS), 1),
        "recording": (lambda: door.post("/voice/recording?part=3", sid="CA3", **RECORDED), 1),
    }  # fmt: skip


KINDS = ["incoming", "turn", "turn that orders a recording", "turn with facts", "turn that asks for tickets", "status",
         "recording"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_first_and_repeated_cost_the_same_few_statements(warm, monkeypatch, kind):
    post, allowed = posts(warm)[kind]
    for _ in ("first", "repeated"):
        with counted_statements(monkeypatch) as sent:
            assert post().status_code in (200, 204)
        assert len(sent) == allowed, sent


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_one_commit_and_no_redis(warm, settings, redis_url, kind):
    post, _ = posts(warm)[kind]
    warm.app.extensions["ringback"].directory.stop()
    question_itself = -redis_commands(redis_url) + redis_commands(redis_url)
    commands, before = redis_commands(redis_url), writing_transactions(settings.database_url)
    post()
    assert writing_transactions(settings.database_url) - before == 1
    post()
    assert writing_transactions(settings.database_url) - before <= 2
    assert redis_commands(redis_url) - commands == question_itself


@pytest.mark.parametrize("different", [False, True])
def test_two_at_once_cost_one_statement_each_and_get_one_answer(warm, monkeypatch, different):
    menu, answers, costs = reached(warm), [], []
    barrier = threading.Barrier(2)
    lock = threading.Lock()
    run = type(warm.app.extensions["ringback"].connections).execute

    def counting(self, statement, values):
        with lock:
            costs.append(statement)
        return run(self, statement, values)

    monkeypatch.setattr(type(warm.app.extensions["ringback"].connections), "execute", counting)

    def post(digits):
        barrier.wait(10)
        answers.append(warm.press(menu, digits).get_data())

    threads = [threading.Thread(target=post, args=(digits,)) for digits in ("2", "3" if different else "2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0] == answers[1]
    assert len(list(filter(is_turn, costs))) == 2

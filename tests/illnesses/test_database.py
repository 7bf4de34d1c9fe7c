"""The database is ill: what the caller hears, how soon, and what stands on the ticket once it is well."""

from time import monotonic

import pytest

from ivr.journal_folder import state
from tests.conftest import execute, scalar
from tests.illnesses.conftest import eventually
from tests.ivr.conftest import action, spoken

PROMISE = 1.0
BOUND = 5 * PROMISE
RECORDED = {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingDuration": "4", "RecordingChannels": "1"}
ENDED = {"CallStatus": "completed", "CallDuration": "42", "SequenceNumber": "0"}

FULL = """
create or replace function full_disk() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
create trigger full_disk before insert on turn for each row execute function full_disk();
create trigger full_disk before insert on carrier_event for each row execute function full_disk();
create trigger full_disk before insert on recording for each row execute function full_disk()
"""
NOT_FULL = "".join(f"drop trigger if exists full_disk on {table};" for table in ("turn", "carrier_event", "recording"))


def fill(patient):
    with patient.connection() as connection:
        connection.execute(FULL)


def empty(patient):
    with patient.connection() as connection:
        connection.execute(NOT_FULL)


ILLNESSES = {
    "down": (lambda patient: patient.kill(), lambda patient: patient.start()),
    "hanging": (lambda patient: patient.freeze(), lambda patient: patient.thaw()),
    "read-only": (
        lambda patient: patient.set_up("default_transaction_read_only", "on"),
        lambda patient: patient.cure(),
    ),
    "full": (fill, empty),
}


@pytest.fixture(params=list(ILLNESSES))
def illness(request, patient):
    yield ILLNESSES[request.param]
    patient.thaw()
    if request.param == "full":
        empty(patient)


def timed(does):
    """The answer, within the bound."""
    began = monotonic()
    answer = does()
    assert monotonic() - began < BOUND
    return answer


def ticket_of(engine, sid):
    """All that stands on the call's ticket, without ids."""
    return execute(engine, """
        select d.key, k.status, k.caller, c.status, c.outcome, c.duration, c.ended_at, c.started_at, r.state, r.part,
               (select array_agg(e.type order by e.id) from event e where e.call_id = c.id),
               (select array_agg(o.job order by o.id) from outbox o where o.call_id = c.id),
               (select array_agg(t.answer order by t.number) from turn t where t.leg_sid = c.sid)
        from call c join ticket k on k.id = c.ticket_id join department d on d.id = k.department_id
        left join recording r on r.call_id = c.id where c.sid = :sid""", sid=sid)  # fmt: skip


def leave_message(door, clock, *, sid, between=lambda: None):
    """A whole call: 2, 1, a message. `between` happens after the first answer."""
    heard = [timed(lambda: door.incoming(sid=sid))]
    between()
    for post in (
        lambda: door.press(heard[-1], "2", sid=sid),
        lambda: door.press(heard[-1], "1", sid=sid),
        lambda: door.post(action(heard[-1]), sid=sid, RecordingDuration="4", RecordingUrl="x", Digits="#"),
    ):
        clock.move(seconds=5)
        heard.append(timed(post))
    for path, form in (("/voice/recording?part=2", RECORDED | {"RecordingSid": f"RE{sid}"}), ("/voice/status", ENDED)):
        clock.move(seconds=1)
        assert timed(lambda path=path, form=form: door.post(path, sid=sid, **form)).status_code == 204
    return heard


def journal_is_empty(settings):
    return state(settings.data / "journal").records == 0


class TestACallMeanwhile:
    @pytest.mark.parametrize("when", ["before the call", "in the call"])
    def test_walks_the_whole_flow_and_leaves_its_message_and_its_ticket(
        self, open_door, patient, records, clock, ill_settings, illness, when
    ):
        door, (fall_ill, get_well) = open_door(), illness
        start = clock.now
        expected = leave_message(door, clock, sid="CAwell")
        clock.set(start)
        if when == "before the call":
            fall_ill(patient)
            heard = leave_message(door, clock, sid="CAill")
        else:
            heard = leave_message(door, clock, sid="CAill", between=lambda: fall_ill(patient))
        assert [spoken(answer)[:60] for answer in heard] == [spoken(answer)[:60] for answer in expected]
        get_well(patient)
        eventually(lambda: ticket_of(records, "CAill") and journal_is_empty(ill_settings))
        [well], [ill] = ticket_of(records, "CAwell"), ticket_of(records, "CAill")
        assert ill[0] == "billing"
        assert ill[:-1] == well[:-1]
        assert len(ill[-1]) == len(well[-1]) == 4
        for table in ("ticket", "call"):
            assert scalar(records, f"select count(*) from {table}") == 2

    def test_may_ask_for_a_callback(self, open_door, patient, records, clock, ill_settings, illness):
        door, (fall_ill, get_well) = open_door(), illness
        door.incoming(sid="CA0")
        fall_ill(patient)
        answer = timed(lambda: door.incoming())
        for key in ("2", "2", "1"):
            answer = timed(lambda answer=answer, key=key: door.press(answer, key))
        assert "call you back" in spoken(answer)
        get_well(patient)
        eventually(lambda: scalar(records, "select count(*) from callback") == 1)
        eventually(lambda: journal_is_empty(ill_settings))
        assert scalar(records, "select asked_number from callback") == "+14155550100"
        assert scalar(records, "select count(*) from outbox where job = 'judge_callback'") == 1

    def test_who_asks_for_a_ticket_is_offered_a_callback(self, open_door, patient, illness):
        door, (fall_ill, get_well) = open_door(), illness
        menu = door.incoming()
        fall_ill(patient)
        answer = timed(lambda: door.press(menu, "4"))
        assert "went wrong" not in spoken(answer)
        assert "/voice/turn" in action(answer)
        get_well(patient)

    def test_repeats_are_answered_alike_and_leave_one_trace(
        self, open_door, patient, records, clock, ill_settings, illness
    ):
        one, other, (fall_ill, get_well) = open_door(), open_door(), illness
        one.incoming(sid="CA0"), other.incoming(sid="CA0")
        fall_ill(patient)
        first = timed(lambda: one.incoming())
        clock.move(minutes=1)
        for door in (one, other):
            assert timed(lambda door=door: door.incoming(From="+14155550111")).get_data() == first.get_data()
        get_well(patient)
        eventually(lambda: journal_is_empty(ill_settings))
        assert other.incoming().get_data() == first.get_data()
        assert execute(records, "select from_number from call where sid = 'CA1'") == [("+14155550100",)]
        assert scalar(records, "select count(*) from turn where leg_sid = 'CA1'") == 1


class TestTheHost:
    def test_drains_what_a_process_left_that_died(self, open_door, patient, records, clock, ill_settings):
        door = open_door()
        door.incoming(sid="CA0")
        patient.kill()
        leave_message(door, clock, sid="CA1")
        door.app.extensions["ringback.journal"].stop()  # as the kernel does it: the file stays, its lock goes
        patient.start()
        open_door()
        eventually(lambda: journal_is_empty(ill_settings))
        assert ticket_of(records, "CA1")[0][0] == "billing"

    def test_where_two_processes_share_the_callers_applies_each_turn_once_and_in_order(
        self, open_door, patient, records, clock, ill_settings
    ):
        doors = [open_door(), open_door()]
        for door in doors:
            door.incoming(sid="CA0")
        patient.freeze()
        for number in range(6):
            clock.move(seconds=1)
            menu = doors[number % 2].incoming(sid=f"CA{number + 1}")
            clock.move(seconds=1)
            doors[(number + 1) % 2].press(menu, "2", sid=f"CA{number + 1}")
        patient.thaw()
        eventually(lambda: journal_is_empty(ill_settings))
        eventually(lambda: scalar(records, "select count(*) from turn") == 13)
        kinds = execute(records, "select array_agg(type order by id) from event where call_id > 1 group by call_id")
        assert len(kinds) == 6
        assert len({tuple(row[0]) for row in kinds}) == 1

    def test_that_can_keep_nothing_takes_a_message_and_says_so(self, open_door, patient, ill_settings, capsys):
        door = open_door()
        door.incoming(sid="CA0")
        door.app.extensions["ringback.journal"].stop()
        folder = ill_settings.data / "journal"
        for path in folder.rglob("*"):
            path.unlink()
        folder.rmdir()
        folder.write_text("in the way")
        patient.kill()
        assert "leave a message" in spoken(timed(lambda: door.incoming()))
        assert timed(lambda: door.post("/voice/status", **ENDED)).status_code == 503
        assert "not_kept" in capsys.readouterr().err
        patient.start()


def test_a_statement_whose_end_nobody_knows_takes_effect_once(open_door, patient, records, ill_settings):
    """It commits after we gave up on it, and its record is applied as well."""
    door = open_door()
    menu = door.incoming()
    with patient.connection() as other, other.transaction():
        other.execute("lock table call in exclusive mode")
        patient_answer = timed(lambda: door.press(menu, "2"))
    assert "went wrong" not in spoken(patient_answer)
    eventually(lambda: journal_is_empty(ill_settings))
    assert scalar(records, "select count(*) from turn") == 2
    assert door.press(menu, "2").get_data() == patient_answer.get_data()

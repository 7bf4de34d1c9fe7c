"""Webhooks are lost for good: the carrier's lists tell it afterwards, over real HTTP, once."""

import dataclasses
import threading
from datetime import timedelta

import pytest

from ivr.journal_folder import state
from ivr.reconciling_report import Left
from people.models import Brand
from simulator.lies import Lies
from simulator.person import Passive
from simulator.records import Call, Recording
from tests.factories.people import make_brand, make_department, make_phone_number
from tests.factories.tickets import make_call
from tests.house import LINE
from tests.stories.reconciliation import everything, reconcile, settle, whats
from tickets.sweeping import end_silent_calls

CALLER = "+14155550100"
MESSAGE = """
story: leaves a message
lines:
  - press: "2"
  - press: "1"
  - record: my invoice is wrong, please call me
  - press: "#"
"""
STATE = """
select c.status, c.outcome, c.duration is not null, k.status, r.state, (select count(*) from call),
  (select count(*) from ticket), (select count(*) from recording),
  (select count(*) from event where type = 'call_ended'), (select count(*) from event where type = 'ticket_opened')
from call c join ticket k on k.id = c.ticket_id left join recording r on r.call_id = c.id
"""
TOLD = "select actor, facts->>'what' from event where type = 'told_afterwards' order by id"


def rings_in_vain(house, caller=CALLER, to=LINE):
    """A call while nobody here listens: the carrier alone knows of it."""
    house.web.stop()
    call = house.carrier.call_in(from_=caller, to=to, person=Passive())
    house.web.start()
    return call


def test_a_call_nobody_here_ever_heard_of_gets_its_ticket_and_its_place(house, clock):
    call = rings_in_vain(house)
    assert house.rows("select 1 from call") == []
    clock.move(minutes=20)
    report = reconcile(house)
    assert whats(report) == ["call"]
    assert house.one("select sid from call") == call.sid
    assert house.rows("select from_number, to_number, direction, ended_at from call") == [
        (CALLER, LINE, "inbound", call.ended_at.replace(microsecond=0))
    ]
    assert house.rows(TOLD) == [("system", "call")]
    settle(house)
    assert house.rows("select t.caller, d.key, t.customer_id is not null from ticket t left join department d"
                      " on d.id = t.department_id") == [(CALLER, "general", True)]  # fmt: skip


def test_a_call_of_which_everything_here_was_lost_has_its_message_again(losing, clock):
    losing.carrier.delivery.lost = ("/voice/status", "/voice/recording")
    losing.story(MESSAGE)
    for table in ("recording", "turn", "carrier_event", "event", "outbox", "leg", "call", "ticket"):
        losing.rows(f"delete from {table}")
    clock.move(minutes=20)
    assert whats(reconcile(losing)) == ["call", "recording"]
    settle(losing)
    assert losing.rows(STATE) == [("completed", "message_left", True, "open", "stored", 1, 1, 1, 1, 1)]


def test_only_said_and_nothing_changed_in_a_dry_run(house, clock):
    rings_in_vain(house)
    clock.move(minutes=20)
    before = everything(house)
    assert whats(reconcile(house, dry_run=True)) == ["call"]
    assert everything(house) == before
    assert house.rows("select 1 from reconciliation") == []


def test_run_again_it_changes_nothing(losing, clock):
    losing.carrier.delivery.lost = ("/voice/status", "/voice/recording")
    losing.story(MESSAGE)
    rings_in_vain(losing, "+14155550101")
    clock.move(minutes=20)
    assert sorted(whats(reconcile(losing))) == ["call", "end", "recording"]
    before = everything(losing)
    assert whats(reconcile(losing)) == []
    assert everything(losing) == before
    assert losing.rows("select repaired from reconciliation order by id") == [(3,), (0,)]


def test_an_end_and_a_recording_nobody_told_are_those_of_any_other_call(losing, clock):
    losing.carrier.delivery.lost = ("/voice/status", "/voice/recording")
    losing.story(MESSAGE)
    assert losing.one("select ended_at from call") is None
    clock.move(minutes=20)
    assert whats(reconcile(losing)) == ["end", "recording"]
    settle(losing)
    assert losing.rows(STATE) == [("completed", "message_left", True, "open", "stored", 1, 1, 1, 1, 1)]
    [made] = losing.carrier.store.recordings.values()
    [call] = losing.carrier.store.calls.values()
    assert losing.rows("select sid, part <> sid from recording") == [(made.sid, True)]  # the part that ordered it
    assert losing.one("select duration from call") == call.seconds
    assert losing.rows(TOLD) == [("system", "end"), ("system", "recording")]


def test_a_call_taken_for_silent_gets_its_true_length(losing, clock):
    losing.carrier.delivery.lost = ("/voice/status",)
    losing.story(MESSAGE)
    clock.move(minutes=20)
    with losing.session() as session, session.begin():
        assert len(end_silent_calls(session, now=clock(), default_departments={})) == 1
    assert losing.one("select duration from call") is None
    assert whats(reconcile(losing)) == ["duration"]
    [call] = losing.carrier.store.calls.values()
    assert losing.one("select duration from call") == call.seconds
    assert losing.one("select count(*) from event where type = 'call_ended'") == 1


@pytest.mark.parametrize("late", ["/voice/status", "/voice/recording"])
def test_a_webhook_that_comes_late_after_all_changes_nothing(losing, clock, late):
    losing.carrier.delivery.lost = (late,)
    losing.story(MESSAGE)
    clock.move(minutes=20)
    assert len(whats(reconcile(losing))) == 1
    settle(losing)
    before = losing.rows(STATE)
    losing.carrier.delivery.release()
    assert [sent.answer.status for sent in losing.carrier.delivery.wire.sent][-1] == 204
    settle(losing)
    assert losing.rows(STATE) == before
    assert before[0][-2:] == (1, 1)


def test_a_recording_whose_turn_is_unknown_too_is_not_doubled_by_its_late_webhook(losing, clock):
    losing.carrier.delivery.lost = ("/voice/recording",)
    losing.story(MESSAGE)
    losing.rows("delete from recording")
    clock.move(minutes=20)
    assert whats(reconcile(losing)) == ["recording"]
    losing.carrier.delivery.release()
    assert [sent.answer.status for sent in losing.carrier.delivery.wire.sent][-1] == 204
    journal = state(losing.settings.data / "journal")
    assert (journal.records, journal.refused) == (0, 0)  # the database took it at once
    settle(losing)
    assert losing.rows(STATE) == [("completed", "message_left", True, "open", "stored", 1, 1, 1, 1, 1)]


def test_webhooks_and_two_runs_at_once_repair_it_once(losing, clock):
    losing.carrier.delivery.lost = ("/voice/status", "/voice/recording")
    losing.story(MESSAGE)
    clock.move(minutes=20)
    together, done = threading.Barrier(3), []

    def at_once(work):
        together.wait()
        work()
        done.append(work)

    works = (losing.carrier.delivery.release, lambda: reconcile(losing), lambda: reconcile(losing))
    threads = [threading.Thread(target=at_once, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 3
    settle(losing)
    assert losing.rows(STATE) == [("completed", "message_left", True, "open", "stored", 1, 1, 1, 1, 1)]


def test_a_missing_recording_that_the_carrier_has_is_fetched_once_more_and_only_once(house, clock):
    house.story(MESSAGE)
    settle(house)
    house.rows("update recording set state = 'missing', failure = 'it is empty'")
    clock.move(minutes=20)
    assert whats(reconcile(house)) == ["fetch"]
    assert house.one("select state from recording") == "ready"
    settle(house)
    assert house.one("select state from recording") == "stored"
    house.rows("update recording set state = 'missing'")
    assert whats(reconcile(house)) == []
    assert house.one("select state from recording") == "missing"


def test_a_recording_tried_for_all_its_time_raises_no_second_alarm(house, clock):
    house.story(MESSAGE)
    house.rows("update recording set state = 'missing', failure = 'the carrier has no audio of it'")
    house.rows("delete from outbox")
    clock.set(house.one("select deadline_at from recording"))
    report = reconcile(house)
    assert (report.recordings, whats(report), dict(report.left)) == (1, [], {Left.TOLD: 1})
    assert house.one("select state from recording") == "missing"


def test_every_page_is_read(house, clock):
    calls = [rings_in_vain(house, f"+1415555010{n}").sid for n in range(5)]
    clock.move(minutes=20)
    slept = []
    report = reconcile(house, page=2, slept=slept)
    assert report.calls == 5
    assert sorted(one.sid for one in report.repaired) == sorted(calls)
    assert house.one("select count(distinct ticket_id) from call") == 5
    assert slept
    assert min(slept) > 0  # never faster than the pause between two pages


def test_a_carrier_that_is_busy_is_asked_again_and_one_that_stays_so_is_told(opened, clock):
    house = opened(lies=Lies(rest_busy=0.5), seed=3)
    rings_in_vain(house)
    clock.move(minutes=20)
    slept = []
    runs = [reconcile(house, slept=slept) for _ in range(6)]
    assert [what for run in runs for what in whats(run)] == ["call"]
    assert 1.0 in slept  # its Retry-After
    busy = opened(lies=Lies(rest_busy=1.0))
    report = reconcile(busy)
    assert report.unread == {busy.settings.twilio_account_sid: "the carrier answered 429"}
    assert busy.one("select unread from reconciliation order by id desc limit 1") == "the carrier answered 429"


def test_what_ended_a_moment_ago_or_goes_on_is_left_alone(house, clock):
    call = rings_in_vain(house)
    clock.set(call.ended_at + timedelta(minutes=4, seconds=58))
    call.started_at = clock() - timedelta(hours=1)
    house.carrier.store.save(call)
    going_on = Call(
        "CA" + "5" * 32, CALLER, LINE, "inbound", call.created_at, "in-progress", started_at=call.started_at
    )
    house.carrier.store.save(going_on)
    report = reconcile(house)
    assert report.repaired == []
    assert dict(report.left) == {Left.FRESH: 1, Left.GOES_ON: 1}
    clock.move(seconds=5)
    assert [one.sid for one in reconcile(house).repaired] == [call.sid]


def test_calls_that_do_not_lead_here_and_calls_we_placed_become_no_ticket(house, clock):
    house.carrier.add_number("+14155550177", voice_url="http://elsewhere.example/voice/incoming")
    rings_in_vain(house, to="+14155550177")
    template = rings_in_vain(house)
    for name, direction in (("6", "outbound-api"), ("7", "outbound-dial")):
        placed = dataclasses.replace(template, sid="CA" + name * 32, direction=direction, from_=LINE, to=CALLER)
        house.carrier.store.save(placed)
    house.carrier.store.save(Recording("RE" + "6" * 32, "CA" + "6" * 32, "OutboundAPI", 1, clock(), "completed", 3))
    clock.move(minutes=20)
    report = reconcile(house)
    assert [one.sid for one in report.repaired] == [template.sid]
    assert dict(report.left) == {Left.ELSEWHERE: 1, Left.PLACED: 2, Left.NO_CALL: 1}
    assert house.one("select count(*) from ticket") == 1


def test_a_call_of_another_brand_is_that_brands(house, clock):
    with house.session() as session, session.begin():
        other = make_brand(session)
        department = make_department(session, other, "general")
        make_phone_number(session, other, e164="+14155550188")
        ids = (other.id, department.id)
    house.carrier.add_number("+14155550188", voice_url="http://old.example/voice/incoming")
    rings_in_vain(house, to="+14155550188")
    clock.move(minutes=20)
    assert whats(reconcile(house)) == ["call"]
    assert house.rows("select c.brand_id, t.brand_id, t.department_id from call c join ticket t on t.id = c.ticket_id"
                      ) == [(ids[0], *ids)]  # fmt: skip


def test_one_accounts_calls_are_not_taken_for_anothers(house, clock):
    call = rings_in_vain(house)
    other = "AC" + "9" * 32
    house.rows("insert into carrier_account (brand_id, account_sid) select id, :other from brand", other=other)
    with house.session() as session, session.begin():
        make_call(session, session.query(Brand).one(), account_sid=other, sid=call.sid, started_at=clock())
    before = house.rows("select * from call where account_sid = :other", other=other)
    clock.move(minutes=20)
    report = reconcile(house)
    assert whats(report) == ["call"]
    assert set(report.unread) == {other}  # our credentials do not open it
    assert house.rows("select * from call where account_sid = :other", other=other) == before
    assert house.one("select count(*) from call") == 2


def test_last_weeks_calls_keep_their_own_time(house, clock):
    call = rings_in_vain(house)
    clock.move(days=5)
    assert whats(reconcile(house)) == []
    assert whats(reconcile(house, since=clock() - timedelta(days=6))) == ["call"]
    assert house.one("select ended_at from call") == call.ended_at.replace(microsecond=0)
    assert house.one("select last_seen_at from call") == call.ended_at.replace(microsecond=0)  # no sign of life


def test_the_timetable_does_it_and_health_tells(house, clock):
    from health.checks import Tone, reconciliation
    from health.figures import figures

    def told():
        with house.session() as session:
            return reconciliation(figures(session, brand_id=None, now=clock()), clock())

    assert str(told().seen) == "not yet"
    rings_in_vain(house)
    clock.move(minutes=20)
    house.tick()
    settle(house)
    assert house.rows("select state from outbox where job = 'reconcile'") == [("done",)]
    assert (told().tone, str(told().seen)) == (Tone.WARN, "1 calls or recordings repaired in the last day")
    clock.move(hours=4)
    assert (told().tone, str(told().seen)) == (Tone.WARN, "not for hours")

"""The one statement of each webhook: the first writer wins, repeats change nothing, order does not matter."""

import itertools
import re
import threading
from datetime import timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from core.caller_connections import CallerConnections
from core.numbering import numbered
from ivr import statements
from tests.clock import MONDAY_MORNING
from tests.conftest import execute, scalar
from tests.factories.people import make_brand, make_department
from tests.ivr.rows import CALLED, CALLER, recording, status, turn
from tickets.sweeping import end_silent_calls


@pytest.fixture
def brand(engine):
    with Session(engine) as session, session.begin():
        brand = make_brand(session)
        billing, general = make_department(session, brand, "billing"), make_department(session, brand, "general")
        brand.ids = {"billing": billing.id, "general": general.id}
        session.expunge_all()
        return brand


@pytest.fixture
def line(engine, settings):
    return CallerConnections(settings.database_url, patience=settings.patience)


def counts(engine):
    tables = ("call", "leg", "turn", "ticket", "event", "outbox", "recording", "callback")
    return {table: scalar(engine, f'select count(*) from "{table}"') for table in tables}


class TestATurn:
    def test_the_first_turn_begins_a_call_without_a_ticket(self, engine, line, brand):
        [(answer, fresh, call_id, ticket)] = line.execute(statements.TURN, turn(brand.id))
        assert (answer, fresh, ticket) == ({"number": 0}, True, None)
        assert execute(engine, "select id, sid, status, from_number, ticket_id from call") == [
            (call_id, "CA1", "in_progress", CALLER, None)
        ]

    def test_a_repeat_changes_nothing_and_gets_the_same_answer(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, matter=True, jobs=["assign_ticket"]))
        before = counts(engine)
        [(answer, fresh, _, _)] = line.execute(statements.TURN, turn(brand.id, 1, matter=True, jobs=["assign_ticket"]))
        assert (answer, fresh) == ({"number": 1}, False)
        assert counts(engine) == before

    def test_an_ordinary_turn_looks_for_no_named_ticket_however_it_was_planned(self, settings, migrated):
        """By an index on the caller it would read all the tickets that number ever opened."""
        with psycopg.connect(settings.database_url.replace("+psycopg", "", 1)) as connection:
            explained = "explain (generic_plan) " + numbered(statements.TURN).text.decode()
            plan = "\n".join(line for (line,) in connection.execute(explained))
        looked = re.findall(r"One-Time Filter: .*IS NOT NULL.*\n.*on ticket j", plan)
        assert len(looked) == len(re.findall("on ticket j", plan)) == 3, plan

    def test_a_second_different_post_gets_the_first_ones_answer(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, answer={"said": "billing"}))
        before = counts(engine)
        other = turn(brand.id, 1, answer={"said": "technical"}, matter=True, department_id=brand.ids["general"])
        assert line.execute(statements.TURN, other)[0][:2] == ({"said": "billing"}, False)
        assert counts(engine) == before

    def test_the_matter_gives_birth_to_one_ticket_and_a_later_turn_tells_it_more(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, matter=True, department_id=brand.ids["general"], tags=["b"]))
        [(_, _, _, number)] = line.execute(
            statements.TURN,
            turn(brand.id, 2, matter=True, department_id=brand.ids["billing"], reason="message", tags=["a", "b"]),
        )
        assert execute(engine, "select number, department_id, reason, tags, caller, status from ticket") == [
            (number, brand.ids["billing"], "message", ["a", "b"], CALLER, "new")
        ]
        assert scalar(engine, "select count(*) from event where type = 'ticket_opened'") == 1

    def test_ticket_numbers_have_no_gaps(self, engine, line, brand):
        for sid in ("CA1", "CA2", "CA3"):
            for number in range(4):
                line.execute(statements.TURN, turn(brand.id, number, sid=sid, matter=number > 0))
            line.execute(statements.STATUS, status(brand.id, sid=sid))
        assert execute(engine, "select number from ticket order by number") == [(1001,), (1002,), (1003,)]

    def test_a_call_about_an_open_ticket_joins_it_and_opens_none(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA1", matter=True, department_id=brand.ids["billing"]))
        execute(engine, "update ticket set status = 'pending'")
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA2", matter=True, join=1001, reason="other"))
        assert execute(engine, "select ticket_id from call order by sid") == [(1001,), (1001,)]
        assert execute(engine, "select number, status, department_id, reason from ticket") == [
            (1001, "open", brand.ids["billing"], None)
        ]

    def test_another_callers_ticket_cannot_be_joined(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA1", matter=True))
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA2", matter=True, join=1001, caller="+14155550111"))
        assert execute(engine, "select ticket_id from call order by sid") == [(1001,), (1002,)]

    def test_a_closed_ticket_is_followed_up(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA1", matter=True))
        execute(engine, "update ticket set status = 'closed'")
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA2", matter=True, join=1001))
        assert execute(engine, "select number, follow_up_of_id from ticket order by number") == [
            (1001, None), (1002, 1001)
        ]  # fmt: skip

    def test_one_closed_while_the_caller_heard_of_it_hands_its_department_on(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA1", matter=True, department_id=brand.ids["billing"]))
        execute(engine, "update ticket set status = 'closed'")
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA2", matter=True, join=1001))
        assert scalar(engine, "select department_id from ticket where number = 1002") == brand.ids["billing"]

    def test_a_ticket_that_staff_opened_is_work_again_when_its_customer_calls(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA1", matter=True))
        execute(engine, "update ticket set status = 'pending', born_call_id = null")
        line.execute(statements.TURN, turn(brand.id, 1, sid="CA2", matter=True, join=1001, reason="other"))
        assert execute(engine, "select status, reason from ticket") == [("open", None)]

    def test_what_was_solved_meanwhile_keeps_the_moment_it_was(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, matter=True))
        execute(engine, "update ticket set status = 'solved', outcome = 'answered', solved_at = now()")
        line.execute(statements.TURN, turn(brand.id, 2, matter=True))
        assert execute(engine, "select status, solved_at is not null from ticket") == [("solved", True)]

    def test_a_message_is_expected_once(self, engine, line, brand):
        for _ in range(2):
            line.execute(statements.TURN, turn(brand.id, 2, matter=True, expects_recording=True))
        assert execute(engine, "select part, state, leg_sid from recording") == [("2", "expected", "CA1")]

    def test_a_callback_is_asked_for_once_with_its_job(self, engine, line, brand):
        for _ in range(2):
            line.execute(statements.TURN, turn(brand.id, 2, matter=True, callback_number=CALLER))
        assert execute(engine, "select asked_number, ticket_id, state from callback") == [(CALLER, 1001, "requested")]
        assert execute(engine, "select job, ticket_id from outbox") == [("judge_callback", 1001)]

    @pytest.mark.parametrize("matter", [False, True])
    @pytest.mark.parametrize("message", [False, True])
    @pytest.mark.parametrize("callback", [None, CALLER])
    @pytest.mark.parametrize("jobs", [[], ["assign_ticket"]])
    @pytest.mark.parametrize("has_ticket", [False, True])
    def test_without_the_parts_it_needs_not_it_ends_like_the_whole(
        self, engine, line, brand, matter, message, callback, jobs, has_ticket
    ):
        means = {"matter": matter, "expects_recording": message, "callback_number": callback, "jobs": jobs}
        ends = []
        for sid in ("CAwhole", "CAneeded"):
            line.execute(statements.TURN, turn(brand.id, 0, sid=sid, matter=has_ticket))
            before, values = counts(engine), turn(brand.id, 1, sid=sid, **means)
            statement = statements.TURN if sid == "CAwhole" else statements.turn(values)
            [(answer, fresh, call_id, ticket)] = line.execute(statement, values)
            written = {table: count - before[table] for table, count in counts(engine).items()}
            told = execute(engine, f"select type from event where call_id = {call_id} order by id")
            asked = execute(engine, f"select job from outbox order by id offset {before['outbox']}")
            ends.append((answer, fresh, ticket is None, written, told, asked))
        assert ends[0] == ends[1]

    @pytest.mark.parametrize("different", [False, True])
    def test_two_at_once_get_one_answer_and_leave_one_trace(self, engine, brand, settings, different):
        line, rounds = CallerConnections(settings.database_url, patience=settings.patience), 60
        answers = [[None] * rounds, [None] * rounds]
        barrier = threading.Barrier(2)

        def post(side):
            for n in range(rounds):
                said = f"{n}-{side if different else 0}"
                events = Jsonb([{"type": "said", "facts": {"said": said}}])
                matter, jobs = not (different and side), ["assign_ticket"]
                row = turn(brand.id, 1, sid=f"CA{n}", answer={"said": said}, matter=matter, jobs=jobs, events=events)
                barrier.wait(10)
                answers[side][n] = line.execute(statements.TURN, row)[0]

        threads = [threading.Thread(target=post, args=(side,)) for side in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one, other in zip(*answers, strict=True):
            assert one[0] == other[0]
            assert one[1] != other[1]
        stored = {sid: answer["said"] for sid, answer in execute(engine, "select leg_sid, answer from turn")}
        told = "select c.sid, e.facts->>'said' from event e join call c on c.id = e.call_id where e.type = 'said'"
        assert stored == dict(execute(engine, told))
        assert counts(engine)["call"] == counts(engine)["turn"] == counts(engine)["outbox"] == rounds


class TestAnEnd:
    def test_a_call_that_ends_without_a_matter_has_a_ticket(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id))
        line.execute(statements.STATUS, status(brand.id, default_department_id=brand.ids["general"]))
        assert execute(engine, "select status, ticket_id, duration from call") == [("completed", 1001, 13)]
        assert execute(engine, "select department_id, reason from ticket") == [(brand.ids["general"], "missed_call")]

    def test_the_same_event_twice_changes_nothing(self, engine, line, brand):
        line.execute(statements.STATUS, status(brand.id))
        before = counts(engine)
        assert line.execute(statements.STATUS, status(brand.id))[0][0] == 0
        assert counts(engine) == before

    def test_a_late_event_does_not_bring_a_call_back(self, engine, line, brand):
        line.execute(statements.STATUS, status(brand.id, "completed", sequence=3))
        line.execute(statements.STATUS, status(brand.id, "ringing", sequence=1))
        assert scalar(engine, "select status from call") == "completed"

    def test_an_end_of_a_second_leg_does_not_end_the_call(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id))
        line.execute(statements.STATUS, status(brand.id, sid="CA2", first_sid="CA1"))
        assert execute(engine, "select sid, status, ended_at from call") == [("CA1", "in_progress", None)]
        assert execute(engine, "select sid, status from leg order by sid") == [
            ("CA1", "in_progress"), ("CA2", "completed")
        ]  # fmt: skip

    def test_a_second_leg_that_is_quicker_than_its_call_says_nothing_about_the_caller(self, engine, line, brand):
        child = {"direction": "outbound", "caller": "+14155550199", "called": "+14155550777"}
        line.execute(statements.STATUS, status(brand.id, "ringing", sid="CA2", first_sid="CA1", **child))
        line.execute(statements.TURN, turn(brand.id))
        assert execute(engine, "select sid, direction, from_number, to_number from call") == [
            ("CA1", "inbound", CALLER, CALLED)
        ]

    def test_a_second_leg_does_not_reveal_a_withheld_caller(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, caller=None, withheld=True))
        line.execute(statements.STATUS, status(brand.id, sid="CA2", first_sid="CA1", caller="+14155550199"))
        line.execute(statements.STATUS, status(brand.id, caller=None, withheld=True))
        assert execute(engine, "select from_number, withheld from call") == [(None, True)]
        assert scalar(engine, "select caller from ticket") is None

    def test_a_call_known_by_its_end_alone_has_the_times_that_follow_from_it(self, engine, line, brand):
        line.execute(statements.STATUS, status(brand.id))
        began, ended = MONDAY_MORNING + timedelta(seconds=17), MONDAY_MORNING + timedelta(seconds=30)
        for table in ("call", "leg"):
            times = execute(engine, f"select started_at, answered_at, ended_at from {table}")
            assert times == [(began, began, ended)], table

    def test_an_end_that_overtook_its_call_leaves_the_leg_as_if_it_had_not(self, engine, line, brand):
        line.execute(statements.STATUS, status(brand.id, caller=None, called=None))
        line.execute(statements.TURN, turn(brand.id))
        assert execute(engine, "select status, from_number, to_number, started_at, answered_at from leg") == [
            ("completed", CALLER, CALLED, MONDAY_MORNING, MONDAY_MORNING)
        ]

    def test_an_end_told_after_silence_was_taken_for_it_is_not_told_again(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id))
        with Session(engine) as session, session.begin():
            end_silent_calls(session, now=MONDAY_MORNING + timedelta(minutes=3), default_departments={})
        late = MONDAY_MORNING + timedelta(minutes=4)
        line.execute(statements.STATUS, status(brand.id, happened_at=late, recorded_at=late))
        assert scalar(engine, "select count(*) from event where type = 'call_ended'") == 1

    def test_the_database_itself_refuses_a_call_that_is_over_without_a_ticket(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id))
        with pytest.raises(Exception, match="ck_call_over_has_ticket"):
            execute(engine, "update call set ended_at = now()")

    @pytest.mark.parametrize("order", list(itertools.permutations(range(5))))
    def test_whatever_the_order_the_state_at_the_end_is_the_same(self, engine, line, brand, order):
        webhooks = [
            (statements.TURN, turn(brand.id, 0)),
            (statements.TURN, turn(brand.id, 1, matter=True, department_id=brand.ids["billing"])),
            (statements.TURN, turn(brand.id, 2, expects_recording=True, matter=True, outcome="message_left")),
            (statements.RECORDING, recording(brand.id)),
            (statements.STATUS, status(brand.id, default_department_id=brand.ids["general"])),
        ]
        for index in order:
            line.execute(*webhooks[index])
        assert execute(engine, "select status, ticket_id, outcome, from_number from call") == [
            ("completed", 1001, "message_left", CALLER)
        ]
        assert execute(engine, "select number, department_id from ticket") == [(1001, brand.ids["billing"])]
        assert execute(engine, "select state, sid, part from recording") == [("ready", "RE1", "2")]
        assert scalar(engine, "select count(*) from outbox where job = 'fetch_recording'") == 1


def ended_in_silence(engine, *, minutes):
    with Session(engine) as session, session.begin():
        now = MONDAY_MORNING + timedelta(minutes=minutes)
        return end_silent_calls(session, now=now, default_departments={})


class TestSilence:
    def test_a_caller_who_leaves_a_long_message_is_not_taken_for_gone(self, engine, line, brand):
        late = MONDAY_MORNING + timedelta(minutes=70)
        line.execute(statements.TURN, turn(brand.id, 1, expects_recording=True, matter=True, deadline_at=late))
        assert ended_in_silence(engine, minutes=60) == []
        assert len(ended_in_silence(engine, minutes=71)) == 1

    def test_a_caller_whose_message_is_here_and_who_is_not_heard_of_is_gone(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 2, expects_recording=True, matter=True))
        line.execute(statements.RECORDING, recording(brand.id))
        assert ended_in_silence(engine, minutes=2) == []
        assert len(ended_in_silence(engine, minutes=3)) == 1


class TestNewsOfARecording:
    def test_news_that_overtake_their_call_are_kept_and_joined(self, engine, line, brand):
        line.execute(statements.RECORDING, recording(brand.id))
        line.execute(statements.TURN, turn(brand.id, 2, expects_recording=True))
        joined = "select r.state, c.sid, c.from_number from recording r join call c on c.id = r.call_id"
        assert execute(engine, joined) == [("ready", "CA1", CALLER)]

    def test_a_call_known_by_its_recording_alone_is_found_by_its_leg(self, engine, line, brand):
        line.execute(statements.RECORDING, recording(brand.id))
        assert execute(engine, "select l.sid, l.role, l.status from leg l join call c on c.id = l.call_id") == [
            ("CA1", "caller", "in_progress")
        ]
        line.execute(statements.TURN, turn(brand.id))
        assert execute(engine, "select status, from_number, started_at from leg") == [
            ("in_progress", CALLER, MONDAY_MORNING)
        ]

    @pytest.mark.parametrize("known", [None, "abandoned_in_ivr"])
    def test_a_message_nobody_announced_was_left_all_the_same(self, engine, line, brand, known):
        line.execute(statements.TURN, turn(brand.id, 1, matter=True))
        execute(engine, "update call set outcome = :known", known=known)
        line.execute(statements.RECORDING, recording(brand.id))
        assert scalar(engine, "select outcome from call") == "message_left"
        assert execute(engine, "select job, ticket_id from outbox where job = 'assign_ticket'") == [
            ("assign_ticket", 1001)
        ]

    def test_a_message_that_was_announced_asks_for_nobody_twice(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, matter=True, outcome="message_left"))
        line.execute(statements.RECORDING, recording(brand.id))
        assert execute(engine, "select job from outbox") == [("fetch_recording",)]

    def test_an_empty_recording_is_no_message(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 1, matter=True))
        line.execute(statements.RECORDING, recording(brand.id, message=False))
        assert scalar(engine, "select outcome from call") is None

    def test_the_same_news_twice_fetch_once(self, engine, line, brand):
        for _ in range(3):
            line.execute(statements.RECORDING, recording(brand.id))
        assert counts(engine) | {"call": 1, "outbox": 1, "recording": 1, "event": 1} == counts(engine)

    def test_an_absent_recording_is_due_at_once(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 2, expects_recording=True))
        gone = recording(brand.id, "expected", failure="absent", job=None)
        line.execute(statements.RECORDING, gone | {"deadline_at": gone["now"]})
        assert execute(engine, "select state, failure, deadline_at from recording") == [
            ("expected", "absent", gone["now"])
        ]

    def test_a_second_recording_for_one_part_does_not_replace_the_first(self, engine, line, brand):
        line.execute(statements.RECORDING, recording(brand.id))
        assert line.execute(statements.RECORDING, recording(brand.id, recording_sid="RE2")) == [(None, None)]
        assert execute(engine, "select sid from recording") == [("RE1",)]

    @pytest.mark.parametrize("part", ["2", "3"])
    def test_one_that_is_told_of_under_another_leg_is_the_one_that_is_known(self, engine, line, brand, part):
        line.execute(statements.TURN, turn(brand.id, 1))
        line.execute(statements.RECORDING, recording(brand.id, "expected", job=None))
        told = recording(brand.id, part=part) | {"leg_sid": "CAchild"}
        assert line.execute(statements.RECORDING, told)[0][1] == "ready"
        assert execute(engine, "select leg_sid, part, sid, state from recording") == [("CA1", "2", "RE1", "ready")]
        assert scalar(engine, "select count(*) from outbox where job = 'fetch_recording'") == 1

    def test_a_missing_one_that_turns_up_after_all_is_ready(self, engine, line, brand):
        line.execute(statements.TURN, turn(brand.id, 2, expects_recording=True))
        execute(engine, "update recording set state = 'missing', failure = 'never came'")
        line.execute(statements.RECORDING, recording(brand.id))
        assert execute(engine, "select state, failure from recording") == [("ready", None)]

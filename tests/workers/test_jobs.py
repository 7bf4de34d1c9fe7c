"""Each job in the registry, run as a worker runs it: arguments in, the room's verb done, the row ended."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from core.config import Settings
from core.outbox_models import OutboxRow
from people.setup import set_up
from routing.callbacks import request
from routing.deeds import AT_ONCE, do_to_matching, undo
from tests.clock import HandClock
from tests.conftest import execute, scalar
from tests.factories.people import make_account, make_brand, make_department, make_phone_number
from tests.factories.recordings import make_recording
from tests.factories.routing import make_callback
from tests.factories.tickets import ACCOUNT_SID, CALLER, make_call, make_ticket
from tests.odd_server import Answer, Asked, OddServer, serving
from tests.recordings.wav import pcm, wav
from tests.routing.calendar import make_shift
from tickets.queries import Asked as AskedTickets
from workers.draining import drain
from workers.running import Ran
from workers.work import Equipment

Ask = Callable[..., int]


@pytest.fixture
def carrier() -> Iterator[OddServer]:
    """A carrier that has every recording and obeys every request."""

    def answer(asked: Asked) -> Answer:
        if ".wav" in asked.path:
            return Answer(body=wav(pcm(*range(-800, 800))), headers={"Content-Type": "audio/x-wav"})
        if asked.method == "DELETE":
            return Answer(status=204)
        call = {"sid": "CA" + "9" * 32, "status": "queued", "to": CALLER, "from": CALLER}
        return Answer(status=201, body=json.dumps(call).encode(), headers={"Content-Type": "application/json"})

    with serving(answer) as server:
        yield server


@pytest.fixture
def equipment(engine: Engine, settings: Settings, clock: HandClock, carrier: OddServer) -> Equipment:
    there = dataclasses.replace(
        settings, twilio_account_sid=ACCOUNT_SID, twilio_auth_tokens=("t" * 32,), twilio_api_url=carrier.url
    )
    return Equipment(engine=engine, settings=there, clock=clock)


def ran(equipment: Equipment) -> dict[str, Ran]:
    """Drain, and say how each job ended."""
    return {tried.job: tried.ran for tried in drain(equipment)}


def test_a_recording_is_fetched_and_then_deleted_at_the_carrier(
    equipment: Equipment, carrier: OddServer, asked: Ask
) -> None:
    with equipment.transaction() as session:
        recording = make_recording(session, make_call(session, make_brand(session)), state="ready")
    asked("fetch_recording", args={"recording": recording.id})
    assert ran(equipment) == {"fetch_recording": Ran.DONE}
    key = scalar(equipment.engine, "select storage_key from recording where state = 'stored'")
    assert equipment.storage.stat(str(key)) is not None
    asked("delete_recording_at_carrier", args={"recording": recording.id})
    assert ran(equipment) == {"delete_recording_at_carrier": Ran.DONE}
    assert [asked.method for asked in carrier.asked] == ["GET", "DELETE"]


def test_a_carrier_that_is_away_has_a_recording_fetched_later(
    equipment: Equipment, settings: Settings, clock: HandClock, asked: Ask
) -> None:
    alone = Equipment(engine=equipment.engine, settings=dataclasses.replace(
        equipment.settings, twilio_api_url="http://127.0.0.1:1"), clock=clock)  # fmt: skip
    with equipment.transaction() as session:
        call = make_call(session, make_brand(session))
        recording = make_recording(session, call, state="ready", deadline_at=clock() + timedelta(days=1))
    asked("fetch_recording", args={"recording": recording.id}, call_id=call.id)
    assert ran(alone) == {"fetch_recording": Ran.LATER}
    clock.move(hours=1)
    assert ran(equipment) == {"fetch_recording": Ran.DONE}


def test_recordings_past_their_deadline_are_found_missing(equipment: Equipment, clock: HandClock, asked: Ask) -> None:
    with equipment.transaction() as session:
        make_recording(session, make_call(session, make_brand(session)), state="expected", deadline_at=clock())
    asked("find_missing_recordings")
    assert ran(equipment) == {"find_missing_recordings": Ran.DONE}
    assert scalar(equipment.engine, "select state from recording") == "missing"


@pytest.mark.parametrize("by", ["ticket", "call"])
def test_a_ticket_is_assigned(equipment: Equipment, asked: Ask, by: str) -> None:
    with equipment.transaction() as session:
        brand = make_brand(session)
        department = make_department(session, brand)
        ana = make_account(session, brand, departments=[department])
        make_shift(session, ana)
        ticket = make_ticket(session, brand, department_id=department.id)
        call = make_call(session, brand, ticket=ticket)
    asked("assign_ticket", args={by: {"ticket": ticket.id, "call": call.id}[by]})
    assert ran(equipment) == {"assign_ticket": Ran.DONE}
    assert scalar(equipment.engine, "select assignee_id from ticket") == ana.id


def test_a_call_without_a_ticket_yet_has_nothing_to_assign(equipment: Equipment, asked: Ask) -> None:
    with equipment.transaction() as session:
        call = make_call(session, make_brand(session), ended_at=None)
    asked("assign_ticket", args={"call": call.id})
    assert ran(equipment) == {"assign_ticket": Ran.DONE}


def test_a_ticket_waits_for_the_next_shift_and_is_then_assigned(
    equipment: Equipment, clock: HandClock, asked: Ask
) -> None:
    with equipment.transaction() as session:
        brand = make_brand(session)
        department = make_department(session, brand)
        ana = make_account(session, brand, departments=[department])
        make_shift(session, ana, starts="10:40", ends="18:00")
        ticket = make_ticket(session, brand, department_id=department.id)
    asked("assign_ticket", args={"ticket": ticket.id})
    for minutes in (0, 15, 15):
        clock.move(minutes=minutes)
        assert ran(equipment) == {"assign_ticket": Ran.DONE}
        assert scalar(equipment.engine, "select assignee_id from ticket") is None
    clock.move(minutes=10)
    drain(equipment)
    assert scalar(equipment.engine, "select assignee_id from ticket") == ana.id


def test_the_caller_is_identified(equipment: Equipment, asked: Ask) -> None:
    with equipment.transaction() as session:
        call = make_call(session, make_brand(session))
    asked("identify_caller", args={"call": call.id})
    assert ran(equipment) == {"identify_caller": Ran.DONE}
    assert scalar(equipment.engine, "select customer_id from call") is not None


def test_a_silent_call_is_ended_and_its_ticket_given_to_the_default_department(
    equipment: Equipment, clock: HandClock, asked: Ask
) -> None:
    with equipment.transaction() as session:
        brand = set_up(session, zone="UTC", country="US")
        make_call(session, brand, ended_at=None, last_seen_at=clock() - timedelta(minutes=3))
    asked("end_silent_calls")
    assert ran(equipment) == {
        "end_silent_calls": Ran.DONE,
        "identify_caller": Ran.DONE,
        "assign_ticket": Ran.DONE,
    }
    assert execute(
        equipment.engine,
        "select department.key, ticket.customer_id is not null, call.ended_at is not null "
        "from call join ticket on ticket.id = call.ticket_id join department on department.id = ticket.department_id",
    ) == [("general", True, True)]


def test_a_callback_is_judged_and_placed(
    equipment: Equipment, clock: HandClock, carrier: OddServer, asked: Ask
) -> None:
    clock.move(hours=5)
    with equipment.transaction() as session:
        brand = make_brand(session)
        department = make_department(session, brand, callback_number="+12025550100")
        make_phone_number(session, brand)
        make_shift(session, make_account(session, brand, departments=[department], phone="+12025550111"))
        ticket = make_ticket(session, brand, department_id=department.id)
        request(session, ticket_id=ticket.id, number=None, actor="system", now=clock())
    assert ran(equipment) == {"judge_callback": Ran.DONE, "place_callback": Ran.DONE}
    assert scalar(equipment.engine, "select state from callback") == "reserved"
    assert [(asked.method, asked.path) for asked in carrier.asked] == [
        ("POST", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json")
    ]


def test_callbacks_left_behind_are_swept(equipment: Equipment, clock: HandClock, asked: Ask) -> None:
    with equipment.transaction() as session:
        make_callback(session, make_ticket(session, make_brand(session)), due_at=clock() - timedelta(hours=1))
    asked("sweep_callbacks")
    assert ran(equipment)["sweep_callbacks"] is Ran.DONE
    assert scalar(equipment.engine, "select count(*) from outbox where job = 'judge_callback'") == 1


def test_a_leg_is_hung_up(equipment: Equipment, carrier: OddServer, asked: Ask) -> None:
    asked("hang_up_leg", args={"sid": "CA" + "9" * 32})
    assert ran(equipment) == {"hang_up_leg": Ran.DONE}
    assert [asked.body for asked in carrier.asked] == [b"Status=completed"]


@pytest.mark.parametrize(("status", "ended"), [(404, Ran.DONE), (403, Ran.FAILED), (503, Ran.LATER)])
def test_a_leg_the_carrier_does_not_know_is_as_good_as_hung_up(
    equipment: Equipment, asked: Ask, status: int, ended: Ran
) -> None:
    body = json.dumps({"status": status, "code": 20000 + status, "message": "no"}).encode()
    with serving(lambda _: Answer(status=status, body=body, headers={"Content-Type": "application/json"})) as server:
        there = dataclasses.replace(equipment.settings, twilio_api_url=server.url)
        asked("hang_up_leg", args={"sid": "CA" + "9" * 32})
        unhelpful = Equipment(engine=equipment.engine, settings=there, clock=equipment.clock)
        assert ran(unhelpful) == {"hang_up_leg": ended}


def test_a_deed_of_many_tickets_is_carried_out_and_taken_back_in_turns(
    equipment: Equipment, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.jobs.tickets.DEED_TURN", timedelta(seconds=-1))
    with equipment.transaction() as session:
        brand = make_brand(session)
        mia = make_account(session, brand)
        for _ in range(2 * AT_ONCE + 1):
            make_ticket(session, brand)
        deed, _ = do_to_matching(session, by=mia, once="o", wish={"priority": 1}, asked=AskedTickets(), now=clock())
    drain(equipment)
    assert execute(equipment.engine, "select priority, count(*) from ticket group by 1") == [(1, 2 * AT_ONCE + 1)]
    assert scalar(equipment.engine, "select count(*) from outbox where state = 'done'") == 3
    with equipment.transaction() as session:
        undo(session, deed_id=deed.id, by=mia, now=clock())
    drain(equipment)
    assert execute(equipment.engine, "select priority, count(*) from ticket group by 1") == [(3, 2 * AT_ONCE + 1)]
    assert scalar(equipment.engine, "select state from deed") == "undone"


def test_holidays_are_written(equipment: Equipment, asked: Ask) -> None:
    with equipment.transaction() as session:
        set_up(session, zone="UTC", country="US")
    execute(equipment.engine, "update schedule set holiday_country = 'US'")
    asked("keep_holidays")
    assert ran(equipment) == {"keep_holidays": Ran.DONE}
    assert scalar(equipment.engine, "select count(*) from schedule_exception where name like 'Christmas%'")


def test_old_rows_are_deleted_and_what_is_needed_is_kept(
    equipment: Equipment, clock: HandClock, asked: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(job: str, **columns: Any) -> None:
        with equipment.transaction() as session:
            session.add(OutboxRow(job=job, asked_at=clock(), due_at=clock() + timedelta(days=99), **columns))

    old, young = clock() - timedelta(days=8), clock() - timedelta(days=6)
    for _ in range(5):
        put("old", state="done", ended_at=old)
    put("young", state="done", ended_at=young)
    put("failed", state="failed", ended_at=old)
    put("open", state="asked")
    for due_at in (old, young):
        execute(equipment.engine, "insert into timetable_run values ('prune', :due, :due)", due=due_at)
    for number, age in enumerate((timedelta(hours=25), timedelta(hours=23))):
        execute(
            equipment.engine,
            "insert into repeatable values (:number, 'key', '', 200, '{}', :at)",
            number=number,
            at=clock() - age,
        )
    monkeypatch.setattr("workers.pruning.prune.__kwdefaults__", {"batch": 2})
    asked("prune")
    assert ran(equipment) == {"prune": Ran.DONE}
    left = execute(equipment.engine, "select job from outbox order by id")
    assert left == [("young",), ("failed",), ("open",), ("prune",)]
    assert execute(equipment.engine, "select due_at from timetable_run") == [(young,)]
    assert execute(equipment.engine, "select token_id from repeatable") == [(1,)]

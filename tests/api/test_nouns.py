"""Calls, recordings, callbacks, departments, agents, customers and jobs through the API."""

import pytest
from sqlalchemy import Engine, select

from core.database import transaction
from core.outbox_models import OutboxRow
from people.models import Brand, Role
from recordings.models import RecordingState
from tests.api.conftest import Program
from tests.clock import HandClock
from tests.factories.people import make_account, make_brand, make_department
from tests.factories.recordings import make_recording
from tests.factories.routing import make_callback
from tests.factories.tickets import CALLER, make_call, make_event, make_leg, make_ticket


def test_a_call_has_the_fields_of_the_contract_under_the_sid_of_any_leg(
    api: Program, engine: Engine, brand: Brand
) -> None:
    with transaction(engine) as session:
        billing = make_department(session, brand)
        call = make_call(session, brand, department_id=billing.id)
        agent = make_leg(session, call)
        make_event(session, brand, call_id=call.id, type="step_passed", facts={"step": "menu"})
    shown = api.get(f"/calls/{agent.sid}").get_json()
    assert api.get(f"/calls/{call.sid}").get_json() == shown == api.get("/calls").get_json()["items"][0]
    legs, timeline = shown.pop("legs"), shown.pop("timeline")
    assert shown == {
        "sid": call.sid,
        "direction": "inbound",
        "from": CALLER,
        "to": "+12025550100",
        "status": "completed",
        "department": "billing",
        "ticket": call.ticket_id,
        "started_at": "2026-11-23T10:00:00Z",
        "answered_at": "2026-11-23T10:00:00Z",
        "ended_at": "2026-11-23T10:01:00Z",
        "duration": 60,
    }
    assert [(leg["sid"], leg["role"], leg["from"]) for leg in legs] == [
        (call.sid, "caller", CALLER),
        (agent.sid, "agent", CALLER),
    ]
    assert [(event["at"], event["type"], event["facts"]) for event in timeline] == [
        ("2026-11-23T10:00:00Z", "step_passed", {"step": "menu"})
    ]
    assert api.get("/calls/CAnone").status_code == 404
    assert api.get("/calls/%00").status_code == 404


def test_a_call_is_logged_by_hand_on_a_new_or_a_given_ticket(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        make_department(session, brand)
    body = {"direction": "inbound", "from": CALLER, "started_at": "2026-11-23T10:30:00+01:00", "duration": 90}
    first = api.post("/calls", body | {"subject": "Refund", "department": "billing", "note": "angry"})
    assert first.status_code == 201
    call = first.get_json()
    assert (call["sid"][:7], call["started_at"], call["ended_at"]) == (
        "manual-",
        "2026-11-23T09:30:00Z",
        "2026-11-23T09:31:30Z",
    )
    second = api.post("/calls", body | {"ticket": call["ticket"]}).get_json()
    assert second["ticket"] == call["ticket"]
    ticket = api.get(f"/tickets/{call['ticket']}").get_json()
    assert set(ticket["calls"]) == {call["sid"], second["sid"]}
    assert (ticket["subject"], ticket["department"], ticket["caller"]) == ("Refund", "billing", CALLER)
    assert api.get(f"/customers/{ticket['customer']}").get_json()["numbers"] == [CALLER]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"from": "0207"}, "from"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"started_at": "2026-11-23T09:30:00"}, "started_at"),
        ({"started_at": "2026-11-23T10:30:00Z"}, "started_at"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
        ({"duration": 1.5}, "duration"),
        ({"ticket": 4711}, "ticket"),
        ({"department": "nobody"}, "department"),
        ({"sid": "CA1"}, "sid"),
    ],
)
def test_a_call_that_cannot_have_been_is_422_and_named(
    api: Program, brand: Brand, fields: dict[str, object], named: str
) -> None:
    body = {"direction": "inbound", "from": CALLER, "started_at": "2026-11-23T09:30:00Z", "duration": 90}
    answer = api.post("/calls", body | fields)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, named)
    assert api.get("/tickets").get_json()["items"] == []


def test_a_recording_has_the_fields_of_the_contract(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        call = make_call(session, brand)
        stored = make_recording(session, call, state=RecordingState.STORED, duration=4.4)
        expected = make_recording(session, call)
    assert api.get(f"/recordings/{stored.id}").get_json() == {
        "id": str(stored.id),
        "sid": stored.sid,
        "call": call.sid,
        "ticket": call.ticket_id,
        "state": "stored",
        "duration": 4,
        "channels": 1,
        "bytes": 64044,
        "sha256": stored.sha256,
        "created_at": "2026-11-23T10:00:00Z",
    }
    assert [item["id"] for item in api.get("/recordings").get_json()["items"]] == [str(expected.id), str(stored.id)]
    assert [item["id"] for item in api.get("/recordings?state=expected").get_json()["items"]] == [str(expected.id)]


def test_a_callback_is_asked_for_and_called_off(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
    asked = api.post("/callbacks", {"ticket": number})
    assert asked.status_code == 201
    shown = asked.get_json()
    assert {name: shown[name] for name in ("ticket", "to", "state", "reason", "attempts")} == {
        "ticket": number,
        "to": CALLER,
        "state": "requested",
        "reason": "",
        "attempts": 0,
    }
    assert api.get(f"/callbacks?ticket={number}").get_json()["items"] == [shown]
    with transaction(engine) as session:
        assert session.scalars(select(OutboxRow.job)).all() == ["judge_callback"]
    gone = api.send("DELETE", f"/callbacks/{shown['id']}")
    assert (gone.status_code, gone.get_json()["state"]) == (200, "cancelled")
    assert api.send("DELETE", f"/callbacks/{shown['id']}").status_code == 409


def test_a_callback_that_is_being_dialled_cannot_be_called_off(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        id = make_callback(session, make_ticket(session, brand), state="dialling").id
    answer = api.send("DELETE", f"/callbacks/{id}")
    assert (answer.status_code, answer.get_json()["type"]) == (409, "urn:problem-type:ringback:calling-now")


def test_a_callback_needs_a_number_and_an_open_ticket(
    api: Program, engine: Engine, brand: Brand, clock: HandClock
) -> None:
    with transaction(engine) as session:
        withheld = make_ticket(session, brand, caller=None).number
        closed = make_ticket(session, brand, status="closed", closed_at=clock()).number
    for body, field in (
        ({"ticket": withheld}, "to"),
        ({"ticket": closed}, "status"),
        ({"ticket": 4711}, "ticket"),
        ({"ticket": withheld, "to": "1" * 65}, "to"),
        ({"ticket": withheld, "to": "\x00"}, "to"),
    ):
        answer = api.post("/callbacks", body)
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field), body


def test_departments_and_agents_are_listed_in_pages(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        technical, billing = make_department(session, brand, "technical"), make_department(session, brand, "billing")
        make_account(session, brand, email="ada@example.com", departments=[technical, billing])
        make_account(session, brand, email="left@example.com", active=False)
        make_account(session, brand, email="bob@example.com", departments=[billing])
    first = api.get("/departments?limit=1").get_json()
    second = api.get("/departments?" + first["next"].split("?")[1]).get_json()
    assert [item["key"] for item in first["items"] + second["items"]] == ["technical", "billing"]
    assert second["next"] is None
    first = api.get("/agents?limit=1").get_json()
    second = api.get("/agents?" + first["next"].split("?")[1]).get_json()
    assert [(item["email"], item["departments"]) for item in first["items"] + second["items"]] == [
        ("ada@example.com", ["technical", "billing"]),
        ("bob@example.com", ["billing"]),
    ]


def test_a_customer_is_made_found_by_number_and_changed(api: Program) -> None:
    made = api.post("/customers", {"name": "Ada", "email": "ada@example.com", "numbers": [CALLER]})
    assert made.status_code == 201
    customer = made.get_json()
    assert api.get("/customers?number=%2B12025550147").get_json()["items"] == [customer]
    assert api.get("/customers?number=%2B442071838750").get_json()["items"] == []
    changed = api.patch(f"/customers/{customer['id']}", {"name": None, "add_numbers": ["+442071838750", CALLER]})
    assert (changed.get_json()["name"], changed.get_json()["numbers"]) == (None, [CALLER, "+442071838750"])
    for body, field in (
        ({"email": "nobody"}, "email"),
        ({"numbers": ["1"]}, "numbers.0"),
        ({"name": "a\nb"}, "name"),
    ):
        answer = api.post("/customers", body)
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)


def test_a_failed_job_is_listed_and_asked_for_again_once(
    programs: dict[Role, Program], engine: Engine, clock: HandClock
) -> None:
    supervisor = programs[Role.SUPERVISOR]
    with transaction(engine) as session:
        failed = {"state": "failed", "attempts": 3, "last_error": "no route", "asked_at": clock(), "due_at": clock()}
        rows = [OutboxRow(job="fetch_recording", args={}, ended_at=clock(), **failed) for _ in range(3)]
        session.add_all(rows)
        session.flush()
        ids = [str(row.id) for row in rows]
    page = supervisor.get("/jobs/failed?limit=2").get_json()
    rest = supervisor.get("/jobs/failed?" + page["next"].split("?")[1]).get_json()
    assert [job["id"] for job in page["items"] + rest["items"]] == ids[::-1]
    assert page["items"][0]["last_error"] == "no route"
    assert supervisor.post(f"/jobs/{ids[0]}/retry").status_code == 204
    assert supervisor.post(f"/jobs/{ids[0]}/retry").status_code == 409
    assert programs[Role.AGENT].post(f"/jobs/{ids[1]}/retry").status_code == 403
    assert len(supervisor.get("/jobs/failed").get_json()["items"]) == 2


def test_another_companys_failed_jobs_are_neither_listed_nor_asked_for_again(
    api: Program, engine: Engine, clock: HandClock, brand: Brand
) -> None:
    with transaction(engine) as session:
        failed = {"state": "failed", "asked_at": clock(), "due_at": clock(), "ended_at": clock()}
        other, own = make_call(session, make_brand(session)), make_call(session, brand)
        theirs = OutboxRow(job="identify_caller", args={}, call_id=other.id, **failed)
        ours = OutboxRow(job="identify_caller", args={}, call_id=own.id, ticket_id=own.ticket_id, **failed)
        session.add_all([theirs, ours])
        session.flush()
        ids = [str(theirs.id), str(ours.id)]
    assert [job["id"] for job in api.get("/jobs/failed").get_json()["items"]] == ids[1:]
    assert [api.post(f"/jobs/{id}/retry").status_code for id in ids] == [409, 204]

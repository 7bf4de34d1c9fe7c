"""Work that begins and ends through the API: tickets opened, callers named, messages and promises dealt with."""

import pytest
from sqlalchemy import Engine, select

from core.database import transaction
from core.outbox_models import OutboxRow
from people.models import Brand, Role
from recordings.models import RecordingState
from tests.api.conftest import Program
from tests.clock import HandClock
from tests.factories.people import make_account, make_department
from tests.factories.recordings import make_recording
from tests.factories.routing import make_assignment, make_callback
from tests.factories.tickets import CALLER, make_call, make_customer, make_ticket
from tickets.models import Ticket

KEY = {"Idempotency-Key": "once"}


class TestOpening:
    def test_a_ticket_is_opened_once_and_given_to_somebody_by_a_job(
        self, api: Program, engine: Engine, brand: Brand
    ) -> None:
        with transaction(engine) as session:
            make_department(session, brand)
        body = {"subject": "Refund", "caller": CALLER, "department": "billing", "priority": 2, "tags": ["web"]}
        opened = api.post("/tickets", body | {"note": "from the form"}, headers=KEY)
        assert opened.status_code == 201
        ticket = opened.get_json()
        assert body.items() <= ticket.items()
        assert opened.headers["ETag"] == '"1"'
        assert api.post("/tickets", body | {"note": "from the form"}, headers=KEY).data == opened.data
        with transaction(engine) as session:
            [job] = session.scalars(select(OutboxRow))
            assert (job.job, job.args, job.ticket_id) == (
                "assign_ticket",
                {"ticket": ticket["number"]},
                ticket["number"],
            )
        events = api.get(f"/tickets/{ticket['number']}/timeline").get_json()["items"]
        assert [event["type"] for event in events] == ["ticket_opened", "note_added"]

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"subject": ""}, "subject"),
            ({"subject": "two\nlines"}, "subject"),
            ({"caller": "0207"}, "caller"),
            ({"department": "nobody"}, "department"),
            ({"priority": 0}, "priority"),
            ({"reason": "Free words"}, "reason"),
            ({"tags": ["a,b"]}, "tags"),
            ({"status": "solved"}, "status"),
        ],
    )
    def test_what_cannot_be_is_named_and_opens_nothing(
        self, api: Program, brand: Brand, fields: dict[str, object], field: str
    ) -> None:
        answer = api.post("/tickets", {"subject": "Refund"} | fields)
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)
        assert api.get("/tickets").get_json()["items"] == []


def test_a_program_says_which_of_two_customers_called(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        call = make_call(session, brand)
        one, _two = make_customer(session, brand, CALLER), make_customer(session, brand, CALLER)
        stranger = make_customer(session, brand, "+442071838750")
    path = f"/calls/{call.sid}/customer"
    assert api.send("PUT", path, json={"customer": str(one.id)}).status_code == 200
    assert api.get(f"/tickets/{call.ticket_id}").get_json()["customer"] == str(one.id)
    refused = api.send("PUT", path, json={"customer": str(stranger.id)})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "customer")


class TestMessages:
    def test_those_that_wait_are_listed_oldest_first_in_pages(self, api: Program, engine: Engine, brand: Brand) -> None:
        with transaction(engine) as session:
            billing = make_department(session, brand)
            ids = []
            for _ in range(3):
                call = make_call(session, brand, department_id=billing.id)
                session.get_one(Ticket, call.ticket_id).department_id = billing.id
                ids.append(str(make_recording(session, call, state=RecordingState.STORED).id))
        first = api.get("/messages?limit=2&department=billing").get_json()
        rest = api.get("/messages?" + first["next"].split("?")[1]).get_json()
        assert [one["id"] for one in first["items"] + rest["items"]] == ids
        [last] = rest["items"]
        assert (last["call"], last["caller"], last["department"], last["assigned"], last["duration"]) == (
            call.sid,
            CALLER,
            "billing",
            False,
            4,
        )
        assert api.get("/messages?department=nobody").status_code == 400

    def test_one_is_dealt_with_once_by_whoever_has_its_ticket(
        self, programs: dict[Role, Program], engine: Engine, brand: Brand
    ) -> None:
        api = programs[Role.AGENT]
        with transaction(engine) as session:
            call = make_call(session, brand)
            ticket = session.get_one(Ticket, call.ticket_id)
            ticket.born_call_id = call.id
            id = make_recording(session, call, state=RecordingState.STORED).id
        unowned = api.post(f"/messages/{id}/done")
        assert (unowned.status_code, unowned.get_json()["errors"][0]["field"]) == (422, "status")
        assert len(api.get("/messages").get_json()["items"]) == 1
        with transaction(engine) as session:
            make_assignment(session, session.get_one(Ticket, call.ticket_id), make_account(session, brand))
        assert api.post(f"/messages/{id}/done").get_json() == {"ticket": call.ticket_id, "solved": True}
        assert api.post(f"/messages/{id}/done").status_code == 409
        assert api.get("/messages").get_json()["items"] == []
        assert programs[Role.REVIEWER].post(f"/messages/{id}/done").status_code == 403


def test_a_promise_kept_another_way_is_done_once(api: Program, engine: Engine, brand: Brand, clock: HandClock) -> None:
    with transaction(engine) as session:
        waiting = make_callback(session, make_ticket(session, brand)).id
        talking = make_callback(session, make_ticket(session, brand), state="connected").id
    done = api.post(f"/callbacks/{waiting}/done")
    assert (done.status_code, done.get_json()["state"], done.get_json()["reason"]) == (200, "superseded", "called_in")
    assert api.post(f"/callbacks/{waiting}/done").status_code == 409
    assert api.post(f"/callbacks/{talking}/done").get_json()["type"].endswith("talking-now")

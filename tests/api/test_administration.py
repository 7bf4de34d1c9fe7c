"""Departments, people, their sign-ins, numbers and health through the API: the console's verbs, by another door."""

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.database import transaction
from people import links, sign_ins
from people.models import Account, AuditEntry, Brand, Role
from tests.api.conftest import Program
from tests.clock import HandClock
from tests.factories.people import make_account, make_department, make_phone_number
from tests.factories.tickets import make_ticket


def audited(engine: Engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        rows = session.execute(select(AuditEntry.action, AuditEntry.actor).order_by(AuditEntry.id))
        return [(action, actor.partition(":")[0]) for action, actor in rows]


def named(answer, status: int = 422) -> str:  # type: ignore[no-untyped-def]
    assert answer.status_code == status, answer.text
    [error] = answer.get_json()["errors"]
    assert error["cure"], error
    return str(error["field"])


class TestDepartments:
    def test_one_is_added_changed_closed_and_taken_away(self, api: Program, engine: Engine, brand: Brand) -> None:
        with transaction(engine) as session:
            make_department(session, brand)
        added = api.post("/departments", {"key": "sales", "name": "Sales"})
        assert added.status_code == 201
        assert {"week": "Mon-Fri 09:00-17:00", "closed": False, "open": True}.items() <= added.get_json().items()
        change = {"week": "Sat 10:00-12:00", "zone": "Europe/Berlin", "callback_number": "+12025550111"}
        changed = api.patch("/departments/sales", change).get_json()
        assert change.items() <= changed.items()
        assert (changed["name"], changed["open"], changed["next_opening"]) == ("Sales", False, "2026-11-28T09:00:00Z")
        assert api.patch("/departments/sales", {"name": "Sales!"}).get_json()["week"] == "Sat 10:00-12:00"
        assert api.send("PUT", "/departments/sales/closed", json={"closed": True}).get_json()["closed"]
        assert not api.send("PUT", "/departments/sales/closed", json={"closed": False}).get_json()["closed"]
        assert api.send("DELETE", "/departments/sales").status_code == 204
        assert api.get("/departments/sales").status_code == 404
        assert ("department_removed", "token") in audited(engine)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": " "}, "name"),
            ({"week": "whenever"}, "week"),
            ({"zone": "Mars/One"}, "zone"),
            ({"callback_number": "1"}, "callback_number"),
            ({"key": "other"}, "key"),
        ],
    )
    def test_what_cannot_be_is_named_and_changes_nothing(
        self, api: Program, engine: Engine, brand: Brand, body: dict[str, str], field: str
    ) -> None:
        with transaction(engine) as session:
            make_department(session, brand)
        before = api.get("/departments/billing").get_json()
        assert named(api.patch("/departments/billing", {"missed_is_work": False} | body)) == field
        assert api.get("/departments/billing").get_json() == before
        assert named(api.post("/departments", {"key": "billing", "name": "Again"})) == "key"

    def test_one_that_is_used_or_the_last_stays(self, api: Program, engine: Engine, brand: Brand) -> None:
        with transaction(engine) as session:
            department = make_department(session, brand)
            make_department(session, brand, "spare")
            make_ticket(session, brand, department_id=department.id)
        answer = api.send("DELETE", "/departments/billing")
        assert (answer.status_code, "1 tickets" in answer.get_json()["detail"]) == (409, True)
        assert api.send("DELETE", "/departments/spare").status_code == 204


class TestPeople:
    def test_one_is_added_and_let_in_by_a_link(
        self, api: Program, engine: Engine, brand: Brand, clock: HandClock
    ) -> None:
        with transaction(engine) as session:
            make_department(session, brand)
        body = {"email": "Ada@example.com", "name": "Ada", "role": "agent", "departments": ["billing"]}
        added = api.post("/agents", body, headers={"Idempotency-Key": "k"})
        assert added.status_code == 201
        assert added.get_json()["departments"] == ["billing"]
        assert api.post("/agents", body, headers={"Idempotency-Key": "k"}).data == added.data
        assert named(api.post("/agents", body)) == "email"
        link = api.send("PUT", f"/agents/{added.get_json()['id']}/link").get_json()
        with transaction(engine) as session:
            holder = links.holder(session, link["url"].rpartition("/")[2], now=clock())
            assert (holder.email, holder.password) == ("ada@example.com", None)

    def test_no_link_is_kept_for_a_repetition(self, api: Program, engine: Engine, brand: Brand) -> None:
        with transaction(engine) as session:
            id = make_account(session, brand).id
        url = api.send("PUT", f"/agents/{id}/link", headers={"Idempotency-Key": "k"}).get_json()["url"]
        with engine.connect() as connection:
            assert connection.exec_driver_sql("select count(*) from repeatable").scalar_one() == 0
        assert api.send("PUT", f"/agents/{id}/link", headers={"Idempotency-Key": "k"}).get_json()["url"] != url

    def test_role_phone_departments_and_work_are_changed(self, api: Program, engine: Engine, brand: Brand) -> None:
        with transaction(engine) as session:
            make_department(session, brand)
            id = make_account(session, brand).id
        change = {"role": "supervisor", "phone": "+12025550111", "departments": ["billing"], "active": False}
        changed = api.patch(f"/agents/{id}", change)
        assert change.items() <= changed.get_json().items()
        assert api.send("PUT", f"/agents/{id}/link").status_code == 409
        assert api.get("/agents").get_json()["items"] == []
        assert [one["id"] for one in api.get("/agents?left=true").get_json()["items"]] == [str(id)]
        assert api.patch(f"/agents/{id}", {"phone": None}).get_json()["phone"] is None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"departments": ["nobody"]}, "departments"),
            ({"role": "king"}, "role"),
            ({"phone": "12"}, "phone"),
            ({"email": "new@example.com"}, "email"),
        ],
    )
    def test_what_cannot_be_is_named_and_changes_nothing(
        self, api: Program, engine: Engine, brand: Brand, body: dict[str, object], field: str
    ) -> None:
        with transaction(engine) as session:
            id = make_account(session, brand, role=Role.ADMINISTRATOR).id
            make_account(session, brand, role=Role.ADMINISTRATOR)
        assert named(api.patch(f"/agents/{id}", {"role": "agent"} | body)) == field
        assert api.get(f"/agents/{id}").get_json()["role"] == "administrator"

    def test_the_last_administrator_stays(self, api: Program, engine: Engine, brand: Brand) -> None:
        with transaction(engine) as session:
            id = make_account(session, brand, role=Role.ADMINISTRATOR).id
        assert named(api.patch(f"/agents/{id}", {"role": "agent"})) == "role"
        assert named(api.patch(f"/agents/{id}", {"active": False})) == "active"

    def test_sign_ins_are_listed_and_ended(self, api: Program, engine: Engine, brand: Brand, clock: HandClock) -> None:
        with transaction(engine) as session:
            account = make_account(session, brand)
            other = make_account(session, brand)
            ids = [sign_ins.begin(session, account=account, now=clock(), browser="Firefox")[0].id for _ in range(3)]
            kept = sign_ins.begin(session, account=other, now=clock())[0].id
        path = f"/agents/{account.id}/sign-ins"
        assert [(one["id"], one["browser"]) for one in api.get(path).get_json()["items"]] == [
            (str(id), "Firefox") for id in ids[::-1]
        ]
        assert api.send("DELETE", f"{path}/{ids[0]}").status_code == 204
        assert api.send("DELETE", f"{path}/{ids[0]}").status_code == 404
        assert api.send("DELETE", f"{path}/{kept}").status_code == 404
        assert len(api.get(path).get_json()["items"]) == 2
        assert api.send("DELETE", path).status_code == 204
        assert api.get(path).get_json()["items"] == []
        assert len(api.get(f"/agents/{other.id}/sign-ins").get_json()["items"]) == 1
        assert [action for action, actor in audited(engine) if actor == "token"] == ["sign_in_ended", "sign_ins_ended"]


class TestNumbers:
    def test_one_is_set_up_changed_and_forgotten(self, api: Program, engine: Engine, brand: Brand) -> None:
        added = api.post("/numbers", {"number": "(202) 555-0142", "name": "Front desk"})
        assert added.status_code == 201
        id = added.get_json()["id"]
        assert added.get_json() == {"id": id, "number": "+12025550142", "flow": "main", "name": "Front desk"}
        assert api.patch(f"/numbers/{id}", {"name": "Back desk"}).get_json()["name"] == "Back desk"
        assert api.send("DELETE", f"/numbers/{id}").status_code == 204
        assert api.send("DELETE", f"/numbers/{id}").status_code == 404

    def test_they_are_listed_in_pages(self, api: Program, engine: Engine, brand: Brand) -> None:
        with transaction(engine) as session:
            for last in range(3):
                make_phone_number(session, brand, f"+1202555010{last}")
        first = api.get("/numbers?limit=2").get_json()
        second = api.get("/numbers?" + first["next"].split("?")[1]).get_json()
        assert [one["number"][-1] for one in first["items"] + second["items"]] == ["0", "1", "2"]
        assert second["next"] is None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"number": "call me"}, "number"),
            ({"number": "+12025550142"}, "number"),
            ({"number": "+12025550143", "flow": "nowhere"}, "flow"),
        ],
    )
    def test_what_cannot_be_is_named(
        self, api: Program, engine: Engine, brand: Brand, body: dict[str, str], field: str
    ) -> None:
        with transaction(engine) as session:
            make_phone_number(session, brand, "+12025550142")
        answer = api.post("/numbers", body)
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)


def test_health_tells_each_check_with_its_cure(programs: dict[Role, Program], engine: Engine) -> None:
    told = programs[Role.SUPERVISOR].get("/health").get_json()
    parts = {check["part"]: check for check in told["checks"]}
    assert {"webhooks", "signatures", "jobs", "failed_jobs", "timetable", "recordings", "disk"} <= set(parts)
    assert (parts["timetable"]["tone"], told["tone"]) == ("bad", "bad")
    assert "bin/ringback timetable" in parts["timetable"]["cure"]
    assert parts["signatures"]["cure"] == ""


def test_no_password_leaves_by_any_door(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        account = make_account(session, brand)
        session.get_one(Account, account.id).password = "$argon2id$kept"
    assert "argon2" not in api.get(f"/agents/{account.id}").text + api.get("/agents").text

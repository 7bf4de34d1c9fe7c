"""A part that asks by itself gets its text once, and after that only news."""

from core.database import transaction
from people.models import Role
from tests.factories.tickets import make_ticket

BACKGROUND = {"X-Background": "1"}


def test_what_has_not_changed_is_not_sent_again(signed_in):
    mia = signed_in(Role.AGENT)
    first = mia.get("/desk", fragment=True, headers=BACKGROUND)
    assert first.status_code == 200
    tag = first.headers["HX-PTag"]
    again = mia.get("/desk", fragment=True, headers=BACKGROUND | {"HX-PTag": tag})
    assert (again.status_code, again.data, again.headers["HX-PTag"]) == (304, b"", tag)
    assert "no-store" in again.headers["Cache-Control"]
    assert len(str(again.headers)) < 250


def test_what_has_changed_is_sent_with_another_tag(signed_in, brand, engine):
    mia = signed_in(Role.AGENT)
    tag = mia.get("/desk", fragment=True, headers=BACKGROUND).headers["HX-PTag"]
    with transaction(engine) as session:
        make_ticket(session, brand, subject="Brand new", assignee_id=mia.account.id)
    now = mia.get("/desk", fragment=True, headers=BACKGROUND | {"HX-PTag": tag})
    assert now.status_code == 200
    assert "Brand new" in now.text
    assert now.headers["HX-PTag"] != tag


def test_a_person_who_asks_gets_all_of_it(signed_in):
    mia = signed_in(Role.AGENT)
    tag = mia.get("/desk", fragment=True, headers=BACKGROUND).headers["HX-PTag"]
    assert mia.get("/desk", fragment=True, headers={"HX-PTag": tag}).status_code == 200
    assert mia.get("/desk", headers={"HX-PTag": tag} | BACKGROUND).status_code == 200


def test_how_long_a_page_took_is_told_to_those_signed_in_alone(signed_in, stranger):
    assert signed_in(Role.AGENT).get("/desk").headers["Server-Timing"].startswith("page;dur=")
    assert "Server-Timing" not in stranger.get("/sign-in").headers
    assert "Server-Timing" not in stranger.post("/sign-in", {"email": "a@example.com", "password": "x"}).headers

"""Idempotency-Key: one effect, the first answer again, and no key for two requests."""

import threading

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from core.database import transaction
from people.models import Brand
from tests.api.conftest import Program
from tests.factories.people import make_token
from tests.factories.tickets import CALLER, make_ticket
from tickets.models import Customer, Event

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def test_a_repeated_post_has_one_effect_and_the_first_answer(api: Program, engine: Engine, brand: Brand) -> None:
    first = api.post("/customers", {"name": "Ada", "numbers": [CALLER]}, headers=KEY)
    again = api.post("/customers", {"numbers": [CALLER], "name": "Ada"}, headers=KEY)
    assert (again.status_code, again.data) == (201, first.data)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(engine, Customer) == 1


def test_the_first_answer_is_given_although_the_thing_has_changed(api: Program, engine: Engine, brand: Brand) -> None:
    first = api.post("/customers", {"name": "Ada"}, headers=KEY)
    api.patch(f"/customers/{first.get_json()['id']}", {"name": "Bob"})
    assert api.post("/customers", {"name": "Ada"}, headers=KEY).data == first.data


def test_a_key_is_not_taken_for_another_request(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
    api.post("/customers", {"name": "Ada"}, headers=KEY)
    for path, body in (("/customers", {"name": "Bob"}), (f"/tickets/{number}/notes", {"text": "x"})):
        answer = api.post(path, body, headers=KEY)
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert count(engine, Customer) == 1


def test_a_key_belongs_to_its_token(api: Program, app: Flask, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        make_token(session, brand, plain="another-token")
    api.post("/customers", {"name": "Ada"}, headers=KEY)
    assert Program(app, "another-token").post("/customers", {"name": "Bob"}, headers=KEY).status_code == 201


def test_a_refused_request_may_be_mended_under_its_key(api: Program, engine: Engine, brand: Brand) -> None:
    assert api.post("/customers", {"name": "a\nb"}, headers=KEY).status_code == 422
    assert api.post("/customers", {"name": "a b"}, headers=KEY).status_code == 201
    assert count(engine, Customer) == 1


def test_posts_at_the_same_moment_have_one_effect(api: Program, engine: Engine, brand: Brand) -> None:
    with transaction(engine) as session:
        number = make_ticket(session, brand).number
    together, answers = threading.Barrier(6), []

    def one() -> None:
        together.wait(10)
        answers.append(api.post(f"/tickets/{number}/notes", {"text": "once"}, headers=KEY))

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {(answer.status_code, answer.data) for answer in answers} == {(201, answers[0].data)}
    assert len(answers) == 6
    assert count(engine, Event) == 1


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "ü"])
def test_what_is_no_key_is_refused_by_name(api: Program, key: str) -> None:
    answer = api.post("/customers", {"name": "Ada"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, "Idempotency-Key")


def count(engine: Engine, model: type) -> int | None:
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(model))

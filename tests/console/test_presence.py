"""Who else has a ticket open: seen while their page goes on telling, and by people of the same company only."""

import dataclasses
from datetime import timedelta

import pytest

from console import presence
from core.database import transaction
from people.models import Role
from tests.factories.people import make_account, make_brand
from tests.factories.tickets import make_ticket


@pytest.fixture(autouse=True)
def _nobody_is_anywhere(redis_url):
    """A Redis that keeps nothing from the test before."""


@pytest.fixture
def number(engine, brand):
    with transaction(engine) as session:
        return make_ticket(session, brand).number


def said(person, number, **values):
    answer = person.post(f"/tickets/{number}/presence", values)
    assert answer.status_code == 200
    return answer.json["said"]


def test_two_see_each_other_and_nobody_sees_themselves(signed_in, number):
    mia, ben = signed_in(name="Mia Chen"), signed_in(name="Ben Okafor")
    assert said(mia, number) == []
    assert said(ben, number) == ["Mia Chen has this ticket open"]
    assert said(mia, number, writing="1") == ["Ben Okafor has this ticket open"]
    assert said(ben, number) == ["Mia Chen is writing here"]
    assert said(mia, number, writing="0") == ["Ben Okafor has this ticket open"]
    assert said(ben, number) == ["Mia Chen has this ticket open"]


def test_who_leaves_is_gone_and_who_is_silent_is_gone_after_a_while(signed_in, number, clock):
    mia, ben, rosa = signed_in(name="Mia"), signed_in(name="Ben"), signed_in(Role.REVIEWER, name="Rosa")
    said(mia, number)
    said(ben, number)
    assert said(rosa, number) == ["Mia has this ticket open", "Ben has this ticket open"]
    said(ben, number, gone="1")
    assert said(rosa, number) == ["Mia has this ticket open"]
    clock.now += timedelta(seconds=presence.LASTS_SECONDS + 1)
    assert said(rosa, number) == []


def test_another_ticket_and_another_company_are_not_told(signed_in, engine, number, brand):
    mia, ben = signed_in(name="Mia"), signed_in(name="Ben")
    said(mia, number)
    with transaction(engine) as session:
        other = make_ticket(session, brand).number
        elsewhere = make_ticket(session, make_brand(session, name="Other")).number
    assert said(ben, other) == []
    assert ben.post(f"/tickets/{elsewhere}/presence").status_code == 404


def test_without_redis_nobody_is_seen_and_nothing_fails(settings, clock):
    away = dataclasses.replace(settings, redis_url="redis://127.0.0.1:1/0")
    for url in (away.redis_url, None):
        assert presence.tell(url, brand_id=1, number=1, account_id=1, now=clock()) == []
        presence.leave(url, brand_id=1, number=1, account_id=1)


def test_somebody_whose_account_is_gone_is_not_named(settings, engine, signed_in, number, brand, clock):
    with transaction(engine) as session:
        stranger = make_account(session, make_brand(session, name="Other"))
    presence.tell(settings.redis_url, brand_id=brand.id, number=number, account_id=stranger.id, now=clock())
    assert said(signed_in(), number) == []

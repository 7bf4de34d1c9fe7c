"""The database goes away while a callback's call is in progress: nobody is dialled blindly, nobody is forgotten."""

import dataclasses

import pytest

from core.outages import TimeIsOver
from ivr.journal_folder import state
from tests.house import open_house
from tests.illnesses.conftest import eventually
from tests.ivr.test_callback_stories import CALLER, FIRST, ask, callback, dialled, facts, furnish, go_on
from tests.routing.callback_world import NEW_YORK_MORNING


class GoingAway:
    """The web processes lose the database just before the first webhook of this path; jobs keep theirs."""

    path, app, away = "", None, False

    def __init__(self, below):
        self._below = below

    def control(self, webhook):
        self._look(webhook)
        return self._below.control(webhook)

    def notify(self, webhook):
        self._look(webhook)
        self._below.notify(webhook)

    def _look(self, webhook):
        if GoingAway.path in webhook.url and GoingAway.app is not None and not GoingAway.away:
            GoingAway.away = True
            breaker = GoingAway.app.extensions["ringback"].connections.breaker
            breaker._probe = self._probe
            breaker.open(TimeIsOver("gone"))

    @staticmethod
    def _probe():
        if GoingAway.away:
            raise TimeIsOver("still gone")


@pytest.fixture
def house(settings, engine, clock, tmp_path):
    clock.set(NEW_YORK_MORNING)
    settings = dataclasses.replace(settings, callbacks=True)
    with open_house(
        settings=settings, engine=engine, clock=clock, folder=tmp_path, delivery=GoingAway, demo_people=False
    ) as opened:
        furnish(opened)
        GoingAway.app, GoingAway.away = opened.app, False
        yield opened
        GoingAway.app = None


def back(house):
    """The database is back, and all that was kept has been applied."""
    breaker = house.app.extensions["ringback"].connections.breaker
    folder = house.settings.data / "journal"
    GoingAway.app, GoingAway.away = None, False
    eventually(lambda: breaker.outage is None and state(folder).records == 0)
    assert state(folder).refused == 0


@pytest.mark.parametrize("path", ["/voice/callback/agent", "/voice/callback/answer"])
def test_an_agent_who_could_not_be_connected_has_accepted_nothing_and_the_promise_stays(house, path):
    GoingAway.path = path
    callback_id = ask(house)
    go_on(house)
    assert GoingAway.away
    assert dialled(house, FIRST) == 1
    assert dialled(house, CALLER) == 0
    back(house)
    kept = callback(house, callback_id)
    assert (kept.state, kept.attempts) == ("queued", 0)
    assert house.rows("select role, status from leg") == [("agent", "completed")]
    house.clock.set(kept.due_at)
    go_on(house)
    assert callback(house, callback_id).state == "completed"
    assert dialled(house, CALLER) == 1


@pytest.mark.parametrize("path", ["/voice/callback/notice", "/voice/callback/machine", "/voice/callback/dialled"])
def test_a_talk_that_had_begun_is_told_afterwards_and_nobody_is_called_again(house, path):
    GoingAway.path = path
    callback_id = ask(house)
    go_on(house)
    back(house)
    kept = callback(house, callback_id)
    assert (kept.state, kept.attempts) == ("completed", 1)
    assert [fact["outcome"] for fact in facts(house, "callback_attempted")] == ["connected"]
    assert dialled(house, CALLER) == 1
    assert house.rows("select status from leg") == [("completed",)] * 2
    assert house.one("select count(*) from recording") == 1

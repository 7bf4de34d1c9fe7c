"""Callers in the background: they call while the switch is on, and what comes of it is labelled."""

import dataclasses
import threading
from random import Random
from urllib.parse import urlsplit

from ringback import demo_callers
from ringback.demo_line import NUMBER, webhooks
from tests.house import open_house


def test_they_live_through_whole_calls_which_are_labelled(settings, engine, clock, tmp_path):
    with open_house(settings=settings, engine=engine, clock=clock, folder=tmp_path) as house:
        house.carrier.add_number(NUMBER, **webhooks(house.settings))
        port = urlsplit(house.settings.twilio_api_url).port
        here = dataclasses.replace(house.settings, simulator_port=port)
        random = Random(3)
        for _ in range(6):
            assert demo_callers.call_once(here, random, threading.Event(), thinking=False)
        assert house.carrier.idle()
        house.work()
        assert house.rows("select count(*), bool_and(demo), count(ticket_id) from call") == [(6, True, 6)]
        assert house.rows("select distinct demo from customer") == [(True,)]


def test_without_a_simulator_nobody_calls_and_nothing_breaks(settings):
    away = dataclasses.replace(settings, simulator_port=9)
    assert not demo_callers.call_once(away, Random(1), threading.Event(), thinking=False)


def test_the_switch_is_off_until_somebody_turns_it(settings):
    assert not demo_callers.are_on(settings)
    demo_callers.turn(settings, on=True)
    demo_callers.turn(settings, on=True)
    assert demo_callers.are_on(settings)
    demo_callers.turn(settings, on=False)
    demo_callers.turn(settings, on=False)
    assert not demo_callers.are_on(settings)


def test_they_call_while_it_is_on_and_stop_when_told(settings, monkeypatch):
    stop, called = threading.Event(), []

    def call(*args, **more):
        called.append(demo_callers.are_on(settings))
        stop.set()
        return True

    monkeypatch.setattr(demo_callers, "LOOK", 0.01)
    monkeypatch.setattr(demo_callers, "call_once", call)
    demo_callers.turn(settings, on=True)
    demo_callers.run(settings, stop, random=Random(1))
    assert called == [True]

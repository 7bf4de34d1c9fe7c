"""Callers in the background of a running demo: now and then somebody calls, while the switch is on."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from core import logs
from core.config import Settings
from ringback.demo_line import NUMBER, account_of
from ringback.demo_past.callers import Caller, regulars, stranger
from ringback.demo_past.matters import MATTERS
from ringback.demo_past.stories import FIRST_CALLS, choose, story
from simulator.client import RemoteDesk, SimulatorRefusedError, SimulatorUnreachableError
from simulator.desk import UnknownCallError
from simulator.person import HangUp, Input, Message, Prompt, RecordPrompt
from simulator.story import Story
from simulator.story_caller import StoryCaller
from simulator.story_desk import AtDesk

BETWEEN = (30.0, 90.0)
"""Seconds from one call to the next, at least and at most."""

THINKING = (1.0, 4.0)
"""Seconds until somebody answers a question: a call lasts long enough to be seen."""

LOOK = 2.0

log = logs.get(__name__)


def turn(settings: Settings, *, on: bool) -> None:
    """Turn the callers on or off, for as long as the data folder lasts."""
    if on:
        _switch(settings).parent.mkdir(parents=True, exist_ok=True)
        _switch(settings).touch()
    else:
        _switch(settings).unlink(missing_ok=True)


def are_on(settings: Settings) -> bool:
    """Whether somebody calls now and then."""
    return _switch(settings).exists()


def run(settings: Settings, stop: threading.Event, *, random: Random | None = None) -> None:
    """Call while the switch is on, until `stop` is set."""
    drawn = random or Random()  # noqa: S311
    wait = 0.0
    while not stop.wait(LOOK):
        wait -= LOOK
        if wait <= 0 and are_on(settings):
            call_once(settings, drawn, stop)
            wait = drawn.uniform(*BETWEEN)


def call_once(settings: Settings, random: Random, stop: threading.Event, *, thinking: bool = True) -> bool:
    """Let somebody call once, and live through their story; False: the simulator or the call was lost."""
    matter = random.choice(MATTERS)
    known = random.random() < 0.6
    caller: Caller = random.choice(regulars()) if known else stranger(random, taken=set())
    told = story(choose(random, FIRST_CALLS), caller=caller, matter=matter, random=random)
    _, token = account_of(settings)
    desk = RemoteDesk(f"http://127.0.0.1:{settings.simulator_port}", token)
    try:
        AtDesk(desk, number=NUMBER).play(told, _Unhurried(told, random, stop) if thinking else StoryCaller(told))
    except (SimulatorUnreachableError, SimulatorRefusedError, UnknownCallError) as error:
        log.warning("demo_call_lost", why=str(error))
        return False
    log.info("demo_call", story=told.name, at=datetime.now(UTC).isoformat(timespec="seconds"))
    return True


class _Unhurried(StoryCaller):
    """Thinks before answering."""

    def __init__(self, story: Story, random: Random, stop: threading.Event) -> None:
        super().__init__(story)
        self._random, self._stop = random, stop

    def asked(self, prompt: Prompt) -> Input:
        self._stop.wait(self._random.uniform(*THINKING))
        return super().asked(prompt)

    def records(self, prompt: RecordPrompt) -> Message | HangUp:
        self._stop.wait(self._random.uniform(*THINKING))
        return super().records(prompt)


def _switch(settings: Settings) -> Path:
    return settings.data / "demo-live"

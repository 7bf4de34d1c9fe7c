"""The whole house for one test: the application behind real HTTP, a carrier that calls it, and its jobs run by hand."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from core.config import Settings
from ringback.app import create_app, shut
from ringback.demo_line import NUMBER, webhooks
from ringback.installation import brand_for, seed_demo
from simulator.carrier import Carrier
from simulator.delivery import Delivery, Wire
from simulator.lies import HONEST, Lies
from simulator.server import Server
from simulator.story import Story
from simulator.story_file import read_story
from simulator.story_run import SignedHttp, StoryResult, run_story
from tests.clock import HandClock
from tests.conftest import execute
from workers.draining import drain
from workers.timetable import Timetable
from workers.work import Equipment

LINE = "+14155550199"


class House:
    """Everything of one installation, with a clock that the test moves."""

    def __init__(self, *, settings: Settings, engine: Engine, clock: HandClock, carrier: Carrier, app: Any) -> None:
        self.settings, self.engine, self.clock, self.carrier, self.app = settings, engine, clock, carrier, app
        self.equipment = Equipment(engine=engine, settings=settings, clock=clock)
        self.api = app.test_client()

    def story(self, text: str, **changed: Any) -> StoryResult:
        """Run a story over signed HTTP, from its YAML text; it must go as it says."""
        story = dataclasses.replace(read_story(text), **changed)
        return self.run(story)

    def run(self, story: Story, *, complaints: bool = False) -> StoryResult:
        return run_story(story, SignedHttp(self.carrier, number=LINE), complaints=complaints)

    def work(self) -> list[str]:
        """Run all jobs that are due; the names of those that ran."""
        return [done.job for done in drain(self.equipment)]

    def tick(self) -> None:
        """Let every timetable entry that is due ask for its job."""
        Timetable(engine=self.engine, clock=self.clock).step()

    def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        return execute(self.engine, statement, **values)

    def one(self, statement: str, **values: object) -> Any:
        """The only value of the only row."""
        [[value]] = self.rows(statement, **values)
        return value

    def session(self) -> Session:
        return Session(self.engine, expire_on_commit=False)


@contextmanager
def open_house(
    *,
    settings: Settings,
    engine: Engine,
    clock: HandClock,
    folder: Path,
    delivery: Callable[[Wire], Delivery] | None = None,
    demo_people: bool = True,
    lies: Lies = HONEST,
    seed: int = 1,
) -> Iterator[House]:
    """Open the doors: set up people, start web server and carrier, close all of it at the end."""
    [sid], [token, *_] = [settings.twilio_account_sid], settings.twilio_auth_tokens
    carrier = Carrier(
        account_sid=sid,
        auth_token=token,
        state_dir=folder / "carrier",
        delivery=delivery,
        now=clock,
        seed=seed,
        inline=True,
        lies=lies,
    )
    with Session(engine) as session, session.begin():
        brand_for(session, settings)
        if demo_people:
            seed_demo(session, settings, clock=clock)
    with closing(Server(carrier)) as rest:
        rest.start()
        carrier.api_url = rest.url
        web = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
        public = f"http://127.0.0.1:{web.server_port}"
        settings = dataclasses.replace(settings, public_url=public, twilio_api_url=rest.url, port=web.server_port)
        app = create_app(settings, clock=clock)
        web.app = app
        for number in (LINE, NUMBER):
            carrier.add_number(number, **webhooks(settings))
        thread = threading.Thread(target=web.serve_forever, daemon=True)
        thread.start()
        try:
            yield House(settings=settings, engine=engine, clock=clock, carrier=carrier, app=app)
        finally:
            web.shutdown()
            thread.join()
            web.server_close()
            shut(app)

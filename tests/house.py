"""The whole house for one test: the application behind real HTTP, a carrier that calls it, and its jobs run by hand."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server

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

    def __init__(
        self, *, settings: Settings, engine: Engine, clock: HandClock, carrier: Carrier, app: Any, web: "Web"
    ) -> None:
        self.settings, self.engine, self.clock, self.carrier, self.app = settings, engine, clock, carrier, app
        self.web = web
        self.equipment = Equipment(engine=engine, settings=settings, clock=clock)
        self.api = app.test_client()
        self._timetable = Timetable(engine=engine, clock=clock)  # one for good: it knows what it asked for

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
        self._timetable.step()

    def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        return execute(self.engine, statement, **values)

    def one(self, statement: str, **values: object) -> Any:
        """The only value of the only row."""
        [[value]] = self.rows(statement, **values)
        return value

    def session(self) -> Session:
        return Session(self.engine, expire_on_commit=False)


class Web:
    """The web server, on a port of its own; it can be stopped, and started again where it was."""

    def __init__(self) -> None:
        self._server = _server(0)
        self._thread: threading.Thread | None = None
        self.port = self._server.server_port

    def serve(self, app: Any) -> None:
        self._server.app = app
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Nobody listens any more once this returns."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._thread = None

    def start(self) -> None:
        """Again, after a stop."""
        app, self._server = self._server.app, _server(self.port)
        self.serve(app)


def _server(port: int) -> BaseWSGIServer:
    return make_server("127.0.0.1", port, lambda *_: [], threaded=True)


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
        web = Web()
        public = f"http://127.0.0.1:{web.port}"
        settings = dataclasses.replace(settings, public_url=public, twilio_api_url=rest.url, port=web.port)
        app = create_app(settings, clock=clock)
        for number in (LINE, NUMBER):
            carrier.add_number(number, **webhooks(settings))
        web.serve(app)
        try:
            yield House(settings=settings, engine=engine, clock=clock, carrier=carrier, app=app, web=web)
        finally:
            web.stop()
            shut(app)

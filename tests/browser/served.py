"""The whole house on a port of its own for a browser to visit, its jobs done in the background."""

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from console.cookies import session_name
from core.clock import utc_now
from core.config import Settings
from people import passwords, sign_ins
from people.models import Account
from tests.house import House, open_house
from tests.ports import free_port
from tests.stream.running import started

PASSWORD = "seven quiet harbours"
EMAILS = {
    "agent": "bruno@example.com",
    "colleague": "fatima@example.com",
    "other department": "nora@example.com",
    "reviewer": "rosa@example.com",
    "supervisor": "sam@example.com",
    "administrator": "ada@example.com",
}
"""Who of the demo's people plays which part; agent and colleague share a department."""

_PAUSE = 0.1
_ESTABLISHED = "01"


@dataclasses.dataclass(frozen=True)
class Served:
    """A house with its doors open."""

    house: House
    stream: "LiveStream"

    @property
    def url(self) -> str:
        return self.house.settings.public_url

    def cookie(self, role: str) -> dict[str, object]:
        """A fresh sign-in of whoever plays this role, as browsers hold it."""
        with self.house.session() as session, session.begin():
            _, text = sign_ins.begin(session, account=self.account(session, role), now=self.house.clock())
        return {"name": session_name(self.house.settings), "value": text, "url": self.url, "httpOnly": True}

    def account(self, session: Session, role: str) -> Account:
        return session.scalars(select(Account).where(Account.email == EMAILS[role])).one()


class LiveStream:
    """`ringback stream` in a process of its own; not running until it is started."""

    def __init__(self) -> None:
        self.port = free_port()
        self._running = ExitStack()

    def start(self, settings: Settings) -> None:
        """Run it, and wait until it answers."""
        self._running.enter_context(started(settings, self.port))

    def stop(self) -> None:
        self._running.close()

    def connections(self) -> int:
        """How many connections are established at its port, as the kernel counts them."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
        return sum(local == f"0100007F:{self.port:04X}" and state == _ESTABLISHED for _, local, _, state, *_ in rows)


@contextmanager
def serve(*, background: bool = True, stream: bool = False, **circumstances: Any) -> Iterator[Served]:
    """Open a house (arguments of `open_house`, the clock being the real one unless given) with a password for all.

    With `background`, jobs and timetable run by themselves, as workers would; what failed there fails the test.
    With `stream`, live hints come from their own process; else nobody answers there, and pages poll.
    """
    live = LiveStream()
    settings = dataclasses.replace(circumstances.pop("settings"), stream_url=f"http://127.0.0.1:{live.port}")
    with ExitStack() as leaving:
        house = leaving.enter_context(open_house(**({"clock": utc_now, "settings": settings} | circumstances)))
        with house.session() as session, session.begin():
            session.execute(update(Account).values(password=_hashed()))
        if stream:
            leaving.callback(live.stop)
            live.start(house.settings)
        if background:
            leaving.enter_context(_working(house))
        yield Served(house, live)


@contextmanager
def _working(house: House) -> Iterator[None]:
    stopping, failed = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            while not stopping.wait(_PAUSE):
                house.tick()
                house.work()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
    if failed:
        raise failed[0]


@cache
def _hashed() -> str:
    """Argon2 takes its time: once is enough."""
    return passwords.hashed(PASSWORD)

"""What `bin/run` runs: everything, as children of one process, until it is told to stop.

It starts the embedded servers and the migrations, then the programs of `programs.py`; shows what they say; starts
again what ends; and at Ctrl-C or SIGTERM ends all of it, so that no process stays behind. It works in one thread:
children are bound to the thread that starts them.
"""

import contextlib
import os
import selectors
import signal
import sys
import time
from typing import NoReturn

from core import logs
from core.config import ROOT, Settings, SettingsError, load
from ringback import instance, readiness
from ringback.child import Child
from ringback.embedded import Embedded
from ringback.embedded_account import EmbeddedError
from ringback.listening import CannotListenError, check_ports
from ringback.programs import PREPARATIONS, PROGRAMS, wanted
from ringback.screen import Screen

_TICK_SECONDS = 0.2
_STOP_SECONDS = 7.0
_STOP_SERVERS_SECONDS = 2.0
_BUSY_SECONDS = 5.0
_LATE_SECONDS = 60.0
_SERVER_PAUSE_SECONDS = 2.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody wants us to stop. Not an error: it is raised by a signal, wherever the main thread is then."""


def main() -> int:
    """Run until stopped; the exit status is 0 after an orderly stop, 1 or 2 when it could not start."""
    screen = Screen()
    try:
        settings = load()
        supervisor = Supervisor(settings, screen)
    except SettingsError as error:
        print(f"ringback: {error}", file=sys.stderr)  # noqa: T201
        return 2
    for sign in _STOP_SIGNALS:
        if sign != signal.SIGHUP or signal.getsignal(sign) != signal.SIG_IGN:  # nohup means it
            signal.signal(sign, _request_stop)
    try:
        supervisor.run()
    except StopRequested:
        screen.plain("Stopping …")
        return 0
    except (EmbeddedError, CannotListenError) as error:
        print(f"ringback: {error}", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        _ignore_signals()
        supervisor.stop()
    return 0


class Supervisor:
    """The children of one running Ringback."""

    def __init__(self, settings: Settings, screen: Screen) -> None:
        self._settings, self._screen = settings, screen
        self._embedded = Embedded.of(settings)
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._server_retry_at = 0.0

    def run(self) -> NoReturn:
        """Start everything and watch it. Raises `EmbeddedError` or `CannotListenError` when it cannot start."""
        instance.adopt_orphans()
        self._embedded.own(wait=_BUSY_SECONDS)
        if ended := instance.end_leftovers(self._settings.data):
            self._say(f"ended {ended} processes that a killed Ringback left behind")
        check_ports(self._settings)
        self._say(f"starting, with data in {self._settings.data}")
        self._embedded.start()
        environment = self._environment()
        self._prepare(environment)
        self._children += [Child(program, environment) for program in wanted(PROGRAMS, self._settings)]
        started_at = time.monotonic()
        announced = late = False
        while True:
            self._turn()
            if not announced and readiness.is_ready(self._settings):
                announced = True
                self._turn()
                for line in readiness.closing_lines(self._settings):
                    self._screen.plain(line)
            if not announced and not late and time.monotonic() - started_at > _LATE_SECONDS:
                late = True
                self._say("not ready yet: /readyz does not answer 200; still trying")

    def stop(self) -> None:
        """End every process we started, within 10 seconds: programs first, then the servers they use."""
        for child in self._children:
            child.ask_to_stop()
        give_up_at = time.monotonic() + _STOP_SECONDS
        while any(child.is_running for child in self._children) and time.monotonic() < give_up_at:
            self._show_output(0.05)
            for child in self._children:
                self._note_end(child)
        for child in self._children:
            child.kill()
        self._embedded.stop(seconds=_STOP_SERVERS_SECONDS)
        instance.end_orphans()
        if self._children:
            self._say("stopped; nothing is left running")

    def _prepare(self, environment: dict[str, str]) -> None:
        """Run migrations and the like, one after the other; one that fails is tried again beside the programs.

        The phone is answered without the database too, so a database that is away must not keep us from starting.
        """
        for program in wanted(PREPARATIONS, self._settings):
            child = Child(program, environment)
            self._children.append(child)
            while not child.is_done and not child.has_failed:
                self._turn()

    def _turn(self) -> None:
        """Once round: show what was said, note who ended, start who is due."""
        self._show_output(_TICK_SECONDS)
        now = time.monotonic()
        for child in self._children:
            self._note_end(child)
            if child.is_due(now):
                child.start(now)
                self._selector.register(child.output, selectors.EVENT_READ, child)
        self._watch_servers(now)
        instance.reap_orphans(known=self._known())

    def _watch_servers(self, now: float) -> None:
        for server in self._embedded.servers:
            if server.is_alive() or now < self._server_retry_at:
                continue
            self._say(f"the {server.name} ended, starting it again")
            try:
                server.start()
            except EmbeddedError as error:
                self._say(str(error))
                self._server_retry_at = time.monotonic() + _SERVER_PAUSE_SECONDS

    def _show_output(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            self._show_lines(key.data)

    def _show_lines(self, child: Child) -> None:
        lines = child.lines()
        for line in lines:
            self._screen.show(child.name, line)

    def _note_end(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        self._show_lines(child)
        with contextlib.suppress(KeyError):  # a stop may have come between start and register
            self._selector.unregister(child.output)
        self._screen.show(child.name, child.ended(time.monotonic()) or "")

    def _known(self) -> list[int]:
        pids = [child.process.pid for child in self._children if child.process is not None]
        return pids + [server.pid for server in self._embedded.servers if server.pid is not None]

    def _environment(self) -> dict[str, str]:
        """What the programs get: our environment, the servers' addresses, and the instance's mark."""
        filled = self._embedded.filled(self._settings)
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "RINGBACK_DATA": str(self._settings.data),
            "DATABASE_URL": filled.database_url or "",
            "REDIS_URL": filled.redis_url or "",
            instance.MARK: instance.mark(self._settings.data),
            logs.PLAIN: "1",
        }

    def _say(self, line: str) -> None:
        self._screen.show("ringback", line)


def _request_stop(_sign: int, _frame: object) -> None:
    _ignore_signals()
    raise StopRequested


def _ignore_signals() -> None:
    for sign in _STOP_SIGNALS:
        signal.signal(sign, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())

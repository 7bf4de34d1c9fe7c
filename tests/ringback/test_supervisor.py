"""bin/run's supervisor: all of it starts, comes back when killed, recovers, and leaves nothing behind."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import NAMES, ROOT
from ringback import instance
from ringback.embedded_folders import Lock
from tests.ringback.processes import server_processes, soon

PATIENCE = 120


class Running:
    """A supervisor started by a test."""

    def __init__(self, data: Path, port: int, **environ: str) -> None:
        kept = {name: text for name, text in os.environ.items() if name not in NAMES}
        self.data, self.port = data, port
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ringback.supervisor"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "RINGBACK_DOTENV": os.devnull,
                "RINGBACK_DATA": str(data),
                "PORT": str(port),
                "WEB_CONCURRENCY": "1",
                **environ,
            },
        )

    def until(self, pattern: str) -> list[str]:
        """Read lines up to the first that matches."""
        lines = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if re.search(pattern, line):
                return lines
        raise AssertionError(f"never said {pattern}: {lines}")

    def rest(self) -> str:
        """Everything said until the end of the output."""
        return self.process.communicate(timeout=PATIENCE)[0]

    def answers(self, path: str = "/readyz") -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False

    def pids(self, program: str) -> list[int]:
        """The direct children of the supervisor that run this command."""
        found = [pid for pid in instance._processes() if instance._parent(pid) == self.process.pid]
        return [pid for pid in found if _arguments(pid)[-1:] == [program]]


def test_killed_parts_come_back_and_a_killed_whole_recovers(data: Path, port: int) -> None:
    first = Running(data, port)
    said = first.until(r"^  Call it")
    assert f"  Address  http://127.0.0.1:{port}" in said
    assert first.answers()

    (web,) = first.pids("serve")
    os.kill(web, signal.SIGKILL)
    first.until(r"web +\| ended by SIGKILL")
    assert soon(first.answers, seconds=PATIENCE)
    assert first.pids("serve") != [web]

    os.kill(int((data / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    first.until("the database ended, starting it again")
    assert soon(first.answers, seconds=PATIENCE)

    with first.process:
        first.process.kill()
    assert soon(lambda: not server_processes(data))

    second = Running(data, port)
    second.until(r"^  Call it")
    assert second.answers()
    second.process.send_signal(signal.SIGINT)
    assert "nothing is left running" in second.rest()
    assert second.process.returncode == 0
    assert instance._marked(data) == []
    assert server_processes(data) == []


def test_a_port_in_use_is_one_line(data: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        running = Running(data, port)
        said = running.rest()
    assert re.fullmatch(rf"ringback: PORT: cannot listen on 127.0.0.1:{port}: .*\n", said)
    assert running.process.returncode == 1


def test_a_malformed_setting_is_one_line(tmp_path: Path, port: int) -> None:
    running = Running(tmp_path / "none", port, RINGBACK_ZONE="Mars")
    assert re.fullmatch(r"ringback: RINGBACK_ZONE: .*\n", running.rest())
    assert running.process.returncode == 2
    assert not (tmp_path / "none/postgres").exists()


def test_a_data_folder_in_use_is_one_line(data: Path, port: int) -> None:
    lock = Lock(data / "instance.lock")
    assert lock.taken()
    running = Running(data, port)
    assert re.fullmatch(r"ringback: .* is in use by another Ringback; .*\n", running.rest())
    assert running.process.returncode == 1
    lock.release()


def _arguments(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().strip("\0").split("\0")


@pytest.fixture
def port() -> int:
    """A free port whose neighbour for the simulator is free too."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as one:
            number: int = one.getsockname()[1]
            try:
                with socket.create_server(("127.0.0.1", number + 2)):
                    break
            except (OSError, OverflowError):
                continue
    return number

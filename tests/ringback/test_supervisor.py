"""bin/run's supervisor: all of it starts, comes back when killed, recovers, and leaves nothing behind."""

import os
import re
import signal
import socket
from pathlib import Path

import pytest

from ringback import instance
from ringback.embedded_folders import Lock
from tests.ports import free_port
from tests.ringback.processes import server_processes, soon
from tests.ringback.running import PATIENCE, Running


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


@pytest.fixture
def port() -> int:
    return free_port(neighbours=2)  # of the stream and the simulator

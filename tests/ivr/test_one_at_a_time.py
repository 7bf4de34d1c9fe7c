"""Posts of one call are answered one after another on a host, whoever takes them; those of others at once."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from ivr.one_at_a_time import OneAtATime
from tests.conftest import ROOT

PATIENCE = 5.0
ELSEWHERE = """
import sys
from pathlib import Path
from ivr.one_at_a_time import OneAtATime
with OneAtATime(Path(sys.argv[1]), patience=5.0).of(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "calls.lock"


@contextmanager
def held_elsewhere(file, call):
    """Another process works on the call for as long as this lasts."""
    command = [sys.executable, "-P", "-c", ELSEWHERE, str(file), call]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={"PYTHONPATH": str(ROOT)}, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def entered(alone, call, before, after):
    def enter():
        before.set()
        with alone.of(call):
            after.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert before.wait(5)
    return thread


def test_the_second_of_a_call_waits_for_the_first_and_another_calls_does_not(file):
    alone, before, after = OneAtATime(file, patience=PATIENCE), threading.Event(), threading.Event()
    with alone.of("CA1"):
        with alone.of("CA2"):
            pass
        thread = entered(alone, "CA1", before, after)
        assert not after.wait(0.2)
    assert after.wait(5)
    thread.join()


def test_so_does_another_process(file):
    alone, before, after = OneAtATime(file, patience=PATIENCE), threading.Event(), threading.Event()
    with held_elsewhere(file, "CA1"):
        with alone.of("CA2"):
            pass
        thread = entered(alone, "CA1", before, after)
        assert not after.wait(0.2)
    assert after.wait(5)  # a process that was killed holds nothing
    thread.join()


def test_nobody_waits_longer_than_their_patience(file):
    with held_elsewhere(file, "CA1"):
        began = time.monotonic()
        with OneAtATime(file, patience=0.2).of("CA1"):
            assert 0.2 <= time.monotonic() - began < 2.0


def test_where_nothing_can_be_locked_nobody_waits(tmp_path):
    alone = OneAtATime(tmp_path / "nowhere" / "calls.lock", patience=PATIENCE)
    with alone.of("CA1"), alone.of("CA1"):
        pass


def test_a_failure_lets_go(file):
    alone = OneAtATime(file, patience=PATIENCE)
    with pytest.raises(ZeroDivisionError), alone.of("CA1"):
        raise ZeroDivisionError
    before, after = threading.Event(), threading.Event()
    entered(alone, "CA1", before, after).join(5)
    assert after.is_set()

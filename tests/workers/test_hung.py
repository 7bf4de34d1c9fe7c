"""A job that hears no signal, in a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

DEAF = """
import signal, time
from workers import carrying
carrying.HUNG_AFTER = 0.2
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
with carrying._ended_if_hung(0.1):
    time.sleep({seconds})
"""


def run(seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DEAF.format(seconds=seconds)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_a_process_whose_job_outlasts_every_limit_is_ended_with_its_stack_told() -> None:
    ended = run(30)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "most recent call first" in ended.stderr


def test_a_job_in_time_is_left_in_peace() -> None:
    assert run(0).returncode == 0

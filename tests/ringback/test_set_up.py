"""Setting up: once, whole, again when something broke, and with nothing of the user's in the tests' way."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import ROOT
from tests.ringback.processes import soon


def test_an_environment_is_made_once_and_a_broken_one_again(checkout: Path) -> None:
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere/python3.11")

    first = set_up(checkout)
    assert first.returncode == 0, first.stderr
    assert "is set up" in first.stderr
    assert first.stdout == ""
    assert subprocess.run([python, "-c", ""], check=False).returncode == 0

    before = {path: path.stat().st_mtime_ns for path in checkout.glob(".venv/*")}
    second = set_up(checkout)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert {path: path.stat().st_mtime_ns for path in checkout.glob(".venv/*")} == before

    (checkout / "requirements/run.txt").write_text("# another\n")
    assert "is set up" in set_up(checkout).stderr


def test_what_cannot_be_installed_stops_with_the_reason(checkout: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout / ".venv"], check=True)
    (checkout / "requirements/run.txt").write_text("no-such-package-of-ours==1 --hash=sha256:00\n")
    done = set_up(checkout, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert done.returncode == 1
    assert "no-such-package-of-ours" in done.stderr
    assert "Ringback could not be set up" in done.stderr.splitlines()[-1]
    assert not list(checkout.glob(".venv/*.stamp"))


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_set_up_ends_with_whoever_started_it_and_leaves_nothing_running(
    checkout: Path, tmp_path: Path, sign: signal.Signals
) -> None:
    tool = tmp_path / "tools/uv"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\necho $$ >'{tmp_path}/draft'\nmv '{tmp_path}/draft' '{tmp_path}/pid'\nexec sleep 300\n")
    tool.chmod(0o755)
    with subprocess.Popen(
        ["/bin/sh", "-c", '/bin/sh "$0" run; true', checkout / "bin/setup"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PATH": f"{tool.parent}:{os.environ['PATH']}"},
    ) as shell:
        assert soon((tmp_path / "pid").exists)
        shell.send_signal(sign)
        said = shell.communicate(timeout=20)[1]  # until nobody is left who could write
    assert "Traceback" not in said
    assert said.endswith("start again to go on.\n")
    assert not Path("/proc", (tmp_path / "pid").read_text().strip(), "cwd").exists()


def test_without_python_it_says_what_is_needed(checkout: Path, tmp_path: Path) -> None:
    for name in ("readlink", "dirname"):
        (tmp_path / name).symlink_to(_which(name))
    done = set_up(checkout, PATH=str(tmp_path))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_no_setting_reaches_the_tests(tmp_path: Path) -> None:
    probe = tmp_path / "test_probe.py"
    probe.write_text(
        "import os\n"
        "def test_it():\n"
        "    assert 'DATABASE_URL' not in os.environ and 'PORT' not in os.environ\n"
        "    assert os.environ['RINGBACK_DOTENV'] == '/dev/null'\n"
        "    assert os.environ['PIP_PROBE'] == 'a b'\n"
    )
    done = subprocess.run(
        [ROOT / "bin/test", "-q", "-n", "0", "-c", os.devnull, "--rootdir", tmp_path, "-p", "no:cacheprovider", probe],
        env={**os.environ, "DATABASE_URL": "nonsense", "PORT": "nonsense", "PIP_PROBE": "a b"},
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def set_up(checkout: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", checkout / "bin/setup", "run"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**os.environ, "HOME": str(checkout), **environ},
    )


def _which(name: str) -> str:
    return next(f"{folder}/{name}" for folder in ("/usr/bin", "/bin") if os.access(f"{folder}/{name}", os.X_OK))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing to install, at a path with a space in it."""
    root = tmp_path / "a checkout"
    for name in ("bin/setup", "ringback/virtual_environment.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((ROOT / name).read_bytes())
    (root / "requirements").mkdir()
    (root / "requirements/run.txt").write_text("# nothing\n")
    return root

"""Bundling at set-up: once, again when a source changed, and never in the way of the phone line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import ROOT

BUILDS = (
    '#!/bin/sh\n[ "$1" = --version ] && { echo v22.1.0; exit; }\nmkdir -p console/static/built; echo built >> calls\n'
)
INSTALLS = '#!/bin/sh\nmkdir -p node_modules; echo "installed $*" >> calls\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one asset, and a Node that only notes that it was called."""
    for name, text in {
        "package.json": "{}",
        "package-lock.json": "{}",
        "console/assets/build.mjs": "",
        "console/assets/js/entries/core.js": "let a = 1;",
        "node/node": BUILDS,
        "node/npm": INSTALLS,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for tool in ("node", "npm"):
        (tmp_path / "node" / tool).chmod(0o755)
    return tmp_path


def build(
    checkout: Path, *options: str, what: str = "run", path: str | None = None
) -> subprocess.CompletedProcess[str]:
    found = f"{checkout}/node:/usr/bin:/bin" if path is None else path
    command = [sys.executable, "-I", "-S", ROOT / "ringback/asset_building.py", *options, checkout, what]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": found, "PIP_NO_INDEX": "1"}
    )


def calls(checkout: Path) -> list[str]:
    return (checkout / "calls").read_text().splitlines()


def test_assets_are_built_once_and_again_when_a_source_changed(checkout: Path) -> None:
    assert build(checkout, "--ready").returncode == 1
    assert build(checkout).returncode == 0
    assert build(checkout, "--ready").returncode == 0
    second = build(checkout)
    assert (second.returncode, second.stderr) == (0, "")
    (checkout / "console/assets/js/entries/core.js").write_text("let a = 2;")
    assert build(checkout, "--ready").returncode == 1
    assert build(checkout).returncode == 0
    # Packages are installed by checksum without running their scripts, and only once.
    assert [line.split()[0] for line in calls(checkout)] == ["installed", "built", "built"]
    assert "ci --ignore-scripts" in calls(checkout)[0]


def test_a_new_lock_file_installs_anew(checkout: Path) -> None:
    build(checkout)
    (checkout / "package-lock.json").write_text('{"packages": {}}')
    build(checkout)
    assert [line.split()[0] for line in calls(checkout)] == ["installed", "built", "installed", "built"]


def test_a_build_that_fails_stops_the_tests_but_not_the_phone_line(checkout: Path) -> None:
    (checkout / "node/node").write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && { echo v22.1.0; exit; }\necho 'no such export'; exit 1\n"
    )
    run, test = build(checkout), build(checkout, what="test")
    assert (run.returncode, test.returncode) == (0, 1)
    assert "no such export" in run.stderr
    assert "Going on without them" in run.stderr
    assert build(checkout, "--ready").returncode == 1


def test_an_old_node_is_not_used_and_what_is_missing_is_said(checkout: Path) -> None:
    (checkout / "node/node").write_text("#!/bin/sh\necho v18.1.0\n")
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").write_text("#!/bin/sh\nexit 1\n")
    (checkout / ".venv/bin/python").chmod(0o755)
    done = build(checkout, what="test", path=f"{checkout}/node")
    assert done.returncode == 1
    assert "fetching one" in done.stderr
    assert "install one (Debian: apt install nodejs npm)" in done.stderr

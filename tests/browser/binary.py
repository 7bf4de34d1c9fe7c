"""Which browser the tests take: the one named, one the machine has, Playwright's own, else one from npm."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser import packed_chromium

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
_ADVICE = """\
The browser tests found no Chromium. Any of these will do:
  - Debian: apt-get install chromium;
  - set CHROMIUM to the path of a Chromium or Chrome;
  - .venv/bin/python -m playwright install --with-deps chromium;
  - let npm fetch one (Linux on x86-64), which did not work here: {why}"""


class NoBrowserError(RuntimeError):
    """There is no browser, and the tests do not pass without one; the message says what to install."""


@dataclass(frozen=True)
class Binary:
    """A browser to start, and what its environment needs besides ours."""

    path: str
    environment: Mapping[str, str] = field(default_factory=dict)


def browser_binary(*, playwrights_own: str, node: str, keep_in: Path = Path(sys.prefix)) -> Binary:
    """The browser of this machine; `playwrights_own` and `node` are paths Playwright knows. Raises `NoBrowserError`."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not _starts(named):
            raise NoBrowserError(f"CHROMIUM: {named} does not start; name another, or name none and one is looked for")
        return Binary(named)
    for path in (*map(shutil.which, NAMES), playwrights_own):
        if path and _starts(path):
            return Binary(path)
    try:
        folder = packed_chromium.unpacked(keep_in, node=node)
    except (packed_chromium.NotUnpackedError, OSError, subprocess.CalledProcessError) as error:
        raise NoBrowserError(_ADVICE.format(why=error)) from error
    return Binary(str(folder / "chromium"), packed_chromium.environment(folder))


def _starts(path: str) -> bool:
    """Whether it can tell its version: Ubuntu has a `chromium-browser` that only says to install a snap."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

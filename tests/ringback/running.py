"""A whole Ringback of the tests: a supervisor in a process of its own, and the commands a person gives beside it."""

import http.client
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from core.config import NAMES, ROOT
from ringback import instance

PATIENCE = 120


class Running:
    """A supervisor started by a test."""

    def __init__(self, data: Path, port: int, **environ: str) -> None:
        kept = {name: text for name, text in os.environ.items() if name not in NAMES}
        self.data, self.port = data, port
        self.environ = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "RINGBACK_DOTENV": os.devnull,
            "RINGBACK_DATA": str(data),
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
            **environ,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ringback.supervisor"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env=self.environ,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing running, however the test went."""
        with self.process:
            self.process.kill()

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
            return self.get(path)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """(status, body) of an address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()

    def command(self, *arguments: str, typed: str = "") -> str:
        """What a `ringback` command says; it must end well."""
        done = subprocess.run(
            [ROOT / "bin/ringback", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            cwd="/",
            env=self.environ,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pids(self, program: str) -> list[int]:
        """The direct children of the supervisor that run this command."""
        found = [pid for pid in instance._processes() if instance._parent(pid) == self.process.pid]
        return [pid for pid in found if _arguments(pid)[-1:] == [program]]


class Program:
    """A program that uses the API of a running Ringback."""

    def __init__(self, running: Running, token: str) -> None:
        self._running, self._headers = running, {"Authorization": f"Bearer {token}"}

    def items(self, noun: str) -> list[dict[str, Any]]:
        """The first page of a list."""
        status, body = self._running.get(f"/api/v1/{noun}", **self._headers)
        assert status == 200, body
        return list(json.loads(body)["items"])

    def one(self, noun: str, id: str) -> dict[str, Any]:
        """One thing of a noun."""
        status, body = self._running.get(f"/api/v1/{noun}/{id}", **self._headers)
        assert status == 200, body
        return dict(json.loads(body))

    def audio(self, recording: str, **headers: str) -> tuple[int, bytes]:
        return self._running.get(f"/api/v1/recordings/{recording}/audio", **self._headers, **headers)


def _arguments(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().strip("\0").split("\0")

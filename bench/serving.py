"""Servers for a benchmark: each a process of its own, with settings of its own, up before anything is measured."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.config import Settings, load

ROOT = Path(__file__).resolve().parent.parent


def settings_for(folder: Path, *, port: int) -> Settings:
    """Demo settings with data below `folder`; its servers are not named yet."""
    return replace(load({"RINGBACK_DATA": str(folder / "var"), "PORT": str(port)}, Path(os.devnull)), log_level="error")


def environ_of(settings: Settings) -> dict[str, str]:
    """The environment of a process that serves with these settings."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,  # compiled modules are kept, as wherever it is installed
        "PYTHONPATH": str(ROOT),
        "RINGBACK_DOTENV": os.devnull,
        "RINGBACK_DATA": str(settings.data),
        "PORT": str(settings.port),
        "DATABASE_URL": settings.database_url or "",
        "REDIS_URL": settings.redis_url or "",
        "LOG_LEVEL": "error",
        "WEB_CONCURRENCY": "2",
    }


def gunicorn(app: str, port: int) -> list[str]:
    """Arguments for Python: the usual server, two processes of four threads."""
    quiet = ["--log-level", "error", "--no-control-socket"]
    return ["-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}", *quiet, app]


@contextmanager
def served(arguments: list[str], environ: dict[str, str], port: int) -> Iterator[int]:
    """A server of its own process group, up and answering: its process id."""
    process = subprocess.Popen([sys.executable, *arguments], env=environ, cwd=ROOT, start_new_session=True)
    try:
        _await(port, process)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1800):
        if process.poll() is not None:
            raise RuntimeError(f"the server on port {port} ended with status {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return time.sleep(0.5)
        time.sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port}")

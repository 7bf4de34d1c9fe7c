"""Makes `.venv` hold exactly what a hashed requirements file names. Run by bin/setup with any Python 3.11 or newer.

It uses the standard library alone, since nothing is installed yet. A stamp in `.venv` says which file was installed
whole: without it, or after the file changed, the installation is done again; with it, nothing is.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_SHOW_EVERY = 20
_PR_SET_PDEATHSIG = 1


class SetUpError(RuntimeError):
    """The environment cannot be made; the message is for whoever started it."""


class StopRequested(BaseException):
    """Somebody wants us to stop. Not an error: it is raised by a signal, wherever we are then."""


def main(arguments: Sequence[str]) -> int:
    """`[--ready] ROOT run|test`: make the environment, or only say by the exit status whether it is ready."""
    *options, folder, what = arguments
    root = Path(folder)
    if is_ready(root, what):
        return 0
    if options == ["--ready"]:
        return 1
    try:
        _stop_when_told()
        set_up(root, what)
    except StopRequested:
        _say("Stopped before Ringback was set up; start again to go on.")
        return 130
    except (SetUpError, OSError) as error:
        _say(f"Ringback could not be set up: {error}")
        return 1
    return 0


def is_ready(root: Path, what: str) -> bool:
    """Whether a stamp names the requirements as they are now; what testing needs includes what running needs."""
    stamps = {what, "test"} if what == "run" else {what}
    return any(_is_stamped(root, stamp) for stamp in stamps)


def set_up(root: Path, what: str) -> None:
    """Make `.venv` if it is missing or broken, install, and stamp it. Raises `SetUpError`, `OSError`."""
    lock = os.open(root, os.O_RDONLY)  # the folder itself is the lock: no file is left behind
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_ready(root, what):
            _make(root)
            _install(root, what)
            _stamp(root, what).write_text(_mark(root, what), "utf-8")
            _say("Ringback is set up.")
    finally:
        os.close(lock)


def _stop_when_told() -> None:
    """Stop at Ctrl-C and SIGTERM, and when whoever started us ends: a shell that is killed tells nobody."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) != signal.SIG_IGN:  # as nohup wants it
            signal.signal(sign, _request_stop)
    _follow_parent()


def _request_stop(_sign: int, _frame: object) -> None:
    raise StopRequested


def _follow_parent() -> None:
    """Have the kernel send us SIGTERM when our parent dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def _make(root: Path) -> None:
    environment = root / ".venv"
    if _works(environment):
        return
    _say(f"Setting up Ringback, once: making .venv with Python {sys.version.split()[0]} (1 of 2)")
    if environment.is_symlink() or environment.is_file():
        environment.unlink()
    elif environment.exists():
        shutil.rmtree(environment)
    uv = shutil.which("uv")
    if uv and _run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)]) and _works(environment):
        return
    pip = [] if _has("ensurepip") else ["--without-pip"]
    if not _run([sys.executable, "-m", "venv", "--clear", *pip, str(environment)]) or not _works(environment):
        raise SetUpError(f"{environment} could not be made; is Python's venv module whole (Debian: python3-venv)?")


def _works(environment: Path) -> bool:
    """Whether its interpreter still starts: the Python it was made from may have gone."""
    check = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    try:
        done = subprocess.run([environment / "bin/python", "-I", "-c", check], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _install(root: Path, what: str) -> None:
    requirements, python = _requirements(root, what), root / ".venv/bin/python"
    count = sum(not line.startswith((" ", "#")) for line in requirements.read_text("utf-8").splitlines() if line)
    _say(f"Setting up Ringback, once: installing {count} packages (2 of 2)")
    uv = shutil.which("uv")
    target = ["--require-hashes", "-r", str(requirements)]
    if uv:
        if _run([uv, "pip", "install", "--quiet", "--python", str(python), *target]):
            return
        _say("  uv could not install them; trying pip")
    if not _run_pip([*_pip(python), "install", "--no-input", "--progress-bar", "off", *target], count=count):
        raise SetUpError("the packages could not be installed (see above); start again to go on")


def _pip(python: Path) -> list[str]:
    """The environment's own pip, else the one of the Python that runs this."""
    if _run([str(python), "-I", "-m", "pip", "--version"], quiet=True):
        return [str(python), "-I", "-m", "pip"]
    if _has("pip"):
        return [sys.executable, "-m", "pip", "--python", str(python)]
    raise SetUpError("there is neither pip nor uv; install one (Debian: apt install python3-venv)")


def _run_pip(command: list[str], *, count: int) -> bool:
    """Run pip, showing how far it is; what it said is shown whole when it fails."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    said, fetched = [], 0
    with _started(command, output=subprocess.PIPE, environment=environment) as process:
        for line in process.stdout or ():
            said.append(line)
            if line.startswith("Collecting "):
                fetched += 1
                if fetched % _SHOW_EVERY == 0:
                    _say(f"  fetched {fetched} of at most {count}")
            elif line.startswith("Installing collected"):
                _say("  unpacking")
    if process.returncode:
        sys.stderr.writelines(said[-40:])
    return process.returncode == 0


def _run(command: list[str], *, quiet: bool = False) -> bool:
    with _started(command, output=subprocess.DEVNULL if quiet else sys.stderr.fileno()) as process:
        process.wait()
    return process.returncode == 0


@contextlib.contextmanager
def _started(
    command: list[str], *, output: int, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A child that ends before us, whatever ends us; `output` takes all it says."""
    with subprocess.Popen(
        command,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        text=True,
        errors="replace",
        preexec_fn=_follow_parent,
    ) as process:
        try:
            yield process
        except BaseException:
            process.terminate()
            raise


def _has(module: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(module) is not None


def _requirements(root: Path, what: str) -> Path:
    return root / "requirements" / f"{what}.txt"


def _stamp(root: Path, what: str) -> Path:
    return root / ".venv" / f"ringback-{what}.stamp"


def _is_stamped(root: Path, what: str) -> bool:
    stamp = _stamp(root, what)
    return stamp.is_file() and stamp.read_text("utf-8") == _mark(root, what)


def _mark(root: Path, what: str) -> str:
    files = [_requirements(root, name) for name in ("run", what)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files if file.exists())).hexdigest()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def _go_on(root: Path, what: str) -> None:
    """Become the next part of the set-up, so that it too ends with whoever started us; returns when there is none."""
    python, assets = root / ".venv/bin/python", root / "ringback/asset_building.py"
    if assets.exists():
        os.execv(python, [str(python), "-I", "-S", str(assets), str(root), what])  # noqa: S606


if __name__ == "__main__":
    status = main(sys.argv[1:])
    if status == 0 and sys.argv[1] != "--ready":
        _go_on(Path(sys.argv[-2]), sys.argv[-1])
    sys.exit(status)

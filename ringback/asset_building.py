"""Bundles the console's scripts and styles. Run by bin/setup with the environment's Python, standard library alone.

npm packages come from package-lock.json, by their checksums and without running their scripts. The Node is the
machine's own (20 or newer with npm), else the one of the wheel in requirements/node.txt. A stamp among the built files
says what they were made of: while it is true, nothing is done.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

LEAST_NODE = 20
_STAMP = "console/static/built/made-of.txt"


class BuildError(RuntimeError):
    """The assets cannot be made; the message says why."""


def main(arguments: Sequence[str]) -> int:
    """`[--ready] ROOT run|test`. Without assets everything but scripts and looks works, so that only tests stop."""
    *options, folder, what = arguments
    root = Path(folder)
    if not (root / "package-lock.json").exists() or is_ready(root):
        return 0
    if options == ["--ready"]:
        return 1
    try:
        build(root)
    except (BuildError, OSError) as error:
        _say(f"The console's scripts and styles could not be made: {error}")
        if what == "test":
            return 1
        _say("  Going on without them: pages are plain, and the phone in the browser is not there.")
    return 0


def is_ready(root: Path) -> bool:
    """Whether what is built was made of the files as they are now."""
    stamp = root / _STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == made_of(root)


def build(root: Path) -> None:
    """Install the packages if need be, bundle, stamp. Raises `BuildError`, `OSError`."""
    lock = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_ready(root):
            return
        sources, node = made_of(root), find_node(root)
        environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        _install(root, environment)
        _say("Setting up Ringback: bundling the console's scripts and styles")
        _run([str(node), "console/assets/build.mjs"], root, environment)
        (root / _STAMP).write_text(sources, "utf-8")
    finally:
        os.close(lock)


def made_of(root: Path) -> str:
    """A digest of everything the built files depend on."""
    digest = hashlib.sha256()
    for path in sorted(_sources(root)):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def find_node(root: Path) -> Path:
    """A Node with npm beside it. Raises `BuildError`."""
    ours = root / ".venv/bin/node"
    for found in (shutil.which("node"), ours):
        if found and _is_good(Path(found)):
            return Path(found)
    _say("Setting up Ringback: there is no Node 20 or newer with npm here; fetching one (60 MB)")
    target = ["install", "--quiet", "--require-hashes", "-r", str(root / "requirements/node.txt")]
    uv = shutil.which("uv")
    python = str(root / ".venv/bin/python")
    tools = [[uv, "pip", *target, "--python", python]] if uv else []
    tools += [[python, "-I", "-m", "pip", *target, "--disable-pip-version-check", "--no-input"]]
    for tool in tools:
        if subprocess.run(tool, stdout=sys.stderr, check=False).returncode == 0 and _is_good(ours):
            return ours
    raise BuildError("no Node 20 or newer could be had; install one (Debian: apt install nodejs npm)")


def _sources(root: Path) -> Iterator[Path]:
    yield root / "package.json"
    yield root / "package-lock.json"
    for path in (root / "console/assets").rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield path


def _install(root: Path, environment: Mapping[str, str]) -> None:
    """`npm ci`, unless node_modules holds what the lock file names."""
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    stamp = root / "node_modules/.ringback-lock"
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    _say("Setting up Ringback: fetching the console's npm packages")
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], root, environment)
    stamp.write_text(wanted, "utf-8")


def _run(command: Sequence[str], root: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:])
        raise BuildError(f"{Path(command[0]).name} {Path(command[1]).name} failed (see above)")


def _is_good(node: Path) -> bool:
    """Whether it starts, is new enough, and has npm in the same folder."""
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    version = done.stdout.strip().lstrip("v").split(".")[0]
    return version.isdigit() and int(version) >= LEAST_NODE and os.access(node.parent / "npm", os.X_OK)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""OpenStack Swift's S3 door as four child processes: a store that really checks signatures, expiry and checksums.

Slow for data and seconds to start: one for a whole test session, few objects. It needs a folder whose files take
user attributes; the test's own folder, shared memory and /var/tmp are tried in this order.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

ACCESS_KEY = "test:tester"
SECRET_KEY = "testing"

_KINDS = {"account": "account.server", "container": "container.server", "object": "obj.server"}
_PROGRAMS = {**_KINDS, "proxy": "proxy.server"}
_START_SECONDS = 60
_ROOT = Path(__file__).resolve().parent.parent

# The child asks the kernel to be ended with us, so that a killed test run leaves nothing behind.
_CHILD = (
    "import ctypes, sys; ctypes.CDLL(None).prctl(1, 15); "
    "module, sys.argv = sys.argv[1], ['swift', sys.argv[2]]; "
    "import importlib; sys.exit(importlib.import_module('swift.' + module).main())"
)


@dataclass
class Swift:
    """A running Swift: where its S3 door is, and how to end it."""

    endpoint_url: str
    base: Path
    children: list[subprocess.Popen[bytes]]

    def keep_alive(self) -> None:
        """Start again what has ended; nothing waits for it to answer."""
        for place, (name, module) in enumerate(_PROGRAMS.items()):
            if self.children[place].poll() is not None:
                self.children[place] = _child(self.base, name, module)

    def stop(self) -> None:
        for child in self.children:
            child.send_signal(signal.SIGCONT)  # one that was stopped hears nothing else
            child.terminate()
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        shutil.rmtree(self.base, ignore_errors=True)


def start(preferred: Path) -> Swift:
    """Start Swift below `preferred`, or wherever files take attributes; return when all four answer."""
    base = Path(tempfile.mkdtemp(prefix="swift-", dir=_folder_with_attributes(preferred)))
    first = free_port(neighbours=len(_KINDS))
    ports = dict(zip([*_KINDS, "proxy"], range(first, first + len(_KINDS) + 1), strict=True))
    _write_rings(base, ports)
    _write_configuration(base, ports)
    swift = Swift(f"http://127.0.0.1:{ports['proxy']}", base, [])
    try:
        for name, module in _PROGRAMS.items():
            swift.children.append(_child(base, name, module))
        for name, port in ports.items():
            _await(port, name, base, swift.children)
    except BaseException:
        swift.stop()
        raise
    return swift


def _folder_with_attributes(preferred: Path) -> Path:
    for folder in (preferred, Path("/dev/shm"), Path("/var/tmp")):
        try:
            with tempfile.NamedTemporaryFile(dir=folder) as file:
                os.setxattr(file.name, "user.swift.t", b"x" * 3000)
        except OSError:
            continue
        return folder
    raise RuntimeError(
        f"Swift needs a folder whose files take user attributes; none of {preferred}, /dev/shm and /var/tmp do"
    )


def _write_rings(base: Path, ports: dict[str, int]) -> None:
    from swift.common.ring import RingBuilder

    (base / "dev" / "d1").mkdir(parents=True)
    for kind in _KINDS:
        builder = RingBuilder(6, 1, 0)  # type: ignore[no-untyped-call]
        builder.add_dev(  # type: ignore[no-untyped-call]
            {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": ports[kind], "device": "d1"}
            | {"weight": 1.0, "replication_ip": "127.0.0.1", "replication_port": ports[kind], "meta": ""}
        )
        builder.rebalance()  # type: ignore[no-untyped-call]
        builder.get_ring().save(f"{base}/{kind}.ring.gz")  # type: ignore[no-untyped-call]


def _write_configuration(base: Path, ports: dict[str, int]) -> None:
    (base / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n"
        "[storage-policy:0]\nname = gold\ndefault = yes\n"
    )
    for kind in _KINDS:
        (base / f"{kind}.conf").write_text(
            _default(base, ports[kind])
            + f"devices = {base}/dev\nmount_check = false\n"
            + f"[pipeline:main]\npipeline = {kind}-server\n[app:{kind}-server]\nuse = egg:swift#{kind}\n"
        )
    (base / "proxy.conf").write_text(_default(base, ports["proxy"]) + _PROXY)


def _default(base: Path, port: int) -> str:
    return (
        f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nworkers = 0\n"
        f"user = {getpass.getuser()}\nswift_dir = {base}\nlog_level = WARNING\n"
    )


_FILTERS = [
    *("catch_errors", "proxy-logging", "cache", "listing_formats", "bulk", "s3api", "tempauth"),
    *("slo", "dlo", "symlink", "versioned_writes"),
]
_OPTIONS = {
    "cache": "paste.filter_factory = tests.swift_cache:filter_factory\n",
    "proxy-logging": "use = egg:swift#proxy_logging\n",
    "s3api": "use = egg:swift#s3api\nlocation = us-east-1\n",
    "tempauth": f"use = egg:swift#tempauth\nuser_test_tester = {SECRET_KEY} .admin\n",
    "versioned_writes": "use = egg:swift#versioned_writes\nallow_object_versioning = true\n",
}
_PROXY = textwrap.dedent(
    f"""\
    [pipeline:main]
    pipeline = {" ".join(_FILTERS)} proxy-logging proxy-server
    [app:proxy-server]
    use = egg:swift#proxy
    account_autocreate = true
    allow_account_management = true
    """
) + "".join(f"[filter:{name}]\n{_OPTIONS.get(name, f'use = egg:swift#{name}')}\n" for name in _FILTERS)


def _child(base: Path, name: str, module: str) -> subprocess.Popen[bytes]:
    with (base / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _CHILD, module, f"{base}/{name}.conf"],
            stdout=log,
            stderr=log,
            cwd=base,
            env={**os.environ, "SWIFT_CONF_FILE": f"{base}/swift.conf", "PYTHONPATH": str(_ROOT)},
        )


def _await(port: int, name: str, base: Path, children: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if any(child.poll() is not None for child in children):
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    logs = "\n".join(f"{log.name}:\n{log.read_text()[-2000:]}" for log in sorted(base.glob("*.log")))
    raise RuntimeError(f"Swift's {name} server did not start\n{logs}")

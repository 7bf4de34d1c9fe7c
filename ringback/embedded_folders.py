"""Where the embedded servers of one data folder keep files and sockets, and who may start them.

DATA/postgres  DATA/redis     what they remember, each owned by the user its server runs as
DATA/log                      what they say
DATA/sockets                  the socket folder, or a file that names it when this path will not do
DATA/instance.lock            held by the one process that started the servers
DATA/users.lock               held, shared, by everyone who uses servers somebody else started
"""

import contextlib
import fcntl
import os
import re
import stat
import tempfile
from pathlib import Path

from ringback.embedded_account import Account

_LONGEST = 90
"""Bytes a socket folder's path may have: 107 hold a socket's path, and PostgreSQL's file name takes the rest."""


def made(folder: Path, *, account: Account | None = None) -> Path:
    """Make a folder for its owner alone when it is missing; one that exists is left as it is."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        if account:
            account.own(folder)
    return folder


def socket_folder(data: Path, *, account: Account) -> Path:
    """The folder of the sockets, made when missing: short enough, and open to us and `account` alone.

    Below the data folder where that is possible. Its path may be too long, hold a space, or lie where root's server
    user cannot go; then it is a folder in the machine's runtime or temporary folder, and a file remembers which.
    """
    named = data / "sockets"
    if account.uid is None and _suits(named) and not named.is_file():
        return made(named)
    remembered = remembered_socket_folder(data)
    if remembered and remembered != named and _is_private(remembered, account):
        return remembered
    folder = Path(tempfile.mkdtemp(prefix="ringback-", dir=_runtime_folder(account)))
    account.own(folder)
    draft = data / f".sockets.{os.getpid()}"
    draft.write_text(f"{folder}\n", "utf-8")
    if named.is_dir():  # from a time when an ordinary user started the servers here
        named.rename(data / ".sockets.before")
    draft.rename(named)
    return folder


def remembered_socket_folder(data: Path) -> Path | None:
    """The socket folder in use, for those who did not start the servers; None when there never was one."""
    named = data / "sockets"
    if named.is_dir():
        return named
    return Path(named.read_text("utf-8").strip()) if named.is_file() else None


def drop_socket_folder(data: Path) -> None:
    """Remove a socket folder outside the data folder when its servers have stopped, with what killed ones left."""
    folder = remembered_socket_folder(data)
    if folder is not None and folder.parent != data and folder.is_dir():
        for left in (*folder.glob(".s.PGSQL.*"), folder / "redis.sock"):
            left.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # somebody put something else there
            folder.rmdir()


class Lock:
    """An advisory lock on a file; the kernel lets go of it however its holder ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def taken(self, *, shared: bool = False, wait: bool = False) -> bool:
        """Try to take the lock and say whether it is ours now."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _suits(folder: Path) -> bool:
    """Short enough, and plain: Redis reports its socket's path unquoted, and its client stumbles over a space."""
    return len(os.fsencode(folder)) <= _LONGEST and re.fullmatch(r"[A-Za-z0-9/._+,@~-]+", str(folder)) is not None


def _is_private(folder: Path, account: Account) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    owner = os.geteuid() if account.uid is None else account.uid
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077


def _runtime_folder(account: Account) -> Path:
    temporary = Path(tempfile.gettempdir())
    candidates = (Path("/run"), temporary) if account.uid is not None else (temporary, Path("/tmp"))  # noqa: S108
    for folder in candidates:
        if os.access(folder, os.W_OK | os.X_OK) and _suits(folder / "ringback-12345678"):
            return folder
    return Path("/tmp")  # noqa: S108

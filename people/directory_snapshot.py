"""The directory as a file, so that the line starts and answers while the database is away.

    RINGBACK DIRECTORY 1 <SHA-256 of the rest>
    {"revision":7,"brands":[…],"accounts":[…],"numbers":[…],"departments":[…]}

It holds what the rows held: carrier tokens stay sealed, and it is for its owner alone (0600).
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from people.directory import Brand, CarrierAccount, Department, Directory, Number
from people.hours import DayException, Hours, Interval, Schedule

FILE = "directory.snapshot"
TITLE = "RINGBACK DIRECTORY 1"


class SnapshotSpoiled(ValueError):
    """The file is no snapshot, or not as it was written. It is made again when the database is read."""


def write_snapshot(path: Path, directory: Directory) -> bool:
    """Put the directory into the file, whole or not at all; False when it is there already. Raises OSError."""
    text = json.dumps(_plain(directory), sort_keys=True, separators=(",", ":"))
    data = f"{TITLE} {hashlib.sha256(text.encode()).hexdigest()}\n{text}\n".encode()
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return True


def read_snapshot(path: Path) -> Directory:
    """The directory in the file. Raises OSError where there is none, `SnapshotSpoiled`."""
    title, _, rest = path.read_bytes().partition(b"\n")
    text = rest.removesuffix(b"\n")
    if title != f"{TITLE} {hashlib.sha256(text).hexdigest()}".encode():
        raise SnapshotSpoiled(f"{path} is damaged or of another release")
    try:
        return _directory(json.loads(text))
    except (KeyError, TypeError, ValueError, OSError) as problem:
        raise SnapshotSpoiled(f"{path} holds no directory: {type(problem).__name__}") from problem


def _plain(directory: Directory) -> dict[str, Any]:
    return {
        "revision": directory.revision,
        "brands": [asdict(brand) for brand in directory.brands],
        "accounts": [
            {**asdict(account), "tokens": account.tokens.hex() if account.tokens is not None else None}
            for account in directory.accounts
        ],
        "numbers": [asdict(number) for number in directory.numbers],
        "departments": [
            {
                "id": department.id,
                "brand_id": department.brand_id,
                "key": department.key,
                "name": department.name,
                "missed_is_work": department.missed_is_work,
                "callback_number": department.callback_number,
                "schedule": _plain_schedule(department.schedule),
            }
            for department in directory.departments
        ],
    }


def _plain_schedule(schedule: Schedule) -> dict[str, Any]:
    return {
        "zone": schedule.zone.key,
        "closed_now": schedule.closed_now,
        "week": [[one.weekday, one.opens.isoformat(), one.closes.isoformat()] for one in schedule.week],
        "exceptions": [
            [one.date.isoformat(), [[h.opens.isoformat(), h.closes.isoformat()] for h in one.hours], one.name]
            for one in schedule.exceptions
        ],
    }


def _directory(made: Mapping[str, Any]) -> Directory:
    return Directory(
        revision=made["revision"],
        brands=tuple(Brand(**brand) for brand in made["brands"]),
        accounts=tuple(
            CarrierAccount(**{**one, "tokens": bytes.fromhex(one["tokens"]) if one["tokens"] is not None else None})
            for one in made["accounts"]
        ),
        numbers=tuple(Number(**number) for number in made["numbers"]),
        departments=tuple(Department(**{**one, "schedule": _schedule(one["schedule"])}) for one in made["departments"]),
    )


def _schedule(made: Mapping[str, Any]) -> Schedule:
    return Schedule(
        zone=ZoneInfo(made["zone"]),
        week=tuple(Interval(day, _time(opens), _time(closes)) for day, opens, closes in made["week"]),
        exceptions=tuple(
            DayException(date.fromisoformat(day), tuple(Hours(_time(a), _time(b)) for a, b in hours), name)
            for day, hours, name in made["exceptions"]
        ),
        closed_now=made["closed_now"],
    )


def _time(text: str) -> time:
    return time.fromisoformat(text)

"""What turns were answered that needed to know something, kept on this host for some minutes.

A repeat of such a turn, while the database is away, would learn nothing and be answered otherwise than the turn was. So
its answer lies here as well: a file for each, for whichever process is asked. Nothing hangs on it: without it the
repeat is answered as one may who knows nothing, so it is not forced to the disk and never raises.
"""

import hashlib
import json
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core import logs
from ivr.journal_pending import TurnKey

KEPT_SECONDS = 300
"""The carrier gives a try 15 s, and tries a few times."""
_LOOK_EVERY = 64

log = logs.get(__name__)


class KeptAnswers:
    """Answers in `folder`, which is made when first needed, for its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = 0
        with suppress(OSError):  # there is none yet, or it is not ours to read
            self._clear()

    def keep(self, turn: TurnKey, answer: Mapping[str, Any]) -> None:
        """Have the answer at hand for repeats."""
        written = self._folder / f".{os.getpid()}-{threading.get_ident()}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(written, "w", encoding="utf-8", opener=_owners_alone) as file:
                json.dump(answer, file)
            written.replace(self._file(turn))
            self._kept += 1
            if self._kept % _LOOK_EVERY == 0:
                self._clear()
        except OSError as problem:
            log.warning("answer_not_kept", why=problem.strerror)

    def find(self, turn: TurnKey) -> dict[str, Any] | None:
        """What the turn was answered, if that still lies here: old answers go as new ones come."""
        try:
            answer = json.loads(self._file(turn).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    def _file(self, turn: TurnKey) -> Path:
        return self._folder / hashlib.sha256("\0".join(map(str, turn)).encode("utf-8", "replace")).hexdigest()

    def _clear(self) -> None:
        before = time.time() - KEPT_SECONDS
        with os.scandir(self._folder) as entries:
            old = [entry.path for entry in entries if entry.stat().st_mtime < before]
        for path in old:
            Path(path).unlink(missing_ok=True)


def _owners_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

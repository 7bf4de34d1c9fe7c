"""Flow revisions that other releases on this data folder have in force: a call in progress stays on its own.

While a new release takes the place of an old one, a call's next webhook may reach either. So every process keeps the
text of its flows in `DATA/flows`, and reads the one it does not know. The name and the text must agree: a text that
means something else to this release is not used, and the caller begins again, with an apology.
"""

import re
import time
from collections.abc import Iterable
from pathlib import Path

from callflows.flow import Flow
from callflows.problems import BrokenFlow
from callflows.reading import read_flow
from core import logs
from ivr.flows import Flows
from ivr.journal_folder import made, write_whole
from ivr.twiml import Script

KEPT_DAYS = 7
"""No call lasts that long, and no two releases run beside each other for longer."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

log = logs.get(__name__)


class KeptFlows(Flows):
    """This release's flows, and those that are asked for by their revision."""

    def __init__(self, flows: Iterable[Flow], *, folder: Path) -> None:
        own = list(flows)
        super().__init__(own)
        self._folder, self._others = folder, Flows([])
        try:
            _keep(own, folder)
        except OSError as error:
            log.warning("flows_not_kept", folder=str(folder), why=error.strerror)

    def revision(self, key: str, revision: str) -> Flow | None:
        """One revision: ours, one read before, or one in the folder."""
        found = super().revision(key, revision) or self._others.revision(key, revision)
        if found is None and (found := _read(self._folder, key, revision)):
            self._others.put(found)
        return found

    def script(self, key: str, revision: str) -> Script | None:
        """The compiled prompts of one revision."""
        if self.revision(key, revision) is None:
            return None
        return super().script(key, revision) or self._others.script(key, revision)


def _keep(flows: list[Flow], folder: Path) -> None:
    """Write what is not there yet, and remove what nobody has had in force for days."""
    made(folder)
    for flow in flows:
        path = folder / f"{flow.key}.{flow.revision}.yaml"
        write_whole(path, flow.source.encode())
    for path in folder.glob("*.yaml"):
        if time.time() - path.stat().st_mtime > KEPT_DAYS * 86400:
            path.unlink(missing_ok=True)


def _read(folder: Path, key: str, revision: str) -> Flow | None:
    if not (_NAME.fullmatch(key) and _NAME.fullmatch(revision)):
        return None
    try:
        flow = read_flow((folder / f"{key}.{revision}.yaml").read_text("utf-8"))
    except (OSError, BrokenFlow, UnicodeDecodeError):
        return None
    return flow if (flow.key, flow.revision) == (key, revision) else None

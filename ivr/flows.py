"""The flows in force in this process, each with its compiled prompts. A call in progress stays on its revision."""

from collections.abc import Iterable

from callflows.flow import Flow
from ivr.twiml import Script

MAIN = "main"


class Flows:
    """Flows by key and revision."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        self._current: dict[str, Flow] = {}
        self._revisions: dict[tuple[str, str], tuple[Flow, Script]] = {}
        for flow in flows:
            self.put(flow)

    def put(self, flow: Flow) -> None:
        """Make this the current revision of its flow; older ones stay for the calls that are on them."""
        self._revisions[flow.key, flow.revision] = (flow, Script(flow))
        self._current[flow.key] = flow

    def current(self, key: str) -> Flow:
        """The flow callers meet now; an unknown key is answered by the main flow."""
        return self._current.get(key) or self._current[MAIN]

    def revision(self, key: str, revision: str) -> Flow | None:
        """One revision, or None when this process has never had it."""
        found = self._revisions.get((key, revision))
        return found[0] if found else None

    def script(self, key: str, revision: str) -> Script | None:
        """The compiled prompts of one revision."""
        found = self._revisions.get((key, revision))
        return found[1] if found else None

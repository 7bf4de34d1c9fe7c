"""What a page costs: requests and bytes on the wire, as the browser itself counts them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page


@dataclass
class Traffic:
    """Counts from the moment it is made. Bytes are those received, headers included, packed as they came."""

    requests: list[str] = field(default_factory=list)
    underway: set[str] = field(default_factory=set)
    """Ids of requests without an end yet; a stream has none, and is left out."""
    _bytes: Counter[str] = field(default_factory=Counter)
    _types: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page, *, cache: bool = True) -> "Traffic":
        """Start counting; without `cache` the browser forgets what it has (a first visit)."""
        made = cls()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", made._sent)
        session.on("Network.responseReceived", made._answered)
        session.on("Network.dataReceived", made._received)
        session.on("Network.loadingFinished", made._finished)
        session.on("Network.loadingFailed", made._failed)
        session.send("Network.enable")
        if not cache:
            session.send("Network.clearBrowserCache")
        return made

    @property
    def bytes(self) -> int:
        return self._bytes.total()

    @property
    def of_type(self) -> Counter[str]:
        """Bytes by what they were for: Document, Script, Stylesheet, Fetch, …"""
        sums: Counter[str] = Counter()
        for request, received in self._bytes.items():
            sums[self._types.get(request, "Other")] += received
        return sums

    def clear(self) -> None:
        """Begin again; what is under way stays so."""
        self.requests.clear()
        self._bytes.clear()

    def _sent(self, event: dict[str, Any]) -> None:
        self.requests.append(f"{event['request']['method']} {event['request']['url']}")
        self._types[event["requestId"]] = kind = event.get("type", "Other")
        if kind == "Document":
            self.underway.clear()  # what the page before still waited for ended with it
        if kind != "EventSource":
            self.underway.add(event["requestId"])

    def _answered(self, event: dict[str, Any]) -> None:
        self._bytes[event["requestId"]] += int(event["response"]["encodedDataLength"])

    def _received(self, event: dict[str, Any]) -> None:
        self._bytes[event["requestId"]] += int(event["encodedDataLength"])

    def _finished(self, event: dict[str, Any]) -> None:
        # The browser's own sum: nothing for what it had, and a page's text, which is not told piece by piece.
        self._bytes[event["requestId"]] = int(event["encodedDataLength"])
        self.underway.discard(event["requestId"])

    def _failed(self, event: dict[str, Any]) -> None:
        self.underway.discard(event["requestId"])

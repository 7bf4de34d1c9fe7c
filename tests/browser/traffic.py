"""What a page costs: requests and bytes on the wire, as the browser itself counts them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page


@dataclass
class Traffic:
    """Counts from the moment it is made. Bytes are those received, headers included, packed as they came."""

    requests: list[str] = field(default_factory=list)
    bytes: int = 0
    of_type: Counter[str] = field(default_factory=Counter)
    """Bytes by what they were for: Document, Script, Stylesheet, Fetch, …"""
    _types: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, page: Page, *, cache: bool = True) -> "Traffic":
        """Start counting; without `cache` the browser forgets what it has (a first visit)."""
        made = cls()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", made._sent)
        session.on("Network.dataReceived", made._received)
        session.on("Network.responseReceived", made._answered)
        session.send("Network.enable")
        if not cache:
            session.send("Network.clearBrowserCache")
        return made

    def clear(self) -> None:
        self.requests.clear()
        self.bytes = 0
        self.of_type.clear()

    def _sent(self, event: dict[str, Any]) -> None:
        self.requests.append(f"{event['request']['method']} {event['request']['url']}")
        self._types[event["requestId"]] = event.get("type", "Other")

    def _answered(self, event: dict[str, Any]) -> None:
        if not event["response"].get("fromDiskCache"):
            self._count(event["requestId"], event["response"]["encodedDataLength"])

    def _received(self, event: dict[str, Any]) -> None:
        self._count(event["requestId"], event["encodedDataLength"])

    def _count(self, request: str, received: float) -> None:
        self.bytes += int(received)
        self.of_type[self._types.get(request, "Other")] += int(received)

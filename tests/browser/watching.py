"""Looks over the shoulder of every page: whatever the browser complains of fails the test that caused it."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

_BY_DESIGN = re.compile(r"^Failed to load resource: the server responded with a status of 4\d\d ")
"""The browser's own echo of an answer; which of those are right is for the test to say, not for the console."""

_STREAM = "/hints?"
"""Where no stream runs, pages poll: that it could not be reached is theirs to bear."""


class Watch:
    """Collects errors of scripts, refusals of the content policy and answers of 500 and above."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._expected: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watch every page of it, those to come too."""
        context.on("page", self._page)

    def expect(self, pattern: str) -> None:
        """Say that complaints like this one are what the test is about."""
        self._expected.append(pattern)

    def forget(self) -> None:
        """Begin again, for the next test with the same windows."""
        self.complaints.clear()
        self._expected.clear()

    def unexpected(self) -> list[str]:
        return [said for said in self.complaints if not any(re.search(wanted, said) for wanted in self._expected)]

    def _page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error.stack or error.message}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error" or _BY_DESIGN.match(message.text):
            return
        if not (_STREAM in message.location["url"] and message.text.startswith("Failed to load resource")):
            self.complaints.append(f"{message.page.url if message.page else '?'}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.request.method} {response.url}: {response.status}")

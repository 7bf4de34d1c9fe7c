"""A house with its phone booth, and a browser's side of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.house import House, open_house


class Browser:
    """What the page's script does, over HTTP."""

    def __init__(self, house: House) -> None:
        self.client = house.app.test_client()
        page = self.client.get("/phone").get_data(as_text=True)
        self.proof = page.partition('<meta name="csrf-token" content="')[2].partition('"')[0]
        self.handle = ""
        self.after = 0

    def send(self, method: str, path: str, **more: Any) -> Any:
        headers = {"X-CSRF-Token": self.proof} | more.pop("headers", {})
        return self.client.open(path, method=method, headers=headers, **more)

    def dial(self, **choices: Any) -> dict[str, Any]:
        answer = self.send("POST", "/phone/calls", json={"who": "stranger", "when": "now", "line": "normal"} | choices)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        self.handle, self.after = answer.json["call"], 0
        return answer.json

    def path(self, rest: str = "") -> str:
        return f"/phone/calls/{self.handle}" + (f"/{rest}" if rest else "")

    def until(self, *kinds: str) -> list[str]:
        """What was heard until news of one of these kinds; the last element is the kind."""
        heard: list[str] = []
        for _ in range(200):
            answer = self.client.get(self.path(f"news?after={self.after}&wait=1"))
            assert answer.status_code == 200, answer.get_data(as_text=True)
            for item in answer.json["news"]:
                self.after = item["number"]
                if item["kind"] == "heard":
                    heard.append(item["text"])
                if item["kind"] in kinds:
                    return [*heard, item["kind"]]
        raise AssertionError(f"no {kinds} came; heard {heard}")

    def does(self, **fields: Any) -> Any:
        return self.send("POST", self.path("inputs"), json=fields)

    def beside(self, after: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(self.path(f"beside?after={after}")).json
        return found


@pytest.fixture
def house(settings, engine, clock, tmp_path) -> Iterator[House]:
    with open_house(settings=settings, engine=engine, clock=clock, folder=tmp_path) as opened:
        yield opened


@pytest.fixture
def browser(house: House) -> Browser:
    return Browser(house)

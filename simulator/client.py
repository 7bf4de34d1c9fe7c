"""The control API from another process: phones picked up there, and the carrier told what other phones do."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from simulator.desk import Exchange, State, UnknownCallError
from simulator.handset import Done, News
from simulator.records import Problem


class SimulatorUnreachableError(ConnectionError):
    """No simulator answers at this address: try again when it runs."""


class SimulatorRefusedError(ValueError):
    """The simulator understood, and will not; the text says why."""


class RemoteDesk:
    """A desk (`desk.PhoneDesk`) in the simulator that serves at `base`, such as http://127.0.0.1:9000."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base.rstrip("/") + "/simulator"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(retries=False)

    def call(self, *, from_: str, to: str, at: datetime | None = None) -> str:
        """Dial one of the carrier's numbers; raises SimulatorRefusedError, SimulatorUnreachableError."""
        body = {"from": from_, "to": to, "at": at.isoformat() if at else None}
        return str(self._send("POST", "/calls", body)["sid"])

    def news(self, sid: str, *, after: int = 0, wait: float = 0.0) -> tuple[News, ...]:
        """What happened on the call."""
        found = self._send("GET", f"/calls/{sid}/news?after={after}&wait={wait:g}")["news"]
        return tuple(News(**item) for item in found)

    def does(self, sid: str, done: Done) -> None:
        """The caller does something."""
        if done.sound is not None:
            left = urlencode({"words": done.message or done.words, "end": done.end})
            self._send("POST", f"/calls/{sid}/messages?{left}", done.sound)
            return
        fields = asdict(done)
        del fields["sound"]
        self._send("POST", f"/calls/{sid}/inputs", fields)

    def hang_up(self, sid: str) -> None:
        """The caller hangs up."""
        self._send("DELETE", f"/calls/{sid}")

    def state(self, sid: str) -> State:
        """How the call stands."""
        found = self._send("GET", f"/calls/{sid}")
        problems = tuple(Problem(**problem) for problem in found.pop("problems"))
        return State(**found, problems=problems)

    def exchanges(self, sid: str, *, after: int = 0) -> tuple[Exchange, ...]:
        """The call's webhooks."""
        found = self._send("GET", f"/calls/{sid}/webhooks?after={after}")["webhooks"]
        return tuple(Exchange(**item | {"params": tuple(map(tuple, item["params"]))}) for item in found)

    def story(self, sid: str, name: str) -> str:
        """The call as a story."""
        return str(self._send("GET", f"/calls/{sid}/story?{urlencode({'name': name})}")["story"])

    def forget_past(self) -> int:
        """The carrier keeps nothing of calls that are over; how many those were."""
        return int(self._send("DELETE", "/calls")["forgotten"])

    def behave(self, address: str, *behaviours: dict[str, Any]) -> None:
        """From now on this phone does these when rung (see `behaviours.from_fields`); none: as all others do."""
        self._send("PUT", f"/phones/{quote(address)}", {"behaviours": list(behaviours)})

    def add_number(self, number: str, **fields: str) -> None:
        """A number of the account: voice_url, voice_fallback_url, status_callback, friendly_name."""
        self._send("PUT", f"/numbers/{quote(number)}", fields)

    def _send(self, method: str, path: str, body: dict[str, Any] | bytes | None = None) -> dict[str, Any]:
        timeout = urllib3.Timeout(connect=5, read=60)
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        headers = self._headers | ({"Content-Type": "audio/wav"} if isinstance(body, bytes) else {})
        try:
            answer = self._pool.request(method, self._base + path, body=data, headers=headers, timeout=timeout)
        except urllib3.exceptions.HTTPError as error:
            raise SimulatorUnreachableError(f"no simulator answers at {self._base}: {error}") from error
        try:
            found = answer.json()
        except ValueError:
            found = {}
        if answer.status == 404:
            raise UnknownCallError(found.get("error", path))
        if answer.status >= 400 or not isinstance(found, dict):
            raise SimulatorRefusedError(found.get("error") or f"the simulator answered {answer.status}")
        return found

"""The carrier's own lists of calls and recordings, a page at a time: what it knows, whatever became of its webhooks.

Carrier docs: voice/api/call-resource and voice/api/recording ("Read multiple"), usage/twilios-response#pagination.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from core.carrier import Carrier
from core.carrier_errors import CarrierUnavailable

PAGE = 500
PAUSE = 0.25
"""Seconds between two requests: at most four a second, a small part of what a carrier allows."""
TRIES = 4
LONGEST_WAIT = 30.0


@dataclass(frozen=True, kw_only=True)
class ListedCall:
    """A call (one leg) in the carrier's list. `status` and `direction` are its words; `duration` in seconds."""

    account_sid: str
    sid: str
    status: str
    direction: str
    from_: str
    to: str
    parent_sid: str | None
    duration: int | None
    created_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ListedRecording:
    """A recording in the carrier's list; `call_sid` is the leg it belongs to, "" for a conference's."""

    account_sid: str
    sid: str
    call_sid: str
    status: str
    source: str
    channels: int | None
    duration: float | None
    began_at: datetime | None
    changed_at: datetime | None


class CarrierLists:
    """Reads lists of any account that the carrier's credentials open.

    A page that the carrier cannot give now (429, 5xx, no answer) is asked for again, after as long as it says; then
    CarrierUnavailable is raised. CarrierRefused: the credentials do not open that account.
    """

    def __init__(self, carrier: Carrier, *, page: int = PAGE, sleep: Callable[[float], None] = time.sleep) -> None:
        self._carrier, self._size, self._sleep = carrier, page, sleep

    def calls(self, account_sid: str, *, since: datetime, until: datetime) -> Iterator[Sequence[ListedCall]]:
        """Pages of the calls that began in this time."""
        period = {"StartTime>": _iso(since), "StartTime<": _iso(until)}
        for page in self._pages(account_sid, "Calls.json", "calls", period):
            yield _each(page, _call)

    def recordings(self, account_sid: str, *, since: datetime, until: datetime) -> Iterator[Sequence[ListedRecording]]:
        """Pages of the recordings made in this time. Deleted ones are not among them."""
        period = {"DateCreated>": _iso(since), "DateCreated<": _iso(until)}
        for page in self._pages(account_sid, "Recordings.json", "recordings", period):
            yield _each(page, _recording)

    def voice_urls(self, account_sid: str) -> Mapping[str, str]:
        """The account's numbers (E.164), each with the address that is asked when somebody calls it."""
        found: dict[str, str] = {}
        for page in self._pages(account_sid, "IncomingPhoneNumbers.json", "incoming_phone_numbers", {}):
            found |= {str(one.get("phone_number") or ""): str(one.get("voice_url") or "") for one in page}
        return found

    def _pages(
        self, account_sid: str, name: str, key: str, period: Mapping[str, str]
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        answer = self._page(account_sid, name, {**period, "PageSize": str(self._size)})
        while True:
            found = answer.get(key)
            if not isinstance(found, list):
                raise CarrierUnavailable(f"the carrier answered nonsense: no {key}")
            yield found
            following = answer.get("next_page_uri")
            if not following:
                return
            self._sleep(PAUSE)
            # The address of the next page holds all parameters; only what follows its "?" is taken over.
            answer = self._page(account_sid, f"{name}?{str(following).partition('?')[2]}", {})

    def _page(self, account_sid: str, resource: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        for attempt in range(1, TRIES):
            try:
                return self._carrier.read(account_sid, resource, params)
            except CarrierUnavailable as trouble:
                wait = trouble.retry_after if trouble.retry_after is not None else 2.0 ** (attempt - 1)
                if wait > LONGEST_WAIT:
                    raise
                self._sleep(wait)
        return self._carrier.read(account_sid, resource, params)


def _each(page: Sequence[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], Any]) -> list[Any]:
    try:
        return [read(one) for one in page]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CarrierUnavailable(f"the carrier answered nonsense: {type(error).__name__}") from error


def _call(shown: Mapping[str, Any]) -> ListedCall:
    return ListedCall(
        account_sid=shown["account_sid"],
        sid=shown["sid"],
        status=shown.get("status") or "",
        direction=shown.get("direction") or "",
        from_=shown.get("from") or "",
        to=shown.get("to") or "",
        parent_sid=shown.get("parent_call_sid") or None,
        duration=int(shown["duration"]) if shown.get("duration") not in (None, "") else None,
        created_at=_moment(shown.get("date_created") or shown.get("start_time")),
        ended_at=_moment(shown.get("end_time")),
    )


def _recording(shown: Mapping[str, Any]) -> ListedRecording:
    duration = float(shown["duration"]) if shown.get("duration") not in (None, "") else -1.0
    return ListedRecording(
        account_sid=shown["account_sid"],
        sid=shown["sid"],
        call_sid=shown.get("call_sid") or "",
        status=shown.get("status") or "",
        source=shown.get("source") or "",
        channels=int(shown["channels"]) if shown.get("channels") else None,
        duration=duration if duration >= 0 else None,  # the carrier writes -1 until it is complete
        began_at=_moment(shown.get("start_time") or shown.get("date_created")),
        changed_at=_moment(shown.get("date_updated") or shown.get("date_created")),
    )


def _moment(text: str | None) -> datetime | None:
    """RFC 2822, in GMT."""
    if not text:
        return None
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""The carrier's REST interface, as far as Ringback uses it: place, change and end calls; fetch and delete audio.

Works with any carrier that speaks the 2010-04-01 REST interface, by its base address. Every verb raises
CarrierUnavailable (try again, mind `maybe_done`) or CarrierRefused (never will).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from core.carrier_calls import CarrierCall, NotASid, call_of, checked_sid, sid_of
from core.carrier_errors import CarrierError, CarrierRefused, CarrierUnavailable, MediaNotReady

if TYPE_CHECKING:
    from core.carrier_http import CarrierHttp
    from core.carrier_media import MediaStream

__all__ = [
    "Carrier",
    "CarrierCall",
    "CarrierError",
    "CarrierRefused",
    "CarrierUnavailable",
    "MediaNotReady",
    "NotASid",
    "checked_sid",
]

NEWEST = 50
STATUS_EVENTS = ("initiated", "ringing", "answered", "completed")


class CarrierSettings(Protocol):
    """The settings read here."""

    @property
    def twilio_account_sid(self) -> str | None: ...
    @property
    def twilio_auth_tokens(self) -> tuple[str, ...]: ...
    @property
    def twilio_api_key(self) -> str | None: ...
    @property
    def twilio_api_secret(self) -> str | None: ...
    @property
    def twilio_api_url(self) -> str: ...


class Carrier:
    """One account at one carrier. `username` is the account or an API key, `password` its token or secret.

    Opens no connection when made; the libraries are imported at first use.
    """

    def __init__(self, *, account_sid: str, username: str, password: str, api_url: str) -> None:
        self.account_sid = checked_sid(account_sid)
        self._auth = (username, password)
        self._api_url = api_url

    @classmethod
    def from_settings(cls, settings: CarrierSettings) -> "Carrier":
        """The installation's first account: by its API key if one is given, else by its newest token."""
        account = settings.twilio_account_sid or ""
        if settings.twilio_api_key and settings.twilio_api_secret:
            username, password = settings.twilio_api_key, settings.twilio_api_secret
        else:
            username, password = account, next(iter(settings.twilio_auth_tokens), "")
        return cls(account_sid=account, username=username, password=password, api_url=settings.twilio_api_url)

    def __repr__(self) -> str:
        return f"Carrier({self.account_sid!r})"

    def place_call(
        self,
        *,
        to: str,
        from_: str,
        url: str,
        status_callback: str,
        status_events: Sequence[str] = STATUS_EVENTS,
        timeout: int,
        machine_detection: str | None = None,
        fallback_url: str | None = None,
    ) -> str:
        """Ask the carrier to call `to` and fetch its instructions from `url`; the id of the new call.

        `timeout` is how long it rings, in seconds (600 at most). `machine_detection` is the carrier's word
        (``Enable`` or ``DetectMessageEnd``); None asks for none.
        """
        with _told():
            call = self._client.calls.create(
                to=to,
                from_=from_,
                url=url,
                method="POST",
                fallback_url=fallback_url,
                fallback_method="POST" if fallback_url else None,
                status_callback=status_callback,
                status_callback_method="POST",
                status_callback_event=list(status_events),
                timeout=timeout,
                machine_detection=machine_detection,
            )
            return sid_of(call)

    def hang_up(self, sid: str) -> bool:
        """End a call in whatever state it is; False when it was over already."""
        try:
            with _told():
                self._client.calls(checked_sid(sid)).update(status="completed")
        except CarrierRefused as refusal:
            if refusal.already_over:
                return False
            raise
        return True

    def redirect(self, sid: str, url: str) -> None:
        """Let a call in progress fetch its next instructions from `url`; CarrierRefused.already_over if it ended."""
        with _told():
            self._client.calls(checked_sid(sid)).update(url=url, method="POST")

    def call(self, sid: str) -> CarrierCall:
        """What the carrier knows of a call."""
        with _told():
            return call_of(self._client.calls(checked_sid(sid)).fetch())

    def calls_between(self, *, from_: str, to: str) -> list[CarrierCall]:
        """The newest calls (`NEWEST` at most) from one number to another, newest first."""
        with _told():
            return [call_of(call) for call in self._client.calls.list(from_=from_, to=to, limit=NEWEST)]

    def calls_below(self, sid: str) -> list[CarrierCall]:
        """The legs that were dialled from within a call, newest first."""
        with _told():
            found = self._client.calls.list(parent_call_sid=checked_sid(sid), limit=NEWEST)
            return [call_of(call) for call in found]

    def numbers(self) -> dict[str, str]:
        """The account's numbers: E.164 → the carrier's id of the number."""
        with _told():
            found = self._client.incoming_phone_numbers.list(limit=1000)
            return {str(number.phone_number): sid_of(number) for number in found}

    def point_number(self, sid: str, *, voice_url: str, fallback_url: str, status_callback: str) -> None:
        """Have calls to a number of the account ask us, by POST, what to do."""
        with _told():
            self._client.incoming_phone_numbers(checked_sid(sid)).update(
                voice_url=voice_url,
                voice_method="POST",
                voice_fallback_url=fallback_url,
                voice_fallback_method="POST",
                status_callback=status_callback,
                status_callback_method="POST",
            )

    def read(self, account_sid: str, resource: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        """What the carrier shows of an account of ours, such as ``Calls.json`` (core/carrier_lists.py)."""
        with _told():
            answer = self._http.request(
                "GET",
                f"https://api.twilio.com/2010-04-01/Accounts/{checked_sid(account_sid)}/{resource}",
                params=dict(params),
                auth=self._auth,
            )
            if answer.status_code != 200:
                raise CarrierRefused("it may not be read", status=answer.status_code)
            shown = json.loads(answer.text)
            if not isinstance(shown, dict):
                raise ValueError("not an object")
            return shown

    def delete_recording(self, recording_sid: str, *, account_sid: str | None = None) -> bool:
        """Delete a recording at the carrier (it keeps a line about it for 40 days); False when there was none.

        `account_sid` names a subaccount that the recording belongs to.
        """
        account = checked_sid(account_sid or self.account_sid)
        try:
            with _told():
                recordings = self._client.api.v2010.accounts(account).recordings
                return bool(recordings(checked_sid(recording_sid)).delete())
        except CarrierRefused as refusal:
            if refusal.status == 404:
                return False
            raise

    def open_media(self, recording_sid: str, channels: int = 2, *, account_sid: str | None = None) -> "MediaStream":
        """Stream a recording as WAV: two channels where the carrier has them, else one. Close the stream.

        MediaNotReady while (or once) the carrier has no audio. `account_sid` as in `delete_recording`.
        """
        from core import carrier_media

        account = checked_sid(account_sid or self.account_sid)
        return carrier_media.open_media(
            self._http,
            path=f"/2010-04-01/Accounts/{account}/Recordings/{checked_sid(recording_sid)}.wav",
            auth=self._auth,
            channels=channels,
        )

    @cached_property
    def _http(self) -> "CarrierHttp":
        from core.carrier_http import CarrierHttp

        return CarrierHttp(self._api_url)

    @cached_property
    def _client(self) -> Any:
        from twilio.rest import Client  # type: ignore[import-untyped]

        username, password = self._auth
        # An environment of its own: the library would read TWILIO_EDGE and TWILIO_REGION from the process's.
        return Client(
            username,
            password,
            self.account_sid,
            http_client=self._http,
            environment={"_": ""},
        )


@contextmanager
def _told() -> Iterator[None]:
    """Turn the library's errors into ours."""
    from twilio.base.exceptions import (  # type: ignore[import-untyped]
        TwilioException,
        TwilioRestException,
        TwilioServiceException,
    )

    try:
        yield
    except TwilioRestException as error:
        raise CarrierRefused(str(error.msg), status=error.status, code=_code(error.code)) from None
    except TwilioServiceException as error:
        raise CarrierRefused(error.detail or error.title, status=int(error.status), code=_code(error.code)) from None
    except TwilioException as error:  # a page of a list: the refusal itself is its second argument, if there is one
        status = getattr(error.args[1], "status_code", None) if len(error.args) > 1 else None
        if isinstance(status, int):
            raise CarrierRefused("the list may not be read", status=status) from None
        raise CarrierUnavailable("the list cannot be read") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CarrierUnavailable(f"the carrier answered nonsense: {type(error).__name__}", maybe_done=True) from error


def _code(code: object) -> int | None:
    return code if isinstance(code, int) else None

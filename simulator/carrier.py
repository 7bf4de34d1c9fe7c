"""The carrier: an account with numbers, the calls to and from them, and the webhooks that tell the product of them."""

import random
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from simulator import audio, parameters
from simulator.clock import CallClock, Now, real_now
from simulator.delivery import Delivery, Wire
from simulator.leg import Leg
from simulator.person import Person
from simulator.phone import Phone
from simulator.records import Address, Call, Number, Recording
from simulator.speech import Speaker
from simulator.steps import EndedError, Fetch, Fields, Step
from simulator.store import Store
from simulator.webhooks import Answer, Poster, Webhook


class Carrier:
    """One account. Safe to use from several threads; a call is performed in the thread that places it.

    `api_url` is where its REST API is said to be found, for the recordings' addresses. `seed` makes its SIDs and
    token the same each time. `delivery` wraps the wire, to have webhooks arrive late, twice or in another order.
    """

    def __init__(
        self,
        *,
        account_sid: str | None = None,
        auth_token: str | None = None,
        api_url: str = "https://api.twilio.com",
        state_dir: Path | None = None,
        delivery: Callable[[Wire], Delivery] | None = None,
        speaker: Speaker | None = None,
        now: Now = real_now,
        seed: int | None = None,
    ) -> None:
        self._random = random.Random(seed) if seed is not None else secrets.SystemRandom()  # noqa: S311 - names, no secrets
        self.account_sid = account_sid or self.new_sid("AC")
        self.auth_token = auth_token or self.new_sid("")
        self.api_url = api_url.rstrip("/")
        self.store = Store(state_dir)
        self.speaker = speaker or Speaker()
        self.now = now
        self._poster = Poster(self.auth_token)
        self.wire = Wire(self._poster)
        self.delivery: Delivery = delivery(self.wire) if delivery else self.wire
        self.legs: dict[str, Leg] = {}

    def add_number(
        self,
        number: str,
        *,
        voice_url: str = "",
        voice_fallback_url: str = "",
        status_callback: str = "",
        voice_method: str = "POST",
        friendly_name: str = "",
    ) -> Number:
        """A number of this account; giving a known one again changes it."""
        known = self.store.number(number)
        made = known or Number(self.new_sid("PN"), number, friendly_name or number, self.now())
        made.voice_url, made.voice_method = voice_url, voice_method
        made.voice_fallback_url, made.status_callback = voice_fallback_url, status_callback
        made.friendly_name = friendly_name or made.friendly_name
        made.updated_at = self.now()
        self.store.save(made)
        return made

    def call_in(
        self,
        *,
        from_: str,
        to: str,
        person: Person,
        at: datetime | None = None,
        forwarded_from: str | None = None,
        caller_name: str | None = None,
        stir: str | None = None,
        foreseen: Callable[[Leg], Recording] | None = None,
    ) -> Call:
        """Somebody calls one of our numbers; returns when the call is over.

        `at` makes it a demo call that pretends to happen then. `foreseen` is a recording announced before the call
        itself is (see `overtaking`).
        """
        leg = self.ringing(
            from_=from_,
            to=to,
            person=person,
            at=at,
            forwarded_from=forwarded_from,
            caller_name=caller_name,
            stir=stir,
        )
        if foreseen is not None:
            leg.foreseen = foreseen(leg)
        return self.perform_inbound(leg)

    def ringing(
        self,
        *,
        from_: str,
        to: str,
        person: Person,
        at: datetime | None = None,
        forwarded_from: str | None = None,
        caller_name: str | None = None,
        stir: str | None = None,
    ) -> Leg:
        """An inbound call that rings and is not performed yet: `perform_inbound` does that."""
        number = self.store.number(to)
        clock = CallClock(self.now, start=at)
        call = Call(
            sid=self.new_sid("CA"),
            from_=from_,
            to=to,
            direction="inbound",
            created_at=clock.now(),
            started_at=clock.now(),
            status="ringing",
            number_sid=number.sid if number else None,
            forwarded_from=forwarded_from,
            caller_name=caller_name if number and number.caller_id_lookup else None,
            stir=stir,
            at=at.isoformat().replace("+00:00", "Z") if at else None,
        )
        fallback = None
        if number is not None:
            fallback = Address(number.voice_fallback_url, number.voice_fallback_method)
            if number.status_callback:
                call.status_callback = Address(number.status_callback, number.status_callback_method)
        self.store.save(call)
        leg = Leg(call, person, clock, fallback=fallback)
        with self.store.lock:
            self.legs[call.sid] = leg
        return leg

    def perform_inbound(self, leg: Leg) -> Call:
        """Perform a ringing call to its end. One to nobody's number fails, and nobody is told."""
        number = self.store.number(leg.call.to)
        if number is None or not number.voice_url:
            self.finish(leg, EndedError("line", "failed" if number is None else "completed"))
            return leg.call
        return self.perform(leg, Fetch(number.voice_url, number.voice_method, kind="voice"))

    def perform(self, leg: Leg, first: Step) -> Call:
        """Perform a call from this step to its end, and tell of it."""
        try:
            Phone(self, leg).perform(first)
        except EndedError as ended:
            self.finish(leg, ended)
        return leg.call

    # What a phone asks of its carrier.

    def ask(self, leg: Leg, step: Fetch) -> Answer:
        """Send a webhook that steers the call, or fetches a sound for it; raises WebhookFailed."""
        standard = parameters.standard(leg.call, account=self.account_sid, token=self.auth_token)
        params = () if step.kind == "media" else (*standard, *step.params)
        try:
            return self.delivery.control(self._webhook(leg, Address(step.url, step.method), params, step.kind))
        finally:
            leg.answered()

    def tell(self, leg: Leg, address: Address, params: Fields, *, kind: str, bare: bool = False) -> None:
        """Send a callback about a call, with the standard parameters unless it is `bare`."""
        standard = parameters.standard(leg.call, account=self.account_sid, token=self.auth_token)
        self.delivery.notify(self._webhook(leg, address, (*(() if bare else standard), *params), kind))

    def answer(self, leg: Leg) -> None:
        """The call is answered, unless it was before."""
        if leg.call.answered_at is None:
            leg.call.answered_at = leg.clock.now()
            self.move(leg, "in-progress", event="answered")

    def move(self, leg: Leg, status: str, *, event: str) -> None:
        """Change a call's state and tell whoever subscribed to the event."""
        leg.call.status = status
        leg.call.updated_at = leg.clock.now()
        address = leg.call.status_callback
        if address is None or event not in address.events:
            self.store.save(leg.call)
            return
        params = parameters.progress(leg.call, now=leg.clock.now())
        leg.call.events_sent += 1
        self.store.save(leg.call)
        self.tell(leg, address, params, kind="call-status")

    def finish(self, leg: Leg, ended: EndedError) -> None:
        """The call is over: everything that waited is sent, and its end is told once."""
        with self.store.lock:
            self.legs.pop(leg.call.sid, None)
        leg.call.status = ended.status
        leg.call.ended_at = leg.clock.now()
        leg.call.ended_by = ended.by
        leg.answered()
        self.move(leg, ended.status, event="completed")
        leg.person.ended(ended.by)

    # Recordings.

    def record(
        self,
        leg: Leg,
        wav: bytes,
        *,
        source: str,
        words: str = "",
        callback: Address | None = None,
        call_sid: str | None = None,
        conference_sid: str | None = None,
    ) -> Recording:
        """A recording that was just made; `complete_recording` announces it."""
        if leg.foreseen is not None and source == leg.foreseen.source:
            return leg.foreseen
        made = Recording(
            sid=self.new_sid("RE"),
            call_sid=call_sid or leg.call.sid,
            source=source,
            channels=audio.channels(wav),
            created_at=leg.clock.now(),
            seconds=max(1, round(audio.seconds(wav))),
            conference_sid=conference_sid,
            words=words,
            callback=callback,
        )
        self.store.keep_sound(made.sid, wav)
        self.store.save(made)
        if callback is not None and "in-progress" in callback.events:
            self._announce(leg, made)
        return made

    def complete_recording(self, leg: Leg, made: Recording) -> None:
        """The recording can be fetched from now on; whoever subscribed is told, once."""
        if made.status == "completed":
            return
        made.status = "completed"
        made.updated_at = leg.clock.now()
        self.store.save(made)
        if made.callback is not None and "completed" in made.callback.events:
            self._announce(leg, made)

    def absent_recording(self, leg: Leg, callback: Address | None) -> None:
        """Nothing was said: there is no recording, and only those who asked to know are told."""
        if callback is None or "absent" not in callback.events:
            return
        made = Recording(self.new_sid("RE"), leg.call.sid, "RecordVerb", 1, leg.clock.now(), status="absent")
        made.callback = callback
        self.store.save(made)
        self._announce(leg, made)

    def recording_url(self, sid: str) -> str:
        """A recording's address, without extension, as webhooks give it."""
        return f"{self.api_url}/{parameters.API_VERSION}/Accounts/{self.account_sid}/Recordings/{sid}"

    def wav(self, sid: str) -> bytes:
        """A recording's sound; raises KeyError when there is none."""
        sound = self.store.sound(sid)
        if sound is None:
            raise KeyError(sid)
        return sound

    def new_sid(self, prefix: str) -> str:
        """A fresh SID: the prefix and 32 hexadecimal digits."""
        return f"{prefix}{self._random.getrandbits(128):032x}"

    def close(self) -> None:
        """Give back the connections."""
        self._poster.close()

    def _announce(self, leg: Leg, made: Recording) -> None:
        assert made.callback is not None  # noqa: S101 - the callers looked
        params = parameters.recording(
            made, leg.call, account=self.account_sid, token=self.auth_token, url=self.recording_url(made.sid)
        )
        self.tell(leg, made.callback, params, kind="recording-status", bare=True)

    def _webhook(self, leg: Leg, address: Address, params: Fields, kind: str) -> Webhook:
        return Webhook(
            url=address.url,
            params=params,
            kind=kind,
            call_sid=leg.call.sid,
            method=address.method,
            token=self.new_sid(""),
            cookies=leg.cookies,
        )

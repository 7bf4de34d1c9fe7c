"""The carrier: an account with numbers, the calls to and from them, and the webhooks that tell the product of them."""

import itertools
import random
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from simulator import incoming, outgoing, parameters
from simulator.behaviours import Phones
from simulator.clock import Now, real_now
from simulator.conferences import Conferences
from simulator.delivery import Delivery, Wire
from simulator.leg import Leg
from simulator.liar import Liar
from simulator.lies import HONEST, Lies
from simulator.lying import Lying
from simulator.outgoing import Order
from simulator.person import Person
from simulator.phone import Phone
from simulator.queues import Queues
from simulator.recorder import Recorder
from simulator.records import Address, Call, Number, Recording
from simulator.speech import Speaker
from simulator.steps import EndedError, Fetch, Fields, Step
from simulator.store import Store
from simulator.webhooks import Answer, Poster, Webhook


class Carrier:
    """One account. Safe to use from several threads; a call is performed in the thread that places it.

    `api_url` is where its REST API is said to be found, for the recordings' addresses. `seed` makes its SIDs and
    token the same each time. `inline` performs outbound calls in the thread that asks for them. `delivery` wraps the
    wire, to have webhooks arrive late, twice or in another order. `api_keys` (SID to secret) and `verified` numbers
    may be added. With `lies`, drawn from `lies_seed` (else `seed`) and each call's number, it does not keep its
    promises; `liar` remembers which. `patience` is how many real seconds somebody waits for another person before
    giving up a round.
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
        inline: bool = False,
        lies: Lies = HONEST,
        lies_seed: int | None = None,
    ) -> None:
        self._random = random.Random(seed) if seed is not None else secrets.SystemRandom()  # noqa: S311 - names, no secrets
        self.account_sid = account_sid or self.new_sid("AC")
        self.auth_token = auth_token or self.new_sid("")
        self.api_url = api_url.rstrip("/")
        self.store = Store(state_dir)
        self.recorder = Recorder(self)
        self.phones = Phones()
        self.queues = Queues(self)
        self.conferences = Conferences(self)
        self.patience = 20.0
        self.speaker = speaker or Speaker()
        self.now = now
        self.liar = Liar(lies, seed=lies_seed if lies_seed is not None else seed or 0)
        self._poster = Poster(self.auth_token, road=self.liar.road)
        self.wire = Wire(self._poster)
        honest: Delivery = delivery(self.wire) if delivery else self.wire
        self.lying = Lying(honest, self.liar)
        self.delivery: Delivery = honest if lies.honest else self.lying
        self.inline = inline
        self.began_at = now()
        self.api_keys: dict[str, str] = {}
        self.verified: set[str] = set()
        self.legs: dict[str, Leg] = {}
        self.changed = threading.Condition()
        self._pool = ThreadPoolExecutor(max_workers=64, thread_name_prefix="call")
        self._numbers = itertools.count(1)

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
        number: int | None = None,
    ) -> Call:
        """Somebody calls one of our numbers; returns when the call is over.

        `at` makes it a demo call that pretends to happen then. `foreseen` is a recording announced before the call
        itself is (see `overtaking`). `number` is the call's own, from which its lies are drawn; else it is counted.
        """
        leg = incoming.ringing(
            self,
            from_=from_,
            to=to,
            person=person,
            at=at,
            forwarded_from=forwarded_from,
            caller_name=caller_name,
            stir=stir,
            number=number,
        )
        if foreseen is not None:
            leg.foreseen = foreseen(leg)
        return self.perform_inbound(leg)

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
        except Exception as error:
            leg.complain(0, f"the simulator itself failed: {error!r}")
            self.finish(leg, EndedError("line", "failed"))
            raise
        return leg.call

    def call_out(self, order: Order) -> Call:
        """Place a call for the product: returns at once, unless the carrier is `inline`, with its first state."""
        leg = outgoing.queued(self, order)
        first = replace(leg.call)
        self._spawn(lambda: outgoing.perform(self, leg, order))
        return first

    def go_on(self, leg: Leg, step: Step) -> None:
        """A leg that was sent elsewhere goes on by itself."""
        self._spawn(lambda: self.perform(leg, step))

    def idle(self, timeout: float = 30.0) -> bool:
        """Wait, at most this many seconds, until no call is in progress; whether that came to be."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.legs, timeout)

    def is_token_of(self, token: str, number: str) -> bool:
        """Whether this CallToken came with a call from this number, which may then be shown on another."""
        calls = tuple(self.store.calls.values())
        return any(call.from_ == number and parameters.call_token(call, self.auth_token) == token for call in calls)

    def may_show(self, call: Call, number: str) -> bool:
        """Whether a leg dialled by this call may show this number: its own, the account's, or a verified one."""
        return number in (call.from_, call.to) or number in self.verified or self.store.number(number) is not None

    # What a phone asks of its carrier.

    def begin(self, leg: Leg) -> None:
        """A call is in progress from now on."""
        with self.changed:
            self.legs[leg.call.sid] = leg

    def ask(self, leg: Leg, step: Fetch) -> Answer:
        """Send a webhook that steers the call, or fetches a sound for it; raises WebhookFailed."""
        standard = parameters.standard(leg.call, account=self.account_sid, token=self.auth_token)
        params = () if step.kind == "media" else (*standard, *step.params)
        # A fallback's own action may lead back to it.
        kind = "fallback" if leg.fallback is not None and step.url == leg.fallback.url else step.kind
        try:
            return self.delivery.control(self._webhook(leg, Address(step.url, step.method), params, kind))
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

    def move(self, leg: Leg, status: str, *, event: str, extra: Fields = ()) -> None:
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
        self.tell(leg, address, (*params, *extra), kind="call-status")

    def finish(self, leg: Leg, ended: EndedError) -> None:
        """The call is over: everything that waited is sent, and its end is told once."""
        leg.call.status = ended.status
        leg.call.ended_at = leg.clock.now()
        leg.call.ended_by = ended.by
        leg.answered()
        made = [self.recorder.ended(leg, sid) for sid in tuple(leg.tapes)]
        whole = [each for each in made if each.source == "OutboundAPI"]
        self.move(leg, ended.status, event="completed", extra=self.recorder.params(whole[0]) if whole else ())
        for each in made:
            self.recorder.complete(leg, each)
        leg.person.ended(ended.by)
        with self.changed:
            self.legs.pop(leg.call.sid, None)
            self.changed.notify_all()

    def wav(self, sid: str) -> bytes:
        """A recording's sound; raises KeyError when there is none."""
        sound = self.store.sound(sid)
        if sound is None:
            raise KeyError(sid)
        return sound

    def new_sid(self, prefix: str) -> str:
        """A fresh SID: the prefix and 32 hexadecimal digits."""
        return f"{prefix}{self._random.getrandbits(128):032x}"

    def next_number(self) -> int:
        """A number for a call that was given none, counted from 1."""
        return next(self._numbers)

    def close(self) -> None:
        """End every call, and give back threads and connections."""
        with self.changed:
            legs = tuple(self.legs.values())
        for leg in legs:
            leg.interrupt(EndedError("line"))
        self.idle(5.0)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.lying.close()
        self._poster.close()

    def _spawn(self, task: Callable[[], object]) -> None:
        if self.inline:
            task()
        else:
            self._pool.submit(task)

    def _webhook(self, leg: Leg, address: Address, params: Fields, kind: str) -> Webhook:
        nth = leg.made[kind]
        leg.made[kind] += 1
        return Webhook(
            url=address.url,
            params=params,
            kind=kind,
            call_sid=leg.call.sid,
            method=address.method,
            token=self.new_sid(""),
            cookies=leg.cookies,
            number=leg.call.number,
            nth=nth,
        )

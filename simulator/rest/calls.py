"""/Calls: place, look up, list, redirect, hang up."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.carrier import Carrier
from simulator.leg import Leg
from simulator.outgoing import Detection, Order
from simulator.records import Address, Call
from simulator.rest import forms, lists, pictures
from simulator.rest.errors import RestError, not_found
from simulator.steps import EndedError, Fetch, Given, MovedError, Step
from simulator.twiml import LARGEST_INLINE, TwimlError, read

Answer = Response | tuple[Response, int] | tuple[str, int]


def blueprint(carrier: Carrier) -> Blueprint:
    """The routes of this resource, below the account's."""
    routes = Blueprint("calls", __name__)

    @routes.post("/Calls.json")
    def create() -> Answer:
        return jsonify(_shown(carrier, carrier.call_out(_order(carrier)))), 201

    @routes.get("/Calls.json")
    def index() -> Answer:
        return lists.page("calls", _wanted(carrier), lambda call: _shown(carrier, call))

    @routes.get("/Calls/<sid>.json")
    def fetch(sid: str) -> Answer:
        return jsonify(_shown(carrier, _call(carrier, sid)))

    @routes.post("/Calls/<sid>.json")
    def update(sid: str) -> Answer:
        call = _call(carrier, sid)
        _change(carrier, call)
        return jsonify(_shown(carrier, call))

    @routes.delete("/Calls/<sid>.json")
    def delete(sid: str) -> Answer:
        call = _call(carrier, sid)
        if not call.over:
            raise RestError(400, 20001, "A call in progress cannot be deleted")
        carrier.store.forget(call)
        return "", 204

    return routes


def live(carrier: Carrier, sid: str) -> Leg:
    """A call in progress; raises RestError 21220 when it is over, 20404 when it never was."""
    call = _call(carrier, sid)
    leg = carrier.legs.get(sid)
    if leg is None or call.over:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect or change it.")
    return leg


def next_step(url_field: str = "Url") -> Step | None:
    """What a request says a call shall do next: an address, or TwiML."""
    url, twiml = forms.url(url_field), forms.given("Twiml")
    if url is not None:
        return Fetch(url, forms.choice("Method", "GET", "POST") or "POST", kind="voice")
    if twiml is None:
        return None
    if len(twiml) > LARGEST_INLINE:
        raise RestError(400, 32018, f"Twiml has {len(twiml)} characters; {LARGEST_INLINE} are allowed")
    try:
        read(twiml)
    except TwimlError as error:
        raise RestError(400, error.code, f"Twiml cannot be performed: {error.plain}") from error
    return Given(twiml)


def _order(carrier: Carrier) -> Order:
    to, from_ = forms.given("To"), forms.given("From")
    if to is None:
        raise RestError(400, 21201, "No 'To' number is specified")
    if from_ is None:
        raise RestError(400, 21213, "'From' phone number is required")
    if not forms.E164.fullmatch(to) and not to.startswith(("client:", "sip:")):
        raise RestError(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    _may_show(carrier, from_)
    step = next_step()
    if step is None:
        raise RestError(400, 21205, "Url parameter is required: give Url or Twiml")
    fallback = forms.address("FallbackUrl")
    if fallback is not None and isinstance(step, Given):
        raise RestError(400, 21405, "FallbackUrl needs Url")
    digits = forms.given("SendDigits") or ""
    if len(digits) > 32 or set(digits) - set("0123456789*#wW"):
        raise RestError(400, 21206, "SendDigits takes at most 32 of 0-9, *, # and w")
    return Order(
        to=to,
        from_=from_,
        step=step,
        fallback=Address(fallback.url, forms.choice("FallbackMethod", "GET", "POST") or "POST") if fallback else None,
        status_callback=forms.progress_address(),
        timeout=forms.whole("Timeout", 60, 1, 600),
        detection=_detection(),
        record=forms.flag("Record"),
        channels=2 if forms.choice("RecordingChannels", "mono", "dual") == "dual" else 1,
        recording_callback=forms.recording_address(),
    )


def _may_show(carrier: Carrier, number: str) -> None:
    if carrier.store.number(number) is not None or number in carrier.verified or number.startswith("client:"):
        return
    # A call that came in may be passed on with its caller's own number, given the token of its webhook.
    token = forms.given("CallToken")
    if token is not None and carrier.is_token_of(token, number):
        return
    raise RestError(400, 21210, f"The source phone number provided, {number}, is not yet verified for your account.")


def _detection() -> Detection | None:
    mode = forms.choice("MachineDetection", "Enable", "DetectMessageEnd", "none")
    if mode in (None, "none"):
        return None
    asynchronous = forms.flag("AsyncAmd")
    callback = forms.address("AsyncAmdStatusCallback")
    return Detection(mode or "Enable", callback if asynchronous else None)


def _wanted(carrier: Carrier) -> list[Call]:
    asked = {"Status": "status", "To": "to", "From": "from", "ParentCallSid": "parent_call_sid"}
    wanted = {field: request.args[name] for name, field in asked.items() if request.args.get(name)}
    started, ended = forms.period("StartTime"), forms.period("EndTime")
    return [
        call
        for call in reversed(tuple(carrier.store.calls.values()))
        if started(call.started_at) and ended(call.ended_at) and (not wanted or _is_like(carrier, call, wanted))
    ]


def _is_like(carrier: Carrier, call: Call, wanted: dict[str, str]) -> bool:
    shown = _shown(carrier, call)
    return all(shown[field] == value for field, value in wanted.items())


def _change(carrier: Carrier, call: Call) -> None:
    status = forms.choice("Status", "completed", "canceled")
    step = next_step()
    if forms.given("Url") and forms.given("Twiml"):
        raise RestError(400, 20001, "Url and Twiml exclude each other")
    if status is None and step is None:
        return
    leg = live(carrier, call.sid)
    if status == "canceled" and call.answered_at is not None:
        raise RestError(400, 21220, "Only a queued or ringing call can be canceled")
    if status is not None:
        final = "completed" if call.answered_at is not None else "canceled"
        leg.interrupt(EndedError("line", final))
    elif step is not None:
        if call.answered_at is None:
            raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
        leg.interrupt(MovedError(step))


def _call(carrier: Carrier, sid: str) -> Call:
    call = carrier.store.calls.get(sid)
    if call is None:
        raise not_found(request.path)
    return call


def _shown(carrier: Carrier, call: Call) -> dict[str, Any]:
    return pictures.call(carrier, call)

"""The control API under /simulator/: phones in people's hands, what other phones do when rung, and numbers.

It is no part of any carrier's API. Whoever holds the account's token (as Bearer) may use it.
"""

import hmac
import math
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator import audio
from simulator.behaviours import from_fields
from simulator.carrier import Carrier
from simulator.desk import Desk, UnknownCallError
from simulator.handset import Done
from simulator.rest.forms import E164
from simulator.values import url_problem

LONGEST_POLL = 25.0
"""Seconds a request for news is held at most."""

LARGEST_MESSAGE = 64 * 1024 + 2 * audio.RATE * 600
"""Bytes of a message given as a WAV file: ten minutes."""

Answer = Response | tuple[Response, int]


class WrongRequestError(ValueError):
    """A request that cannot be understood; the text names the field and the cure."""


def blueprint(carrier: Carrier, desk: Desk) -> Blueprint:
    """The control API's routes."""
    routes = Blueprint("control", __name__, url_prefix="/simulator")

    @routes.before_request
    def authenticate() -> Answer | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Bearer" and hmac.compare_digest(token.encode(), carrier.auth_token.encode()):
            return None
        return _problem("the account's token is needed: Authorization: Bearer TOKEN", 401)

    @routes.post("/calls")
    def call() -> Answer:
        fields = _fields({"from", "to", "at"})
        sid = desk.call(from_=_text(fields, "from"), to=_text(fields, "to"), at=_moment(fields.get("at")))
        return jsonify({"sid": sid}), 201

    @routes.get("/calls/<sid>")
    def state(sid: str) -> Answer:
        return jsonify(asdict(desk.state(sid)))

    @routes.get("/calls/<sid>/news")
    def news(sid: str) -> Answer:
        wait = min(_number("wait", 0.0), LONGEST_POLL)
        found = desk.news(sid, after=int(_number("after", 0)), wait=wait)
        return jsonify({"news": [asdict(item) for item in found]})

    @routes.post("/calls/<sid>/inputs")
    def does(sid: str) -> Answer:
        desk.does(sid, _done(_fields({"keys", "words", "confidence", "message", "end"})))
        return jsonify({}), 202

    @routes.post("/calls/<sid>/messages")
    def leaves(sid: str) -> Answer:
        given = request.args
        if unknown := sorted(set(given) - {"words", "end"}):
            raise WrongRequestError(f"{', '.join(unknown)}: unknown; there are: end, words")
        request.max_content_length = LARGEST_MESSAGE
        desk.does(sid, Done(message=given.get("words", ""), end=given.get("end", "silence"), sound=request.get_data()))
        return jsonify({}), 202

    @routes.get("/calls/<sid>/webhooks")
    def webhooks(sid: str) -> Answer:
        found = desk.exchanges(sid, after=int(_number("after", 0)))
        return jsonify({"webhooks": [asdict(item) for item in found]})

    @routes.get("/calls/<sid>/story")
    def story(sid: str) -> Answer:
        return jsonify({"story": desk.story(sid, request.args.get("name") or "a call")})

    @routes.delete("/calls")
    def forget() -> Answer:
        return jsonify({"forgotten": carrier.store.forget_past()})

    @routes.delete("/calls/<sid>")
    def hang_up(sid: str) -> Answer:
        desk.hang_up(sid)
        return jsonify({}), 202

    @routes.put("/phones/<path:address>")
    def behave(address: str) -> Answer:
        listed = _fields({"behaviours"}).get("behaviours")
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise WrongRequestError("behaviours: must be a list of objects")
        carrier.phones.set(address, *(from_fields(item) for item in listed))
        return jsonify({})

    @routes.put("/numbers/<number>")
    def add_number(number: str) -> Answer:
        fields = _fields({"voice_url", "voice_fallback_url", "status_callback", "friendly_name"})
        if not E164.fullmatch(number):
            raise WrongRequestError(f"number: {number!r} must be E.164, such as +14155550199")
        for name in ("voice_url", "voice_fallback_url", "status_callback"):
            if fields.get(name) and url_problem(str(fields[name])):
                raise WrongRequestError(f"{name}: must be {url_problem(str(fields[name]))}")
        made = carrier.add_number(number, **{name: str(value) for name, value in fields.items()})
        return jsonify({"sid": made.sid, "number": made.number})

    @routes.errorhandler(ValueError)
    def wrong(error: ValueError) -> Answer:
        return _problem(str(error), 400)

    @routes.errorhandler(UnknownCallError)
    def unknown(error: UnknownCallError) -> Answer:
        return _problem(f"no call {error} is held here", 404)

    return routes


def _problem(detail: str, status: int) -> Answer:
    return jsonify({"error": detail}), status


def _fields(allowed: set[str]) -> dict[str, Any]:
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise WrongRequestError("the body: must be a JSON object")
    if unknown := sorted(set(given) - allowed):
        raise WrongRequestError(f"{', '.join(unknown)}: unknown; there are: {', '.join(sorted(allowed))}")
    return given


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise WrongRequestError(f"{name}: is needed, as text")
    return value


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise WrongRequestError("at: must have its zone, such as 2026-11-23T10:00:00Z")
    return moment


def _number(name: str, default: float) -> float:
    value = float(request.args.get(name, default))
    if not math.isfinite(value) or value < 0:
        raise WrongRequestError(f"{name}: must be a number of at least 0")
    return value


def _done(fields: dict[str, Any]) -> Done:
    keys = str(fields.get("keys") or "")
    if set(keys) - set("0123456789*#"):
        raise WrongRequestError("keys: must be of 0-9, * and #")
    message, sure = fields.get("message"), fields.get("confidence", 0.93)
    return Done(
        keys=keys,
        words=str(fields.get("words") or ""),
        confidence=None if sure is None else float(sure),
        message=None if message is None else str(message),
        end=str(fields.get("end") or "silence"),
    )

"""A REST API that is busy, fails or falls silent, and recordings that come late, broken or never."""

import contextlib
import socket

from flask import Blueprint, Response, g, request

from simulator.carrier import Carrier
from simulator.records import Recording
from simulator.rest.errors import RestError, not_found

_RETRY_AFTER = "1"


def install(api: Blueprint, carrier: Carrier) -> None:
    """Have requests meet the faults that the carrier's liar decides on, before or after they were processed."""

    @api.before_request
    def before() -> None:
        g.fault = carrier.liar.fault(request.method, request.path)
        if g.fault == "busy":
            raise RestError(429, 20429, "Too Many Requests")
        if g.fault == "fails":
            raise RestError(503, 20503, "Service unavailable")

    @api.after_request
    def after(answer: Response) -> Response:
        fault = g.get("fault", "")
        if fault == "busy":
            answer.headers["Retry-After"] = _RETRY_AFTER
        if fault == "fails_late":
            answer = Response('{"code": 20503, "message": "Service unavailable", "status": 503}', 503)
            answer.content_type = "application/json"
        if fault == "silent":
            _hang_up()
        return answer


def sound(carrier: Carrier, made: Recording, answer: Response) -> Response:
    """The answer that a recording's fate makes of the honest one; raises RestError where there is no sound."""
    spoiled = carrier.liar.spoils(made.sid, made.fate) if made.fate else ""
    if spoiled in ("late", "never"):
        raise not_found(request.path)
    if spoiled == "corrupt":
        return Response(b"<html>Please try again.</html>".ljust(200), content_type="audio/x-wav")
    if spoiled == "short":
        whole = answer.get_data()
        # The length promises all of it, and the connection ends in the middle.
        broken = Response(iter([whole[: len(whole) // 2]]), content_type="audio/x-wav")
        broken.headers["Content-Length"] = str(len(whole))
        broken.headers["Connection"] = "close"
        return broken
    return answer


def _hang_up() -> None:
    """End the connection under the answer; only a server that tells its socket can do that."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

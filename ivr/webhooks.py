"""The carrier's webhooks over WSGI: each hands the raw request to the line and returns its answer.

A webhook needs nothing that a framework gives, and a framework's share of it costs as much as the engine's. So posts to
the line's paths are answered in front of Flask. Flask has the same routes for everything else about them: the map of
all addresses, and the refusal of other methods.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wsgi import get_input_stream

from ivr.line import Answer, Line, Request
from ivr.signatures import MAX_BODY

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class FrontDoor:
    """A WSGI application: the line for the carrier's posts, `behind` for all else."""

    def __init__(self, line: Line, behind: Application) -> None:
        self._line = line
        self._paths = frozenset(line.paths)
        self._behind = behind

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        if environ["REQUEST_METHOD"] != "POST" or environ.get("PATH_INFO") not in self._paths:
            return self._behind(environ, start_response)
        answer = self._line.answer(raw_request(environ))
        body = answer.body.encode()
        start_response(_STATUS[answer.status], _headers(answer, body))
        return [body] if body else []


def make_blueprint(line: Line) -> Blueprint:
    """Routes for every path the line answers."""
    blueprint = Blueprint("ivr", __name__)
    for path in line.paths:
        endpoint = path.removeprefix("/voice/").replace("/", "_")
        blueprint.add_url_rule(path, endpoint, lambda: _respond(line), methods=["POST"])
    return blueprint


def raw_request(environ: Environ) -> Request:
    """The request as it came in. One byte more than allowed is read, so that what is too large shows as such."""
    return Request(
        path=environ["PATH_INFO"],
        query=environ.get("QUERY_STRING", ""),
        body=get_input_stream(environ).read(MAX_BODY + 1),
        content_type=environ.get("CONTENT_TYPE", ""),
        signature=environ.get("HTTP_X_TWILIO_SIGNATURE"),
        hosts=tuple(filter(None, (environ.get("HTTP_X_FORWARDED_HOST"), environ.get("HTTP_HOST")))),
    )


def _respond(line: Line) -> Response:
    answer = line.answer(raw_request(request.environ))
    return Response(answer.body, status=answer.status, headers=_headers(answer, answer.body.encode()))


def _headers(answer: Answer, body: bytes) -> list[tuple[str, str]]:
    length = [] if answer.status == HTTPStatus.NO_CONTENT else [("Content-Length", str(len(body)))]
    return [("Content-Type", answer.content_type), *length] if body else length

"""The carrier's webhooks as Flask routes: each hands the raw request to the line and returns its answer."""

from flask import Blueprint, Response, request

from ivr.line import Answer, Line, Request
from ivr.signatures import MAX_BODY


def make_blueprint(line: Line) -> Blueprint:
    """Routes for every path the line answers."""
    blueprint = Blueprint("ivr", __name__)
    for path in line.paths:
        endpoint = path.removeprefix("/voice/").replace("/", "_")
        blueprint.add_url_rule(path, endpoint, lambda: respond(line.answer(raw_request())), methods=["POST"])
    return blueprint


def raw_request() -> Request:
    """The request as it came in. One byte more than allowed is read, so that what is too large shows as such."""
    environ = request.environ
    return Request(
        path=request.path,
        query=environ.get("QUERY_STRING", ""),
        body=request.stream.read(MAX_BODY + 1),
        content_type=environ.get("CONTENT_TYPE", ""),
        signature=environ.get("HTTP_X_TWILIO_SIGNATURE"),
        hosts=tuple(filter(None, (environ.get("HTTP_X_FORWARDED_HOST"), environ.get("HTTP_HOST")))),
    )


def respond(answer: Answer) -> Response:
    """The line's answer as an HTTP response."""
    headers = {"Content-Type": answer.content_type} if answer.body else {}
    return Response(answer.body, status=answer.status, headers=headers)

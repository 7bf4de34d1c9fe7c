"""Mounts the API on an application."""

import json
from functools import cache

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from api import (
    callbacks,
    callers,
    customers,
    departments,
    health,
    jobs,
    messages,
    numbers,
    opening,
    peaks,
    problems,
    sign_ins,
)
from api.openapi import document
from api.operations import PREFIX
from api.parts import Parts
from api.serving import blueprint

NOUNS = (
    opening.NOUN,
    callers.NOUN,
    peaks.NOUN,
    messages.NOUN,
    callbacks.NOUN,
    customers.NOUN,
    departments.NOUN,
    sign_ins.NOUN,
    numbers.NOUN,
    jobs.NOUN,
    health.NOUN,
)
DOCUMENT = f"{PREFIX}/openapi.json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def register(app: Flask, parts: Parts) -> None:
    """Add every route under /api to `app`. Opens no connection."""
    for noun in NOUNS:
        app.register_blueprint(blueprint(noun, parts), url_prefix=PREFIX)
    app.register_blueprint(_document(parts))
    app.register_blueprint(_nothing_else())


def _document(parts: Parts) -> Blueprint:
    """The description of the API, for everybody: it holds no data. Written when it is first asked for: that
    would be a third of a start."""
    routes = Blueprint("api_document", __name__)

    @cache
    def text() -> str:
        return json.dumps(document(NOUNS, public_url=parts.settings.public_url), ensure_ascii=False)

    @routes.get(DOCUMENT)
    def openapi() -> Response:
        return Response(text(), content_type="application/json")

    return routes


def _nothing_else() -> Blueprint:
    """Whatever else is below /api gets a problem document too, not the console's page."""
    routes = Blueprint("api_nothing", __name__)

    @routes.route("/api/", defaults={"rest": ""}, methods=METHODS, strict_slashes=False)
    @routes.route("/api/<path:rest>", methods=METHODS)
    def nothing(rest: str) -> Response:
        allowed = [method for method in METHODS if _is_offered(method)]
        if allowed:
            raise MethodNotAllowed(valid_methods=allowed, description=f"Use {' or '.join(allowed)} here.")
        raise NotFound("There is nothing at this address; see /api/v1/openapi.json.")

    problems.catch_all(routes)
    return routes


def _is_offered(method: str) -> bool:
    """Whether the address would be answered by another method."""
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint = adapter.match(request.path, method=method)[0] if adapter else ""
    except HTTPException:
        return False
    return bool(endpoint) and not endpoint.startswith("api_nothing")

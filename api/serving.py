"""From an operation to a route: who asks, may they, what do they ask, do it once, commit, answer."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from api import problems
from api.bodies import read_body, read_query, read_raw
from api.operations import Answered, Asked, Noun, Operation, path_values
from api.parts import Parts
from api.repeating import Stored, fingerprint, once, read_key
from api.tokens import authenticate, check_right
from core.database import transaction

NO_STORE = {"Cache-Control": "no-store"}
"""Answers hold personal data: nothing between here and the program may keep them."""


def blueprint(noun: Noun, parts: Parts) -> Blueprint:
    """The routes of one noun."""
    routes = Blueprint(f"api_{noun.name}", __name__)
    for operation in noun.operations:
        # Flask would answer OPTIONS by itself, without asking who asks.
        routes.add_url_rule(
            operation.rule,
            operation.name,
            _view(operation, parts),
            methods=[operation.method],
            provide_automatic_options=False,
        )
    problems.catch_all(routes)
    return routes


def _view(operation: Operation, parts: Parts) -> Callable[..., Response]:
    def view(**texts: str) -> Response:
        return _serve(operation, parts, texts)

    return view


def _serve(operation: Operation, parts: Parts, texts: dict[str, str]) -> Response:
    now = parts.clock()
    who = authenticate(request, parts, now=now)
    check_right(who, operation.right)
    values = path_values(operation, texts)
    if values is None:
        raise problems.not_found(f"{operation.noun.rstrip('s')} of that name")
    # The body is read before a connection is taken: a slow sender holds none.
    query = read_query(request, operation.query) if operation.query else None
    body = read_body(request, operation.sends) if operation.sends else None
    key = read_key(request) if operation.method == "POST" else None
    with transaction(parts.engine) as session:
        asked: Asked[Any, Any] = Asked(session=session, who=who, now=now, parts=parts, query=query, body=body)
        if key is not None:
            seal = fingerprint(request.method, request.full_path, read_raw(request))
            stored, repeated = once(
                session,
                who=who,
                key=key,
                seal=seal,
                now=now,
                run=lambda: _stored(operation, operation.run(asked, **values)),
            )
            return _response(stored, repeated=repeated)
        answer = operation.run(asked, **values)
    if callable(answer):  # audio: not one byte before the commit
        streamed: Response = answer()
        return streamed
    return _response(_stored(operation, answer))


def _stored(operation: Operation, answer: Any) -> Stored:
    """The answer as it can be kept and given again."""
    answered = answer if isinstance(answer, Answered) else Answered(body=answer)
    text = answered.body.model_dump_json(by_alias=True) if answered.body is not None else None
    return Stored(status=operation.status, headers=dict(answered.headers), text=text)


def _response(stored: Stored, *, repeated: bool = False) -> Response:
    headers = NO_STORE | stored.headers | ({"Idempotency-Replayed": "true"} if repeated else {})
    if stored.text is None:
        return Response(status=stored.status, headers=headers)
    return Response(stored.text, status=stored.status, headers=headers, content_type="application/json")

"""The OpenAPI 3.1 document, made from the same declarations that the routes are made from."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.bodies import MOST_BYTES
from api.operations import PATH_PARAMETERS, PREFIX, Noun, Operation
from api.problems import MEDIA_TYPE, ProblemDocument

VERSION = "1.0"
COMPONENTS = "#/components/schemas/"

Mode = Literal["validation", "serialization"]

EVERY = {400: "A malformed request, named.", 401: "No token, or not a valid one.", 403: "The role lacks the right."}
TOO_OFTEN = {429: "Too many requests, or too many without a valid token; Retry-After says when to try again."}
TRY_AGAIN = {503: "Part of the system is away; Retry-After says when to try again."}
WITH_BODY = {
    413: f"A body over {MOST_BYTES // 1024} kB.",
    415: "A body that is not JSON.",
    422: "Fields that cannot be taken, each named, with the cure.",
}


def document(nouns: Iterable[Noun], *, public_url: str) -> dict[str, Any]:
    """The whole document. It holds no data, so everybody may read it."""
    nouns = tuple(nouns)
    operations = [operation for noun in nouns for operation in noun.operations]
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ringback",
            "version": VERSION,
            "description": "Tickets, calls, recordings and callbacks of a phone line. Times are RFC 3339 UTC, "
            "durations whole seconds, numbers E.164. Errors are RFC 9457 problem documents.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url + PREFIX}],
        "security": [{"token": []}],
        "tags": [{"name": noun.name, "description": noun.description} for noun in nouns],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(operations),
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.noun],
        "summary": operation.summary,
        "description": "\n\n".join(filter(None, (operation.description, f"Needs the right `{operation.right}`."))),
        "parameters": [*_path(operation), *_query(operation), *_headers(operation)],
        "responses": _answers(operation),
    }
    if operation.sends is not None:
        shown["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(operation.sends)}}}
    return shown


def _path(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": dict(PATH_PARAMETERS[name])}
        for name in operation.parameters
    ]


def _query(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema()
    inlined = {name: _inline(part, schema.get("$defs", {})) for name, part in schema["properties"].items()}
    return [
        {"name": name, "in": "query", "description": part.pop("description", ""), "schema": part}
        for name, part in inlined.items()
    ]


def _inline(part: Any, definitions: Mapping[str, Any]) -> Any:
    """A parameter's schema without null (a query string has none), defaults of null and references."""
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        part = dict(definitions[part["$ref"].rsplit("/", 1)[1]]) | {k: v for k, v in part.items() if k != "$ref"}
    if "anyOf" in part:
        [only] = [choice for choice in part["anyOf"] if choice != {"type": "null"}]
        part = _inline(only, definitions) | {k: v for k, v in part.items() if k != "anyOf"}
    return {name: value for name, value in part.items() if (name, value) != ("default", None) and name != "title"}


def _headers(operation: Operation) -> list[dict[str, Any]]:
    headers = []
    if operation.method == "POST":
        headers.append(
            ("Idempotency-Key", "A request repeated under its key has one effect and gets the first answer again.")
        )
    if 412 in operation.refusals:
        headers.append(("If-Match", "The ETag the change was made from."))
    if operation.audio:
        headers.append(("Range", "One range of bytes (RFC 9110)."))
    return [
        {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in headers
    ]


def _answers(operation: Operation) -> dict[str, Any]:
    refusals = EVERY | TOO_OFTEN | TRY_AGAIN | dict(operation.refusals)
    if operation.parameters:
        refusals |= {404: "There is no such thing."}
    if operation.sends is not None:
        refusals |= WITH_BODY
    elif operation.method == "POST":
        refusals |= {422: "The Idempotency-Key was used for another request.", 413: WITH_BODY[413]}
    return {**_success(operation), **{str(status): _problem(text) for status, text in sorted(refusals.items())}}


def _success(operation: Operation) -> dict[str, Any]:
    if operation.audio:
        content = {"audio/wav": {"schema": {"type": "string", "contentEncoding": "binary"}}}
        return {
            "200": {"description": "All of the audio.", "content": content},
            "206": {"description": "The range of it that was asked for.", "content": content},
        }
    if operation.answer is None:
        return {str(operation.status): {"description": "Done."}}
    content = {"application/json": {"schema": _ref(operation.answer)}}
    return {str(operation.status): {"description": (operation.answer.__doc__ or "").strip(), "content": content}}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _ref(ProblemDocument)}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": COMPONENTS + model.__name__}


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    models: dict[type[BaseModel], Mode] = {ProblemDocument: "serialization"}
    for operation in operations:
        if operation.sends is not None:
            models[operation.sends] = "validation"
        if operation.answer is not None:
            models[operation.answer] = "serialization"
    _, schema = models_json_schema(list(models.items()), ref_template=COMPONENTS + "{model}")
    schemas: dict[str, Any] = schema["$defs"]
    return dict(sorted(schemas.items()))

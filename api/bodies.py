"""Request bodies and query strings → checked values; every complaint names its field and the cure."""

from typing import Any, TypeVar

from flask import Request
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from api.problems import Fault, Problem

MOST_BYTES = 256 * 1024

Model = TypeVar("Model", bound=BaseModel)


class Body(BaseModel):
    """Base of all that a request may send: unknown fields are refused by name, types are taken literally."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _no_nul(cls, value: Any) -> Any:
        """PostgreSQL keeps no NUL, nor compares with one."""
        if isinstance(value, str) and "\x00" in value:
            raise PydanticCustomError("nul", "it holds a NUL character")
        return value


def read_body(request: Request, model: type[Model]) -> Model:
    """The JSON body. Raises Problem: 415 another media type, 413 too long, 400 not JSON, 422 naming fields."""
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise Problem(415, "not-json", "Send the body as JSON, with the header Content-Type: application/json.")
    raw = read_raw(request)
    if not raw:
        raise Problem(400, "malformed", "The body is empty. Send a JSON object.")
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        if any(detail["type"] == "json_invalid" for detail in details):
            raise Problem(400, "malformed", f"The body is not JSON: {details[0]['msg']}.") from None
        raise _invalid(details, status=422, place="body") from None


def read_raw(request: Request) -> bytes:
    """The body as sent. Raises Problem 413 past MOST_BYTES, whether its length was announced or not."""
    too_long = Problem(413, "too-long", f"The body is longer than {MOST_BYTES // 1024} kB.")
    if (request.content_length or 0) > MOST_BYTES:
        raise too_long
    request.max_content_length = MOST_BYTES + 1
    raw = request.get_data(cache=True)
    if len(raw) > MOST_BYTES:
        raise too_long
    return raw


def read_query(request: Request, model: type[Model]) -> Model:
    """The query string. Raises Problem 400 naming the parameter."""
    for name, values in request.args.lists():
        if len(values) > 1:
            fault = Fault(name, "it is given more than once", "give it once")
            raise Problem(400, "invalid-parameter", f"{name}: {fault.reason}.", faults=[fault], place="query")
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False), status=400, place="query") from None


def _invalid(details: list[ErrorDetails], *, status: int, place: str) -> Problem:
    faults = [_fault(detail) for detail in details[:20]]
    named = "; ".join(f"{fault.field or 'body'}: {fault.reason}" for fault in faults)
    return Problem(
        status, "invalid-field" if place == "body" else "invalid-parameter", f"{named}.", faults=faults, place=place
    )


def _fault(detail: ErrorDetails) -> Fault:
    field = ".".join(str(part) for part in detail["loc"])
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return Fault(field, "there is no such field here", "leave it out, or look the name up in openapi.json")
        case "missing":
            return Fault(field, "it is missing", "give it")
        case "literal_error" | "enum":
            return Fault(field, "it is none of the allowed values", f"use {context.get('expected', 'one of them')}")
        case "string_pattern_mismatch":
            return Fault(field, "it has another form than expected", f"match {context.get('pattern', 'the pattern')}")
        case _:
            # pydantic's own words say what is expected; they never repeat the value.
            return Fault(field, _lower(detail["msg"]), "send what the field is described as in openapi.json")


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]

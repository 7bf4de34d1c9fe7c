"""The one place where errors become answers: RFC 9457 problem documents that name the field and the cure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from core import logs
from core.storage import StorageUnavailable
from people.refusals import FieldRefused
from tickets.changes import VersionConflict

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

log = logs.get(__name__)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field: its name in the request, the reason, and what to do about it."""

    field: str
    reason: str
    cure: str = ""

    def shown(self, place: str) -> dict[str, str]:
        pointer = {"pointer": "#/" + self.field.replace(".", "/")} if place == "body" and self.field else {}
        return {"field": self.field, "detail": self.reason, "cure": self.cure, **pointer}


class Problem(Exception):
    """An answer that is not what was asked for. `kind`: a stable word, the end of the problem's type URI."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        place: str = "body",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.faults = tuple(faults)
        self.place = place
        self.headers = dict(headers or {})
        self.more = dict(more or {})


class FaultShape(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str
    cure: str
    pointer: str | None = Field(None, description="JSON Pointer into the body, as a fragment.")


class ConflictShape(BaseModel):
    """One field that somebody else changed meanwhile."""

    field: str
    yours: Any
    theirs: Any


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="urn:problem-type:ringback:KIND")
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FaultShape] | None = None
    version: int | None = Field(None, description="With a version conflict: the ticket's present version.")
    conflicts: list[ConflictShape] | None = Field(None, description="With a version conflict: both values.")


def not_found(what: str) -> Problem:
    return Problem(404, "not-found", f"There is no {what}.")


def refused(fault: Fault, *, status: int = 422, place: str = "body") -> Problem:
    """One field of the request cannot be taken."""
    return Problem(status, "invalid-field", f"{fault.field}: {fault.reason}.", faults=[fault], place=place)


def catch_all(blueprint: Blueprint) -> None:
    """Have every error under `blueprint` answered here."""
    blueprint.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    """The problem document for any error; what nobody foresaw is ours, logged, and tells nothing of the inside."""
    problem = _problem(error)
    document: dict[str, Any] = {
        "type": f"urn:problem-type:ringback:{problem.kind}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
    }
    if problem.faults:
        document["errors"] = [fault.shown(problem.place) for fault in problem.faults]
    body = json.dumps(document | problem.more, default=str)
    return Response(body, status=problem.status, headers=problem.headers, content_type=MEDIA_TYPE)


def _problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, FieldRefused):
        return refused(Fault(error.field, str(error.reason), str(error.cure)))
    if isinstance(error, VersionConflict):
        return _conflict(error)
    if isinstance(error, HTTPException) and error.code is not None:
        headers = {name: value for name, value in error.get_headers() if name.lower() in ("allow", "retry-after")}
        return Problem(error.code, "http", error.description or "The request cannot be answered.", headers=headers)
    if isinstance(error, OperationalError | PoolTimeout | StorageUnavailable) or _lost(error):
        log.warning("api_unavailable", error=type(error).__name__)
        return _unavailable()
    # A database error's text holds the values of the row, callers' numbers among them: not for the log.
    of_database = isinstance(error, DBAPIError)
    log.error("api_failed", error=type(error).__name__, state=_state(error), exc_info=None if of_database else error)
    return Problem(500, "our-fault", "Something went wrong here. It has been written down; nothing was changed.")


def _conflict(error: VersionConflict) -> Problem:
    conflicts = [{"field": f, "yours": yours, "theirs": theirs} for f, (yours, theirs) in error.values.items()]
    return Problem(
        412 if request.headers.get("If-Match") else 409,
        "version-conflict",
        f"The ticket was changed meanwhile: it is at version {error.theirs}, yours is {error.yours}. "
        "Read it again, choose between the values, and send the change with the present version.",
        headers={"ETag": f'"{error.theirs}"'},
        more={"version": error.theirs, "conflicts": conflicts},
    )


def _unavailable() -> Problem:
    return Problem(
        503, "try-again", "Part of the system is away. Try again soon.", headers={"Retry-After": str(RETRY_SECONDS)}
    )


def _lost(error: Exception) -> bool:
    """Whether the database ended the connection or took one of two locked in each other."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _state(error) in ("40001", "40P01"))


def _state(error: Exception) -> str | None:
    """The database's own code for what went wrong (PostgreSQL, appendix A)."""
    state: str | None = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state

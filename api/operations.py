"""What the API offers: each operation is declared once, and both the routes and the OpenAPI document come from that."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.bodies import Body
from api.parts import Parts
from api.tokens import Who
from people.rights import Right

PREFIX = "/api/v1"

PATH_PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "number": {"type": "integer", "minimum": 1, "description": "The ticket's number."},
    "id": {"type": "string", "pattern": "^[0-9]{1,19}$", "description": "An opaque id."},
    "key": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{1,39}$", "description": "A department's key."},
    "sign_in": {"type": "string", "pattern": "^[0-9]{1,19}$", "description": "The id of a sign-in."},
    "sid": {"type": "string", "maxLength": 200, "description": "The carrier's SID of any leg of the call."},
}
_TEXTS = frozenset({"sid", "key"})
_BIGGEST_ID = 2**63 - 1

Query = TypeVar("Query", covariant=True)
Sent = TypeVar("Sent", covariant=True)
Run = TypeVar("Run", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Asked(Generic[Query, Sent]):
    """One request, checked: who asks, when, with what. Its session commits when the operation returns."""

    session: Session
    who: Who
    now: datetime
    parts: Parts
    query: Query
    body: Sent


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer with something beyond its body. body None: no content."""

    body: BaseModel | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method on one path. `refusals`: statuses of its own besides those every operation may answer with."""

    noun: str
    method: str
    path: str
    right: Right
    run: Callable[..., Any]
    query: type[Body] | None
    sends: type[Body] | None
    answer: type[BaseModel] | None
    status: int
    refusals: Mapping[int, str]
    audio: bool = False

    @property
    def name(self) -> str:
        return self.run.__name__

    @property
    def summary(self) -> str:
        return (self.run.__doc__ or "").strip().split("\n")[0].rstrip(".")

    @property
    def description(self) -> str:
        lines = (self.run.__doc__ or "").strip().split("\n")[1:]
        return "\n".join(line.strip() for line in lines).strip()

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return re.sub(r"\{(\w+)\}", r"<\1>", self.path)

    @property
    def parameters(self) -> list[str]:
        """Names of what stands in the path."""
        return re.findall(r"\{(\w+)\}", self.path)


class Noun:
    """The operations of one noun, in the order they are declared."""

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        self.operations: list[Operation] = []

    def offers(
        self,
        method: str,
        path: str,
        *,
        right: Right,
        query: type[Body] | None = None,
        sends: type[Body] | None = None,
        answer: type[BaseModel] | None = None,
        status: int = 200,
        refusals: Mapping[int, str] | None = None,
        audio: bool = False,
    ) -> Callable[[Run], Run]:
        """Declare the decorated function as an operation; its docstring is its description."""

        def declare(run: Run) -> Run:
            self.operations.append(
                Operation(
                    noun=self.name,
                    method=method,
                    path=path,
                    right=right,
                    run=run,
                    query=query,
                    sends=sends,
                    answer=answer,
                    status=status,
                    refusals=refusals or {},
                    audio=audio,
                )
            )
            return run

        return declare


def path_values(operation: Operation, texts: Mapping[str, str]) -> dict[str, int | str] | None:
    """The path's values in their types; None where one cannot name anything (so there is nothing there)."""
    values: dict[str, int | str] = {}
    for name, text in texts.items():
        if name in _TEXTS:
            values[name] = text
        elif re.fullmatch(r"[0-9]{1,19}", text) and int(text) <= _BIGGEST_ID:
            values[name] = int(text)
        else:
            return None
    return values if "\x00" not in "".join(texts.values()) else None

"""Who asks: the bearer token of a request (RFC 6750), and what its role may do."""

from dataclasses import dataclass
from datetime import datetime

from flask import Request
from sqlalchemy import Engine

from api.parts import Parts
from api.problems import Problem
from core.database import transaction
from core.limits import TooOftenError
from people import tokens
from people.models import Role
from people.rights import Right, may

CHALLENGE = 'Bearer realm="ringback"'


@dataclass(frozen=True)
class Who:
    """The program that asks."""

    token_id: int
    brand_id: int
    role: Role

    @property
    def actor(self) -> str:
        """As timelines and the audit name it."""
        return f"token:{self.token_id}"


def authenticate(request: Request, parts: Parts, *, now: datetime) -> Who:
    """The holder of the request's token. Raises Problem 401, and 429 when it comes too often. A transaction of its
    own: the use is noted even when the request itself is refused.
    """
    address = request.remote_addr or ""
    try:
        parts.refused.check(address, now=now)
        try:
            who = _holder(request, parts.engine, now=now)
        except Problem:
            parts.refused.count(address, now=now)
            raise
        parts.used.count(str(who.token_id), now=now)
    except TooOftenError as problem:
        wait = {"Retry-After": str(problem.seconds)}
        raise Problem(429, "too-often", f"Too many requests. Try again in {problem.seconds} s.", headers=wait) from None
    return who


def check_right(who: Who, right: Right) -> None:
    """Raises Problem 403 unless the role has the right."""
    if not may(who.role, right):
        raise Problem(
            403,
            "no-right",
            f"A token with the role {who.role} may not do this: it needs the right {right}.",
            headers={"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{right}"'},
        )


def _holder(request: Request, engine: Engine, *, now: datetime) -> Who:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        raise _unknown("Send the header Authorization: Bearer TOKEN.", CHALLENGE)
    if scheme.lower() != "bearer" or not text.strip():
        raise _unknown("Only Authorization: Bearer TOKEN is understood here.", CHALLENGE)
    with transaction(engine) as session:
        token = tokens.find(session, text.strip())
        if token is None:
            raise _unknown("The token is not known or was revoked.", f'{CHALLENGE}, error="invalid_token"')
        tokens.touch(session, token, now=now)
        return Who(token_id=token.id, brand_id=token.brand_id, role=Role(token.role))


def _unknown(detail: str, challenge: str) -> Problem:
    return Problem(401, "no-token", detail, headers={"WWW-Authenticate": challenge})

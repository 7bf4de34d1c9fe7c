"""Idempotency-Key: a POST repeated under its key has one effect and gets the first answer again.

After the IETF draft "The Idempotency-Key HTTP Header Field". The key belongs to the token. Only what took effect is
kept: a refused request may be mended and sent again under the same key. Keys are remembered for at least a day.
"""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask import Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.problems import Fault, Problem
from api.tokens import Who
from core.outbox_models import Repeatable

HEADER = "Idempotency-Key"


@dataclass(frozen=True)
class Stored:
    """An answer that can be given again, byte for byte: text is JSON, None where there is no content."""

    status: int
    headers: dict[str, str]
    text: str | None


def read_key(request: Request) -> str | None:
    """The request's key, if it brings one. Raises Problem 400 when it is not one."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        fault = Fault(HEADER, "it is not a key", "send 1 to 255 visible ASCII characters, such as a UUID")
        raise Problem(400, "invalid-header", f"{HEADER}: {fault.reason}.", faults=[fault], place="header")
    return key


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same one: method, path with query, and the body's values."""
    with suppress(ValueError, RecursionError):  # no body, or one the operation does not read
        body = json.dumps(json.loads(body), sort_keys=True).encode()
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def once(
    session: Session, *, who: Who, key: str, seal: str, now: datetime, run: Callable[[], Stored]
) -> tuple[Stored, bool]:
    """Run, or give the answer of the first run: (answer, whether it is a repetition).

    A second request under the key waits for the first one's commit. Raises Problem 422: the key was used for
    another request.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"repeat:{who.token_id}:{key}", 0))))
    known = session.get(Repeatable, (who.token_id, key))
    if known is not None:
        if known.request != seal:
            fault = Fault(HEADER, "it was used for another request", "send a key of its own with each new request")
            raise Problem(422, "key-reused", f"{HEADER}: {fault.reason}.", faults=[fault], place="header")
        return Stored(known.status, known.answer["headers"], known.answer["text"]), True
    stored = run()
    session.add(
        Repeatable(
            token_id=who.token_id,
            key=key,
            request=seal,
            status=stored.status,
            answer={"headers": stored.headers, "text": stored.text},  # as text: jsonb would reorder the fields
            created_at=now,
        )
    )
    session.flush()
    return stored, False

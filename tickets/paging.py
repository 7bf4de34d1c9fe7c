"""Keyset pages: where a page ended, as an opaque text, so that the next one costs the same at any depth.

Rows that come or go meanwhile move nothing: no row is shown twice and none that stood still is left out.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

Item = TypeVar("Item")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_BIGINT = 2**63 - 1


class BadCursor(ValueError):
    """The text is not a cursor of ours; trying again never helps."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page: its moment (of whatever the list is ordered by) and id."""

    moment: datetime
    id: int

    def cursor(self) -> str:
        """As an opaque text for URLs. It is not signed: a position grants nothing, each query has its own limits."""
        microseconds = (self.moment - _EPOCH) // timedelta(microseconds=1)
        return base64.urlsafe_b64encode(f"{microseconds}.{self.id}".encode()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows of a list; `end` is where the next page goes on, None after the last."""

    items: Sequence[Item]
    end: Position | None = None


def read_cursor(text: str) -> Position:
    """The position a cursor stands for. Raises BadCursor."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        microseconds, id = (int(part) for part in plain.split("."))
        position = Position(_EPOCH + timedelta(microseconds=microseconds), id)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise BadCursor("this cursor was not made here") from error
    if not 0 <= position.id <= _MOST_BIGINT or position.cursor() != text:
        raise BadCursor("this cursor was not made here")
    return position

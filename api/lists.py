"""Lists: `{"items": […], "next": URL or null}`, `?limit=&cursor=`."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from pydantic import BaseModel, Field

from api.bodies import Body
from api.problems import Fault, refused
from core.config import Settings
from tickets.paging import BadCursor, Page, Position, read_cursor

MOST_ITEMS = 200

Row = TypeVar("Row")
Shape = TypeVar("Shape", bound=BaseModel)


class ListQuery(Body):
    """What every list takes."""

    limit: int = Field(50, ge=1, le=MOST_ITEMS, description="Items on a page.")
    cursor: str | None = Field(None, max_length=200, description="Where a page goes on: taken from `next`, opaque.")

    def after(self) -> Position | None:
        """The row the page follows. Raises Problem 400 naming the cursor."""
        if self.cursor is None:
            return None
        try:
            return read_cursor(self.cursor)
        except BadCursor as error:
            fault = Fault("cursor", str(error), "follow `next` of the page before, or leave the cursor out")
            raise refused(fault, status=400, place="query") from None


class ListOf(BaseModel, Generic[Shape]):
    """A page of a list."""

    items: Sequence[Shape]
    next: str | None = Field(description="The address of the page that follows; null on the last.")


def page_of(
    page: Page[Row], shape: Callable[[Row], Shape], *, settings: Settings, as_type: type[ListOf[Any]]
) -> BaseModel:
    """A page of rows as a page of JSON, with the address of the next one."""
    return as_type(items=[shape(row) for row in page.items], next=_next(page.end, settings))


def _next(end: Position | None, settings: Settings) -> str | None:
    if end is None:
        return None
    query = request.args.to_dict() | {"cursor": end.cursor()}
    return f"{settings.public_url}{request.path}?{urlencode(query)}"

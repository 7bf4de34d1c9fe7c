"""Lists in pages, as the carrier gives them: 50 at a time unless asked otherwise, 1000 at most."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, jsonify, request

from simulator.rest.errors import RestError

T = TypeVar("T")


def page(key: str, records: Sequence[T], render: Callable[[T], dict[str, Any]]) -> Response:
    """The page of these records that the request asks for, under this key."""
    size = _whole("PageSize", 50, 1, 1000)
    number = _whole("Page", 0, 0, 10**6)
    start = size * number
    shown = records[start : start + size]
    more = start + size < len(records)
    return jsonify(
        {
            key: [render(record) for record in shown],
            "page": number,
            "page_size": size,
            "start": start,
            "end": max(start, start + len(shown) - 1),
            "uri": _uri(number, size),
            "first_page_uri": _uri(0, size),
            "next_page_uri": _uri(number + 1, size) if more else None,
            "previous_page_uri": _uri(number - 1, size) if number else None,
        }
    )


def _whole(name: str, default: int, least: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isdigit() or not least <= int(text) <= most:
        raise RestError(400, 20001, f"{name} must be from {least} to {most}")
    return int(text)


def _uri(number: int, size: int) -> str:
    others = [(name, value) for name, value in request.args.items(multi=True) if name not in ("Page", "PageSize")]
    return f"{request.path}?{urlencode([*others, ('PageSize', size), ('Page', number)])}"

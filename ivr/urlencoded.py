"""``application/x-www-form-urlencoded`` (URL Standard, section 5), read and written as `urllib.parse` does, but sooner:
every webhook brings some thirty such fields, few of which are encoded at all, and its answer an address with eight.
"""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote_plus, unquote


def read(text: str, *, most: int) -> list[tuple[str, str]]:
    """Names and values in the order sent; a field without "=" has an empty value, an empty field is none.

    Raises ValueError for more than `most` fields, and for bytes that are no UTF-8.
    """
    fields = text.split("&")
    if len(fields) > most:
        raise ValueError(f"more than {most} fields")
    pairs = []
    for field in fields:
        if field:
            name, _, value = field.partition("=")
            pairs.append((_plain(name), _plain(value)))
    return pairs


def write(pairs: Iterable[tuple[str, str]]) -> str:
    """The text that `read` reads; what is not safe in an address is encoded."""
    return "&".join([f"{_encoded(name)}={_encoded(value)}" for name, value in pairs])


def _plain(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="strict") if "%" in text else text


_encoded = lru_cache(maxsize=2048)(quote_plus)
"""Names and values of positions come again with every call."""

"""Lists as files for spreadsheets: comma-separated text (RFC 4180) in which nothing is taken for a formula.

A spreadsheet runs a cell that begins like a formula, and what callers and staff wrote is in these cells. An apostrophe
before it makes it text (https://owasp.org/www-community/attacks/CSV_Injection). Telephone numbers begin with a plus and
stay as they are, in columns of numbers and only if they are nothing but a number.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

Cell = str | int | float | datetime | None

BYTE_ORDER_MARK = "\ufeff"
"""By it spreadsheets see that the file is UTF-8."""
_BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_E164 = re.compile(r"\+[0-9]{1,15}")


def csv_text(
    head: Sequence[str], rows: Iterable[Sequence[Cell]], *, zone: ZoneInfo, numbers: frozenset[int] = frozenset()
) -> Iterator[str]:
    """The file piece by piece, a row at a time. numbers: places of columns that hold telephone numbers (E.164)."""
    yield BYTE_ORDER_MARK + _line(head)
    for row in rows:
        yield _line([_text(cell, zone, is_number=place in numbers) for place, cell in enumerate(row)])


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _text(cell: Cell, zone: ZoneInfo, *, is_number: bool) -> str:
    """Times as ISO 8601 with their offset, on the clocks of `zone`."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(cell, int | float):
        return str(cell)
    return cell if is_number and _E164.fullmatch(cell) else neutral(cell)


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()

"""The journal as lines to read, and its refused records taken up again."""

import time
from collections.abc import Iterator
from pathlib import Path

from core.clock import rfc3339
from ivr import journal_folder as files
from ivr.journal_format import HEADER, Piece, decoded, pieces


def listing(folder: Path) -> Iterator[str]:
    """A line for each record that waits or was set apart, and a last one with the sums."""
    for segment in files.segments(folder):
        start = files.applied(segment)
        for piece in pieces(segment.read_bytes(), start):
            yield f"waits    {_told(piece)}"
    for kind in (files.REFUSED, files.DAMAGED, files.TORN):
        for path in sorted((folder / kind).glob("*.line")):
            for piece in pieces(path.read_bytes()):
                yield f"{kind:<8} {_told(piece)} ({kind}/{path.name})"
    kept = files.state(folder)
    yield f"{kept.records} waiting, {kept.refused} refused, {kept.damaged} damaged"


def take_up_again(folder: Path) -> int:
    """Make a segment of the refused records, so that they are applied like all others; how many there were."""
    found = sorted((folder / files.REFUSED).glob("*.line"))
    lines = [path.read_bytes() for path in found]
    if lines:
        name = f"{time.time_ns():020d}-0-{0:06x}.log"
        files.write_whole(folder / name, HEADER + b"".join(lines))
        files.sync_folder(folder)
    for path in found:
        path.unlink()
    return len(found)


def _told(piece: Piece) -> str:
    try:
        record = decoded(piece.payload or b"")
    except ValueError:
        return f"{piece.end - piece.start} bytes that cannot be read"
    values = record.values
    about = values.get("leg_sid") or values.get("form", {}).get("CallSid") or "-"
    detail = values.get("turn", values.get("status", values.get("recording_sid", values.get("path", ""))))
    return f"{rfc3339(record.at)} {record.kind:<9} {about} {detail}"

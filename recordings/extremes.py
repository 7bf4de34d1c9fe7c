"""The least and the greatest byte of each stretch of samples, many at a time without a compiled helper.

A Python integer of a whole block is a row of bytes, and one operation on it works on all of them. The samples are laid
out so that the first of every stretch stand together, then the second of every stretch, and so on: the two halves of
the row are then compared byte by byte, which leaves half as many, until one of each stretch is left.
"""

from functools import lru_cache


def extremes(
    samples: bytes, stretch: int, *, lanes: int = 1, width: int = 1, table: bytes | None = None
) -> tuple[bytes, bytes]:
    """(least, greatest) of each `stretch` frames in turn; a frame has one sample of each of the `lanes`.

    Of a sample's `width` bytes the last counts, as `table` translates it. The number of frames is a multiple of
    `stretch`. Of the answers, each lane's stand together, the first lane's first.
    """
    if not samples:
        return b"", b""
    step = stretch * lanes
    rows = b"".join([samples[at * width + width - 1 :: step * width] for at in range(step)]).translate(table)
    row, size = int.from_bytes(rows, "little"), len(rows) // stretch
    least, greatest = _first(row, stretch, size)
    left = stretch - stretch // 2
    # The least is the opposite of the greatest opposite.
    least = _greatest(least ^ _full(left * size), left, size) ^ _full(size)
    return least.to_bytes(size, "little"), _greatest(greatest, left, size).to_bytes(size, "little")


def _first(row: int, count: int, size: int) -> tuple[int, int]:
    """The first comparison, which alone serves both: half as many least ones, and half as many greatest."""
    one, other, odd, length = _halves(row, count, size)
    chosen = _where_greater(one, other, length)
    return (one ^ chosen) | odd << 8 * length, (other ^ chosen) | odd << 8 * length


def _greatest(row: int, count: int, size: int) -> int:
    while count > 1:
        one, other, odd, length = _halves(row, count, size)
        row = (other ^ _where_greater(one, other, length)) | odd << 8 * length
        count -= count // 2
    return row


def _halves(row: int, count: int, size: int) -> tuple[int, int, int, int]:
    """Two halves of whole rows, an odd last row, and the length of a half in bytes."""
    length = count // 2 * size
    rest = row >> 8 * length
    half = _full(length)
    return row & half, rest & half, rest >> 8 * length, length


def _where_greater(one: int, other: int, length: int) -> int:
    """In each byte, what to change of `other` to have the greater of the two, and of `one` to have the lesser."""
    top, low = _masks(length)
    differ = one ^ other
    without_top = (one | top) - (other & low)  # no byte borrows from the next
    greater = (without_top ^ (differ & (without_top ^ one))) & top
    return differ & (greater | (greater - (greater >> 7)))


def _full(length: int) -> int:
    return (1 << 8 * length) - 1


@lru_cache(maxsize=64)
def _masks(length: int) -> tuple[int, int]:
    """In each byte: the top bit, and the seven others."""
    top = int.from_bytes(b"\x80" * length, "little")
    return top, top - (top >> 7)

"""Everything an installation keeps or says, as bytes to search: rows, bucket, files, Redis, the journal, the log."""

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import redis
from sqlalchemy import Engine, text

Places = Iterator[tuple[str, bytes]]
"""Name of a place, for whoever has to look there, and what it holds."""


def rows(engine: Engine) -> Places:
    """Every row of every table, each column as text; bytes as they are."""
    tables = (
        "select table_name from information_schema.tables where table_schema = 'public' and table_type like 'BASE%'"
    )
    with engine.connect() as connection:
        for table in connection.scalars(text(tables)).all():
            for row in connection.execute(text(f'select * from "{table}"')).mappings():
                for column, value in row.items():
                    if value is not None:
                        yield f"{table}.{column}", value if isinstance(value, bytes) else _json(value)


def files(folder: Path) -> Places:
    """Every file below a folder, its name too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.name.encode() + b"\n" + path.read_bytes()


def queue(url: str) -> Places:
    """Every key of a Redis and its value; what RQ has packed is unpacked."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter():
            yield key.decode("utf-8", "replace"), key + b"\n" + b"\n".join(_unpacked(_held(client, key)))


def _held(client: "redis.Redis", key: bytes) -> list[bytes]:
    match client.type(key):
        case b"string":
            return [client.get(key) or b""]
        case b"hash":
            return [piece for pair in client.hgetall(key).items() for piece in pair]
        case b"list":
            return list(client.lrange(key, 0, -1))
        case b"set":
            return list(client.smembers(key))
        case b"zset":
            return list(client.zrange(key, 0, -1))
        case b"stream":
            return [repr(client.xrange(key)).encode()]
        case other:
            raise AssertionError(f"a kind of key that nobody looks into yet: {other!r}")


def _unpacked(values: Iterable[bytes]) -> Iterator[bytes]:
    for value in values:
        yield value
        try:
            yield zlib.decompress(value)
        except zlib.error:
            continue


def _json(value: object) -> bytes:
    """Text as it is: JSON would write some of it in another way."""
    if isinstance(value, dict):
        return b"\n".join(_json(piece) for pair in value.items() for piece in pair)
    if isinstance(value, list | tuple):
        return b"\n".join(map(_json, value))
    return str(value).encode("utf-8", "surrogatepass")

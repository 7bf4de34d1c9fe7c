"""Who has a ticket open now, so that two do not write the same answer. Open pages tell of themselves every few seconds.

It is kept in Redis only, for so long as pages go on telling, and nothing depends on it: without Redis nobody is seen.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from core import logs

if TYPE_CHECKING:
    import redis

LASTS_SECONDS = 45
"""Pages tell every 10 s, and hidden ones with something unsaved in them every 30 s."""
_WAIT_SECONDS = 0.3
_WRITING = "writing"

log = logs.get(__name__)


@dataclass(frozen=True)
class Seen:
    """Somebody else at the same ticket."""

    account_id: int
    writing: bool


def tell(
    url: str | None, *, brand_id: int, number: int, account_id: int, now: datetime, writing: bool = False
) -> list[Seen]:
    """Say that this person has the ticket open; who else has. One round trip."""
    key, who, until = _key(brand_id, number), str(account_id), now.timestamp() + LASTS_SECONDS
    with _forgiving(url) as pipe:
        if pipe is None:
            return []
        pipe.zadd(key, {who: until, f"{who}:{_WRITING}": until} if writing else {who: until})
        if not writing:
            pipe.zrem(key, f"{who}:{_WRITING}")
        pipe.expire(key, LASTS_SECONDS)
        pipe.zrangebyscore(key, now.timestamp(), "+inf")
        return _seen(pipe.execute()[-1], but=account_id)
    return []


def leave(url: str | None, *, brand_id: int, number: int, account_id: int) -> None:
    """Say that they closed it."""
    with _forgiving(url) as pipe:
        if pipe is not None:
            pipe.zrem(_key(brand_id, number), str(account_id), f"{account_id}:{_WRITING}")
            pipe.execute()


@contextmanager
def _forgiving(url: str | None) -> "Iterator[redis.client.Pipeline | None]":
    """A pipeline, None without a server. One that fails is as if nobody were here."""
    if url is None:
        yield None
        return
    import redis  # pages that show no ticket do without it

    try:
        with _client(url).pipeline(transaction=False) as pipe:
            yield pipe
    except redis.RedisError as error:
        log.warning("presence_unknown", error=type(error).__name__)


@cache
def _client(url: str) -> "redis.Redis":
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    retry = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_connect_timeout=_WAIT_SECONDS, socket_timeout=_WAIT_SECONDS, retry=retry)


def _seen(members: Sequence[bytes], *, but: int) -> list[Seen]:
    texts = [member.decode() for member in members]
    writing = {text.partition(":")[0] for text in texts if ":" in text}
    return [Seen(int(text), text in writing) for text in sorted(texts) if ":" not in text and text != str(but)]


def _key(brand_id: int, number: int) -> str:
    return f"ringback:presence:{brand_id}:{number}"

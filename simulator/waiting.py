"""One round of waiting, in a queue or for a conference to begin: what the wait address says, or music."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.person import Place
from simulator.steps import EndedError, Fetch, Fields

if TYPE_CHECKING:
    from simulator.phone import Phone

MUSIC_SECONDS = 30.0


def wait_round(
    phone: Phone, place: Place, url: str | None, method: str, params: Fields, allowed: tuple[str, ...]
) -> bool:
    """Let the caller hear one round; True when they will stay until something happens.

    `url` None plays the carrier's music, an empty one nothing. Raises EndedError when they hang up.
    """
    if url:
        waiting = phone.other(phone.leg, allowed=allowed)
        waiting.until_end(Fetch(url, method, params, kind="voice"))
    elif url is None:
        phone.leg.hear("[music]", seconds=MUSIC_SECONDS)
    else:
        phone.leg.wait(MUSIC_SECONDS)
    answer = phone.leg.person.waits(place)
    phone.leg.check()
    if answer == "hangs up":
        raise EndedError("caller")
    return answer == "until called"

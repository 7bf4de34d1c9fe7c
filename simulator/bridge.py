"""Two legs talk to each other until one of them goes."""

from dataclasses import dataclass

from simulator.leg import Leg
from simulator.person import Talk
from simulator.speech import seconds_of
from simulator.tape import Tape

MOST_TURNS = 500


@dataclass(frozen=True)
class Talked:
    """How a conversation went: its length, and who ended it: `first`, `second`, `star` (the first pressed it),
    `limit`, or `moved` (one was sent elsewhere meanwhile; its `check` says where)."""

    seconds: float
    ended_by: str


def bridge(first: Leg, second: Leg, *, limit: int, star: bool = False, tape: Tape | None = None) -> Talked:
    """Let both talk. The second, who was called or is served, speaks first; `star` lets the first leave by pressing *.

    `tape`, if any, hears both: the first as its caller, the second as its line.
    """
    began = first.clock.now()
    heard = ""
    for _ in range(MOST_TURNS):
        reply = second.person.talks(_name(first, second), heard)
        _speak(second, first, reply.words, tape, "line")
        answer = first.person.talks(_name(second, first), reply.words)
        _speak(first, second, answer.words, tape, "caller")
        spent = (first.clock.now() - began).total_seconds()
        gone = _gone(answer, reply, spent, star)
        if gone is None and (first.interrupted or second.interrupted):
            return Talked(spent, "moved")
        if gone is None and not (reply.words or answer.words):
            gone = (float(limit), "limit")
        if gone is not None:
            length, who = min(gone, (float(limit), "limit"))
            _pass(first, second, max(0.0, length - spent), tape)
            return Talked(max(length, spent), who)
        heard = answer.words
    return Talked((first.clock.now() - began).total_seconds(), "limit")


def _name(who: Leg, to: Leg) -> str:
    """What one leg's person knows the other by: the outside number, seen from inside."""
    return who.call.to if who.call.direction.startswith("outbound") else who.call.from_


def _speak(who: Leg, to: Leg, words: str, tape: Tape | None, track: str) -> None:
    if not words:
        return
    length = seconds_of(words)
    who.say(words, seconds=length)
    to.overhear(words, length)
    if to.clock is not who.clock:
        to.clock.catch_up(who.clock.now())
    if tape is not None:
        tape.add(track, words, length)


def _gone(first: Talk, second: Talk, spent: float, star: bool) -> tuple[float, str] | None:
    ends = []
    if first.then == "hangs up" or (first.then == "star" and star):
        ends.append((max(spent, first.seconds or 0.0), "first" if first.then == "hangs up" else "star"))
    if second.then == "hangs up":
        ends.append((max(spent, second.seconds or 0.0), "second"))
    return min(ends) if ends else None


def _pass(first: Leg, second: Leg, seconds: float, tape: Tape | None) -> None:
    first.quiet(seconds)
    if second.clock is first.clock:
        second.overhear("", seconds)
    else:
        second.quiet(seconds)
    if tape is not None:
        tape.add("line", "", seconds)

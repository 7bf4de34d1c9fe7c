"""What is heard on the calls we place: the agent's whisper, the dialling, the customer's notice, the words afterwards.

Pure: values in, TwiML out, by the carrier library's builder (these are few; the caller's path has its own renderer).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse  # type: ignore[import-untyped]

from core.connection_overrides import RETRIED
from routing.callback_answers import Ended, Notice, ToDial, Whisper
from routing.dial_outcomes import Outcome

ANSWER_SECONDS = 5
"""Silence after which the whisper is repeated, and then taken as no."""

PRESS = "Press 1 to call them now, or 2 to pass."

_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def url(base: str, path: str, **query: object) -> str:
    """An address of ours the carrier is handed; its query is covered by the carrier's signature."""
    return f"{base}/voice/callback/{path}?{urlencode(query)}{RETRIED}"


def whisper(found: Whisper, *, base: str, attempt_id: int, again: bool = False) -> str:
    """Who wants to be called, about what, and the question; asked twice, then silence counts as no.

    again: the agent pressed another key; ask once more only.
    """
    response = VoiceResponse()
    answer = url(base, "answer", attempt=attempt_id, ticket=found.ticket, again=int(again))
    first = "Please press 1 or 2." if again else _about(found)
    words = [f"{first} {PRESS}"] if again else [f"{first} {PRESS}", f"{_about(found)} {PRESS}"]
    for text in words:
        gather = Gather(num_digits=1, timeout=ANSWER_SECONDS, finish_on_key="", action=answer, method="POST")
        _say(gather, text)
        response.append(gather)
    response.redirect(url(base, "answer", attempt=attempt_id, ticket=found.ticket, again=1), method="POST")
    return str(response)


def dial(to_dial: ToDial, *, base: str, attempt_id: int, ticket: str) -> str:
    """Ring the customer and bridge both; Ringback decides at the end of the dialling what the agent hears next."""
    named = {"attempt": attempt_id, "ticket": ticket}
    recorded: dict[str, str] = {}
    if to_dial.recorded:
        recorded = {
            "record": "record-from-answer-dual",
            "recording_status_callback": f"{base}/voice/recording?{urlencode({'part': to_dial.part})}{RETRIED}",
            "recording_status_callback_event": "completed absent",
        }
    response = VoiceResponse()
    ring = Dial(
        timeout=to_dial.ring_seconds,
        time_limit=to_dial.longest_seconds,
        caller_id=to_dial.caller_id,
        answer_on_bridge=True,
        action=url(base, "dialled", **named),
        method="POST",
        **recorded,
    )
    ring.number(
        to_dial.e164,
        url=url(base, "notice", **named),
        method="POST",
        status_callback=url(base, "status", **named, leg="customer"),
        status_callback_event="initiated ringing answered completed",
        status_callback_method="POST",
        machine_detection="Enable",
        amd_status_callback=url(base, "machine", **named),
        amd_status_callback_method="POST",
    )
    response.append(ring)
    return str(response)


def notice(found: Notice) -> str:
    """What the customer hears before the agent: who is calling, and that it may be recorded."""
    words = f"This is {found.company}, calling you back."
    if found.recorded:
        words += " This call may be recorded."
    return say(words, hang_up=False)


def notice_without_records() -> str:
    """The same while the database is away: whose call it is, the agent will say."""
    return say("This is the call you asked for. This call may be recorded.", hang_up=False)


def after(ended: Ended) -> str:
    """What the agent hears when the dialling is over."""
    if ended.outcome == Outcome.CONNECTED:
        return say("The callback is done. Goodbye.")
    what = AFTER.get(ended.outcome, "They could not be reached.")
    if ended.next_at is None:
        return say(f"{what} We will not try again. It is on the ticket. Goodbye.")
    return say(f"{what} We will try again {_at(ended.next_at, ended.now)}. Goodbye.")


AFTER: Mapping[str, str] = {
    Outcome.NO_ANSWER: "They did not answer.",
    Outcome.BUSY: "Their line is busy.",
    Outcome.MACHINE: "A machine answered.",
    Outcome.INVALID: "The number is not in service.",
}

OVER: Mapping[str, str] = {
    "cancelled": "This callback was cancelled.",
    "superseded": "They have called us in the meantime, so this callback is done.",
    "called": "This callback is being called already.",
    "passed": "All right, somebody else will call them.",
    "stopped": "Calling out is switched off at the moment. The callback waits.",
}


def over(why: str) -> str:
    """Why nobody is dialled after all."""
    return say(f"{OVER.get(why, 'This callback has been passed on.')} Goodbye.")


def records_away(ticket: str) -> str:
    """The database is away: say so, and what to do."""
    which = f", for ticket {_spaced(ticket)}," if ticket.isdigit() else ""
    return say(
        f"We cannot reach our records now, so the callback{which} cannot be connected. "
        "Please call the customer later. Goodbye."
    )


def say(words: str, *, hang_up: bool = True) -> str:
    """Plain words, then the end of the call unless it goes on."""
    response = VoiceResponse()
    _say(response, words)
    if hang_up:
        response.hangup()
    return str(response)


def hang_up() -> str:
    """Nothing but the end of the call."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _about(found: Whisper) -> str:
    who = found.name or (f"the number ending in {_spaced(found.last_digits)}")
    words = f"Callback for ticket {_spaced(str(found.ticket))}, from {who}"
    if found.department:
        words += f", about {found.department}"
    words += f", asked {_ago(found.minutes)}."
    return words if found.tries == 0 else f"{words} This is try number {found.tries + 1}."


def _ago(minutes: int) -> str:
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'} ago"
    hours = minutes // 60
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"


def _at(then: datetime, now: datetime) -> str:
    """A moment as it is said: `at 15:05`, `tomorrow at 9:00`, `on Monday at 9:00`; both in the listener's zone."""
    clock = f"at {then.hour}:{then.minute:02d}"
    days = (then.date() - now.date()).days
    if days == 0:
        return clock
    return f"tomorrow {clock}" if days == 1 else f"on {then:%A} {clock}"


def _spaced(digits: str) -> str:
    """Digits with spaces between, or they are read as one number."""
    return " ".join(digits)


def _say(parent: VoiceResponse | Gather, words: str) -> None:
    parent.say(_UNSPEAKABLE.sub(" ", words), language="en-US")

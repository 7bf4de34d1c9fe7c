"""The words of the phone's page: what can be chosen, and what its script says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.language import _
from console.moments import phone
from ringback.phone.callers import WITHHELD, Caller


def whos(callers: Mapping[str, Caller]) -> list[tuple[str, str]]:
    """Who may call, with what is known of them."""
    named = {
        "regular": _("A regular caller"),
        "stranger": _("A stranger"),
        "withheld": _("A withheld number"),
        "open_ticket": _("Has an open ticket"),
    }
    return [(kind, _described(named[kind], caller)) for kind, caller in callers.items()]


def whens(moments: Mapping[str, datetime | None], holiday: str) -> list[tuple[str, str]]:
    """When a call may pretend to happen."""
    named = {"now": _("Now"), "sunday": _("Sunday 23:10"), "holiday": _("Public holiday")}
    named["holiday"] += f": {holiday}" if holiday else ""
    return [(kind, named[kind]) for kind in moments]


def sounds() -> list[tuple[str, str]]:
    """How the line may sound."""
    return [("normal", _("Clear")), ("noisy", _("Noisy"))]


def number(caller: str) -> str:
    """The caller's number as people read it."""
    return phone(None if caller == WITHHELD else caller)


def script_words() -> dict[str, Any]:
    """What the script says."""
    return {
        "call": _("Call"),
        "hang_up": _("Hang up"),
        "line": _("Line"),
        "caller": _("Caller"),
        "beep": _("Beep"),
        "waits": _("Waiting in"),
        "story": _("a call from the browser phone"),
        "lost": _("The call was lost: load the page again."),
        "no_voice": _("Your browser has no voice; showing captions."),
        "no_sound": _("This file is no sound your browser can read. Try a WAV file."),
        "microphone_none": _("There is no microphone here. Type the message, or choose a sound file."),
        "microphone_refused": _("The microphone was not allowed. Type the message, or choose a sound file."),
        "microphone_busy": _("The microphone is in use elsewhere. Type the message, or choose a sound file."),
        "dictation": _("Your browser may send what you say to its maker. Press the button again to speak."),
        "no_dictation": _("Nothing was understood. Type what the caller says."),
        "did": {
            "caller": "",
            "pressed": _("pressed"),
            "silent": _("stayed silent"),
            "left": _("left a message:"),
            "left-sound": _("left a spoken message"),
            "hung-up": _("hung up"),
            "line-hung-up": _("hung up"),
        },
        "states": {
            "idle": {"word": _("Ready"), "icon": "phone"},
            "dialling": {"word": _("Dialling"), "icon": "phone-out"},
            "ringing": {"word": _("Ringing"), "icon": "bell"},
            "speaking": {"word": _("The line speaks"), "icon": "volume"},
            "listening": {"word": _("Your turn"), "icon": "keypad"},
            "recording": {"word": _("Recording you"), "icon": "mic"},
            "waiting": {"word": _("In the queue"), "icon": "hourglass"},
            "ended": {"word": _("The call is over"), "icon": "phone-off"},
        },
    }


def _described(kind: str, caller: Caller) -> str:
    known = [caller.name or "", phone(caller.number) if caller.kind in ("regular", "open_ticket") else ""]
    ticket = [f"#{caller.ticket}"] if caller.ticket else []
    return " · ".join([kind, *(part for part in (*ticket, *known) if part)])

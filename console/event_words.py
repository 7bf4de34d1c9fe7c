"""Each type of event on a timeline as one sentence, in the reader's language. A type nobody knows is told plainly."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console import callback_words, ticket_words
from console.language import _
from console.moments import duration, phone
from console.refusals import words_of
from tickets.models import Event


@dataclass(frozen=True)
class Names:
    """Words for the ids and keys in events' facts."""

    accounts: Mapping[int, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[int, str] = field(default_factory=dict)
    tokens: Mapping[int, str] = field(default_factory=dict)

    def account(self, id: object) -> str:
        return self.accounts.get(id) or _("somebody") if isinstance(id, int) else _("nobody")

    def actor(self, actor: str) -> str:
        """Who did it, as the first word of a sentence; empty for the system and the carrier."""
        kind, _colon, id = actor.partition(":")
        if kind == "account":
            return self.accounts.get(int(id)) or _("Somebody") if id.isdigit() else _("Somebody")
        if kind == "token":
            return _("A program")
        return _("The caller") if kind == "caller" else ""


Teller = Callable[[Event, Names], str]


def sentence(event: Event, names: Names) -> str:
    """What happened, in one sentence without who did it where the caller or the system did."""
    teller = TELLERS.get(event.type)
    if teller is None:
        return ticket_words.plain(event.type)
    return teller(event, names)


def _text(values: Mapping[str, Any], name: str) -> str:
    found = values.get(name)
    return found.strip() if isinstance(found, str) else ""


def _seconds(event: Event) -> float | None:
    found = event.facts.get("duration")
    return found if isinstance(found, int | float) else None


_RECORDED = re.compile(r"recorded ([0-9]+) s(, then hung up)?")
_KEYED = re.compile(r"keyed ([0-9]+) digits")
"""As `callflows.engine` writes them."""


def _call_started(event: Event, names: Names) -> str:
    if event.facts.get("withheld") or not _text(event.content, "from"):
        return _("Called with a withheld number")
    return _("Called from %(number)s") % {"number": phone(_text(event.content, "from"))}


def _caller_turn(event: Event, names: Names) -> str:
    heard = _text(event.content, "heard")
    if heard.startswith("pressed "):
        return _("Pressed %(keys)s") % {"keys": heard.removeprefix("pressed ")}
    if heard.startswith("said “"):
        return _("Said %(words)s") % {"words": heard.removeprefix("said ")}
    recorded = _RECORDED.fullmatch(heard)
    if recorded is not None:
        told = _("Recorded %(seconds)s s, then hung up") if recorded[2] else _("Recorded %(seconds)s s")
        return told % {"seconds": recorded[1]}
    keyed = _KEYED.fullmatch(heard)
    if keyed is not None:
        return _("Keyed %(count)s digits") % {"count": keyed[1]}
    known = {"silence": _("Said nothing"), "said digits": _("Said digits"), "hung up": _("Hung up"), "": _("Went on")}
    return known.get(heard) or heard[:1].upper() + heard[1:]


def _matter_known(event: Event, names: Names) -> str:
    department, reason = _text(event.facts, "department"), ticket_words.reason(_text(event.facts, "reason"))
    name = names.departments.get(department) or ticket_words.plain(department)
    if department and reason:
        return _("It is about %(department)s: %(reason)s") % {"department": name, "reason": reason}
    return _("It is about %(matter)s") % {"matter": name or reason or _("something not yet known")}


def _ticket_joined(event: Event, names: Names) -> str:
    return _("The call is about ticket #%(number)s") % {"number": event.facts.get("number", "?")}


def _message_done(event: Event, names: Names) -> str:
    return _("%(who)s dealt with the message") % {"who": names.actor(event.actor) or _("The system")}


def _recording(stored: str, length_known: str) -> Teller:
    def teller(event: Event, names: Names) -> str:
        seconds = _seconds(event)
        return _(length_known) % {"length": duration(seconds)} if seconds is not None else _(stored)

    return teller


def _recording_missing(event: Event, names: Names) -> str:
    why = _text(event.facts, "why")
    return _("The recording is missing: %(why)s") % {"why": why} if why else _("The recording is missing")


def _recording_deleted(event: Event, names: Names) -> str:
    why = _text(event.facts, "why")
    return _("The recording was deleted: %(why)s") % {"why": why} if why else _("The recording was deleted")


def _told_afterwards(event: Event, names: Names) -> str:
    told = {
        "call": _("No webhook told of this call; the carrier's list did"),
        "end": _("No webhook told the end of this call; the carrier's list did"),
        "duration": _("No webhook told the length of this call; the carrier's list did"),
        "leg": _("No webhook told how this call ended; the carrier's list did"),
        "recording": _("No webhook told of a recording; the carrier's list did"),
        "fetch": _("The carrier still lists the missing recording: it is fetched again"),
    }
    return told.get(_text(event.facts, "what"), _("Told by the carrier's list"))


def _line_ended_call(event: Event, names: Names) -> str:
    outcome = ticket_words.outcome(_text(event.facts, "outcome"))
    return _("The line said goodbye: %(outcome)s") % {"outcome": outcome} if outcome else _("The line said goodbye")


def _call_ended(event: Event, names: Names) -> str:
    seconds = _seconds(event)
    ends = {
        "busy": _("The line was busy"),
        "no_answer": _("Nobody answered"),
        "failed": _("The call failed"),
        "canceled": _("The call was cancelled before it was answered"),
    }
    said = ends.get(_text(event.facts, "status"))
    if said:
        return said
    if _text(event.facts, "why"):
        return _("The call ended: nothing was heard of it any more")
    return _("The call ended after %(length)s") % {"length": duration(seconds)} if seconds else _("The call ended")


def _assigned(event: Event, names: Names) -> str:
    to = names.account(event.facts.get("after"))
    who = names.actor(event.actor)
    if who and event.actor == f"account:{event.facts.get('after')}":
        return _("%(who)s took the ticket") % {"who": who}
    if who:
        return _("%(who)s assigned it to %(to)s") % {"who": who, "to": to}
    return _("Assigned to %(to)s") % {"to": to}


def _unassigned(event: Event, names: Names) -> str:
    who, before = names.actor(event.actor), names.account(event.facts.get("before"))
    if who:
        return _("%(who)s took it from %(before)s; nobody owns it now") % {"who": who, "before": before}
    return _("%(before)s does not own it any more") % {"before": before}


def _nobody_to_assign(event: Event, names: Names) -> str:
    why = words_of(event.facts, "reason")
    return _("Nobody could take it. %(why)s") % {"why": why} if why else _("Nobody could take it")


def _ticket_changed(event: Event, names: Names) -> str:
    """`Mia changed status from New to Open, and priority from Normal to Urgent`."""
    before = {**_sides(event.facts, "before"), **_sides(event.content, "before")}
    after = {**_sides(event.facts, "after"), **_sides(event.content, "after")}
    told = event.facts.get("changed")
    fields = [str(name) for name in told] if isinstance(told, list) else sorted(after)
    changes = [_change(name, before, after, names) for name in fields]
    what = "; ".join(changes) or _("something")
    return _("%(who)s changed %(what)s") % {"who": names.actor(event.actor) or _("The system"), "what": what}


def _sides(values: Mapping[str, Any], side: str) -> Mapping[str, Any]:
    found = values.get(side)
    return found if isinstance(found, dict) else {}


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> str:
    label = ticket_words.field(name).lower()
    if name not in after:  # emptied on erasure
        return label
    old, new = (ticket_words.value(name, side.get(name), departments=names.departments) for side in (before, after))
    if not before.get(name) and after[name]:
        return _("%(field)s to %(after)s") % {"field": label, "after": new}
    return _("%(field)s from %(before)s to %(after)s") % {"field": label, "before": old, "after": new}


def _change_undone(event: Event, names: Names) -> str:
    told = event.facts.get("changed")
    fields = [ticket_words.field(str(name)).lower() for name in told] if isinstance(told, list) else []
    who, what = names.actor(event.actor) or _("The system"), ", ".join(fields) or _("something")
    return _("%(who)s took a change back: %(what)s as before") % {"who": who, "what": what}


def _ticket_solved(event: Event, names: Names) -> str:
    outcome = ticket_words.outcome(_text(event.facts, "outcome"))
    return _("Solved by the system: %(outcome)s") % {"outcome": outcome} if outcome else _("Solved by the system")


def _note_added(event: Event, names: Names) -> str:
    return _("%(who)s wrote a note") % {"who": names.actor(event.actor) or _("The system")}


def _call_logged(event: Event, names: Names) -> str:
    who, length = names.actor(event.actor) or _("The system"), duration(_seconds(event))
    if event.facts.get("direction") == "outbound":
        return _("%(who)s logged a call to the customer, %(length)s") % {"who": who, "length": length}
    return _("%(who)s logged a call from the customer, %(length)s") % {"who": who, "length": length}


def _caller_identified(event: Event, names: Names) -> str:
    id = event.facts.get("customer")
    name = names.customers.get(id) if isinstance(id, int) else None
    if event.facts.get("first_call"):
        return _("First call from this number; a customer was made for it")
    return _("The number belongs to %(name)s") % {"name": name} if name else _("The caller is a known customer")


def _caller_ambiguous(event: Event, names: Names) -> str:
    found = event.facts.get("customers")
    several = len(found) if isinstance(found, list) else 0
    if several:
        return _("The number belongs to %(several)s customers: say who it was") % {"several": several}
    return _("The number belongs to several customers: say who it was")


def _job_failed(event: Event, names: Names) -> str:
    job, reason = ticket_words.plain(_text(event.facts, "job")), _text(event.content, "reason")
    told = _("“%(job)s” failed for good: %(reason)s") if reason else _("“%(job)s” failed for good")
    return told % {"job": job or _("A job"), "reason": reason} if reason else told % {"job": job or _("A job")}


def _callback(tell: callback_words.Teller) -> Teller:
    return lambda event, names: tell(event.facts, event.content, names.account)


def _fixed(text: Callable[[], str]) -> Teller:
    return lambda event, names: text()


TELLERS: Mapping[str, Teller] = {
    "call_started": _call_started,
    "caller_turn": _caller_turn,
    "matter_known": _matter_known,
    "ticket_opened": _fixed(lambda: _("This ticket was opened")),
    "ticket_joined": _ticket_joined,
    "message_invited": _fixed(lambda: _("The line asked for a message")),
    "ticket_reopened": _fixed(lambda: _("The ticket was opened again")),
    "message_done": _message_done,
    "recording_ready": _recording("The recording is being fetched", "A recording of %(length)s is being fetched"),
    "recording_stored": _recording("The recording is stored here", "A recording of %(length)s is stored here"),
    "recording_missing": _recording_missing,
    "recording_deleted": _recording_deleted,
    "told_afterwards": _told_afterwards,
    "recording_deleted_at_carrier": _fixed(lambda: _("The carrier's copy of the recording was deleted")),
    "recording_refused": _fixed(lambda: _("Asked not to be recorded")),
    "line_ended_call": _line_ended_call,
    "call_ended": _call_ended,
    "assigned": _assigned,
    "unassigned": _unassigned,
    "nobody_to_assign": _nobody_to_assign,
    "ticket_changed": _ticket_changed,
    "change_undone": _change_undone,
    "ticket_solved": _ticket_solved,
    "note_added": _note_added,
    "call_logged": _call_logged,
    "caller_identified": _caller_identified,
    "caller_ambiguous": _caller_ambiguous,
    "job_failed": _job_failed,
    **{type: _callback(tell) for type, tell in callback_words.TELLERS.items()},
}

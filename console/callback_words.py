"""What happens to a callback, in sentences, from the wish to its end."""

from collections.abc import Callable, Mapping
from typing import Any

from console.language import _, mark
from console.moments import phone
from console.refusals import words_of

Values = Mapping[str, Any]
AccountName = Callable[[object], str]
Teller = Callable[[Values, Values, AccountName], str]

ENDS: Mapping[str, str] = {
    "connected": mark("they talked"),
    "no_answer": mark("no answer"),
    "busy": mark("busy"),
    "machine": mark("a machine answered"),
    "unreachable": mark("could not be reached"),
    "invalid": mark("there is no such number"),
    "refused": mark("the carrier does not dial there"),
    "carrier_trouble": mark("the carrier could not place the call"),
    "unknown": mark("nobody knows how it ended"),
}
WHY: Mapping[str, str] = {
    **ENDS,
    "called_in": mark("the customer called in"),
    "reached": mark("the customer was reached another way"),
    "zone": mark("it is not known what time it is there"),
    "tries": mark("all tries were made"),
    "premium": mark("it is a premium number"),
    "stopped": mark("dialling out is switched off"),
}


def _number(content: Values) -> str:
    found = content.get("number")
    return phone(found) if isinstance(found, str) and found else ""


def _why(facts: Values) -> str:
    """A sentence of the rules, else the words for a reason."""
    sentence = words_of(facts, "sentence")
    if sentence:
        return sentence
    code = facts.get("reason") or facts.get("why")
    if not isinstance(code, str) or not code:
        return ""
    return _(WHY[code]) if code in WHY else code.replace("_", " ")


def _because(with_reason: str, without: str) -> Teller:
    def tell(facts: Values, content: Values, name: AccountName) -> str:
        why = _why(facts)
        return _(with_reason) % {"why": why} if why else _(without)

    return tell


def _requested(facts: Values, content: Values, name: AccountName) -> str:
    number = _number(content)
    return _("A callback to %(number)s was asked for") % {"number": number} if number else _("A callback was asked for")


def _joined(facts: Values, content: Values, name: AccountName) -> str:
    return _("The callback was joined to the one already promised on ticket #%(number)s") % _ticket(facts)


def _asked_again(facts: Values, content: Values, name: AccountName) -> str:
    return _("The customer asked for the same callback again on ticket #%(number)s") % _ticket(facts)


def _ticket(facts: Values) -> dict[str, object]:
    return {"number": facts.get("ticket", "?")}


def _agent_rung(facts: Values, content: Values, name: AccountName) -> str:
    return _("Ringing %(who)s for the callback") % {"who": name(facts.get("account"))}


def _dialled(facts: Values, content: Values, name: AccountName) -> str:
    return _("%(who)s accepted; dialling the customer") % {"who": name(facts.get("account"))}


def _not_accepted(facts: Values, content: Values, name: AccountName) -> str:
    return _("%(who)s did not take the callback") % {"who": name(facts.get("account"))}


def _attempted(facts: Values, content: Values, name: AccountName) -> str:
    end = str(facts.get("outcome") or "unknown")
    said = _(ENDS[end]) if end in ENDS else end.replace("_", " ")
    return _("Try %(number)s to reach the customer: %(end)s") % {"number": facts.get("try", "?"), "end": said}


def _fixed(text: str) -> Teller:
    return lambda facts, content, name: _(text)


TELLERS: Mapping[str, Teller] = {
    "callback_requested": _requested,
    "callback_queued": _because(mark("The callback is in line: %(why)s"), mark("The callback is in line")),
    "callback_scheduled": _fixed(mark("The callback has its time")),
    "callback_waits_for_agent": _fixed(mark("The callback waits for somebody to be free")),
    "callback_agent_rung": _agent_rung,
    "callback_not_accepted": _not_accepted,
    "callback_dialled": _dialled,
    "callback_attempted": _attempted,
    "callback_connected": _fixed(mark("Customer and agent are talking")),
    "callback_completed": _fixed(mark("The callback was kept")),
    "callback_joined": _joined,
    "callback_asked_again": _asked_again,
    "callback_held": _because(mark("The callback is held back: %(why)s"), mark("The callback is held back")),
    "callback_blocked": _because(mark("The callback may not be made: %(why)s"), mark("The callback may not be made")),
    "callback_invalid": _because(mark("The number cannot be called: %(why)s"), mark("The number cannot be called")),
    "callback_exhausted": _because(mark("The callback was given up: %(why)s"), mark("The callback was given up")),
    "callback_expired": _fixed(mark("The callback came too late and was given up")),
    "callback_cancelled": _fixed(mark("The callback was called off")),
    "callback_superseded": _because(
        mark("The callback is not needed any more: %(why)s"), mark("The callback is not needed any more")
    ),
    "callback_unconfirmed": _fixed(mark("The carrier did not confirm the call; it is being looked for")),
    "callback_put_back": _fixed(mark("The callback had stood still and was set going again")),
    "callback_job_lost": _fixed(mark("The callback's work was lost and asked for again")),
}

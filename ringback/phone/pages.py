"""The pages of the browser phone. Open to whoever may open the demo; a call's own are known by its sealed handle."""

import re
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

from flask import Response, current_app, request

from console import ticket_words
from console.language import _
from console.nouns import Access, NotHere, Noun
from console.rendering import render
from console.visit import Answer, Data, Guest, Shown, shown
from core.limits import TooOftenError
from ringback.phone import callers, pretending, way, wording
from ringback.phone.booth import Booth, ChoiceError
from ringback.phone.handles import Held, UnknownHandleError
from ringback.phone.inputs import LARGEST_MESSAGE, InputError, spoken, typed
from ringback.phone.outcome import outcome_of
from ringback.phone.seeing import seen
from simulator.client import SimulatorRefusedError, SimulatorUnreachableError
from simulator.desk import UnknownCallError

NOUN = Noun("phone")
LONGEST_WAIT = 0.3
"""Seconds a request for news is held at most: it keeps a thread from callers."""
MOST_FIELDS = 16 * 1024

Run = Callable[..., Answer]


def answering(run: Run) -> Run:
    """Turn what can go wrong on a call into an answer the phone can show."""

    @wraps(run)
    def wrapped(guest: Guest, **values: Any) -> Answer:
        try:
            return run(guest, **values)
        except (UnknownHandleError, UnknownCallError):
            return _problem(404, _("This call is not known any more. Call again."))
        except SimulatorUnreachableError:
            return _problem(503, _("The demo's carrier does not answer. Is bin/run still running?"))
        except TooOftenError as problem:
            cure = _("Too many calls. Try again in %(seconds)d seconds.") % {"seconds": problem.seconds}
            return _problem(429, cure, {"Retry-After": str(problem.seconds)})
        except (InputError, SimulatorRefusedError) as problem:
            return _problem(400, str(problem))
        except ChoiceError as problem:
            return _problem(409, _("This cannot be chosen now. Load the page again."), field=problem.field)

    return wrapped


@NOUN.page("GET", "/phone", needs=Access.DEMO)
def phone(guest: Guest) -> Shown:
    """The phone, with nobody on the line yet."""
    booth = _booth(guest)
    moments = booth.moments(guest.now)
    holiday = moments.get("holiday")
    name = pretending.holiday_name(booth.directory(), booth.brand, holiday.date()) if holiday else ""
    return shown(
        "phone/page.html",
        whos=wording.whos(callers.known_callers(guest.session, brand_id=booth.brand.id)),
        whens=wording.whens(moments, name),
        sounds=wording.sounds(),
        phone_words=wording.script_words(),
        way=way.before(),
        outcome=None,
        say=ticket_words,
    )


@NOUN.page("POST", "/phone/calls", needs=Access.DEMO, most_bytes=MOST_FIELDS)
@answering
def call(guest: Guest) -> Answer:
    """Dial: {who, when, line}, or {again: the handle of a call}."""
    booth, fields = _booth(guest), _fields()
    again = booth.handles.open(str(fields["again"])) if "again" in fields else None
    booth.limit.count(guest.address, now=guest.now)
    if again is not None:
        held = booth.again(again)
    else:
        who, when, line = (str(fields.get(name, "")) for name in ("who", "when", "line"))
        held = booth.call(guest.session, who=who, when=when, line=line, now=guest.now)
    body = {"call": booth.handles.seal(held), "from": held.caller, "at": held.at, "shown": wording.number(held.caller)}
    return Data(status=201, body=body)


@NOUN.page("GET", "/phone/calls/<handle>/news", needs=Access.DEMO)
@answering
def news(guest: Guest, handle: str) -> Answer:
    """What happened after the news of number `after`, and how the call stands."""
    booth, held = _held(guest, handle)
    wait = LONGEST_WAIT if guest.query.get("wait") else 0.0
    found = booth.desk.news(held.sid, after=_number("after"), wait=wait)
    state = booth.desk.state(held.sid)
    problems = [str(problem) for problem in state.problems]
    body = {"news": [asdict(item) for item in found], "status": state.status, "over": state.over, "problems": problems}
    return Data(body=body)


@NOUN.page("POST", "/phone/calls/<handle>/inputs", needs=Access.DEMO, most_bytes=MOST_FIELDS)
@answering
def does(guest: Guest, handle: str) -> Answer:
    """The caller presses keys, says words, leaves a typed message, or stays silent."""
    booth, held = _held(guest, handle)
    booth.desk.does(held.sid, typed(_fields(), held))
    return Data(status=202, body={})


@NOUN.page("POST", "/phone/calls/<handle>/messages", needs=Access.DEMO, most_bytes=LARGEST_MESSAGE)
@answering
def leaves(guest: Guest, handle: str) -> Answer:
    """The caller leaves a message: a WAV file of telephone audio, which becomes the recording as it is."""
    booth, held = _held(guest, handle)
    words, end = guest.query.get("words", ""), guest.query.get("end", "silence")
    booth.desk.does(held.sid, spoken(request.get_data(), words=words, end=end))
    return Data(status=202, body={})


@NOUN.page("DELETE", "/phone/calls/<handle>", needs=Access.DEMO)
@answering
def hangs_up(guest: Guest, handle: str) -> Answer:
    """The caller hangs up."""
    booth, held = _held(guest, handle)
    booth.desk.hang_up(held.sid)
    return Data(status=202, body={})


@NOUN.page("GET", "/phone/calls/<handle>/beside", needs=Access.DEMO)
@answering
def beside(guest: Guest, handle: str) -> Answer:
    """What is beside the phone: webhooks after number `after`, the way through the flow, the ticket; each as HTML."""
    booth, held = _held(guest, handle)
    exchanges = [seen(each) for each in booth.desk.exchanges(held.sid, after=_number("after"))]
    passed = way.way_of(guest.session, sid=held.sid)
    outcome = outcome_of(guest.session, brand_id=booth.brand.id, sid=held.sid)
    body = {
        "seen": _part(guest, "phone/seen.html", exchanges=exchanges),
        "last": exchanges[-1].number if exchanges else _number("after"),
        "flow": _part(guest, "phone/flow.html", way=passed) if passed else "",
        "ticket": _part(guest, "phone/ticket.html", outcome=outcome, say=ticket_words),
        "number": outcome.ticket.ticket.number if outcome.ticket else None,
        "settled": outcome.settled,
    }
    return Data(body=body)


@NOUN.page("GET", "/phone/calls/<handle>/story", needs=Access.DEMO)
@answering
def story(guest: Guest, handle: str) -> Answer:
    """The call as a story file, for tests and for telling again."""
    booth, held = _held(guest, handle)
    name = " ".join(guest.query.get("name", "").split())[:80] or "a call from the browser phone"
    file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "story"
    disposition = f'attachment; filename="{file}.yaml"'
    text = booth.desk.story(held.sid, name)
    return Response(text, content_type="application/yaml", headers={"Content-Disposition": disposition})


def _booth(guest: Guest) -> Booth:
    booth = guest.parts.more.get("phone")
    if not isinstance(booth, Booth):
        raise NotHere
    return booth


def _held(guest: Guest, handle: str) -> tuple[Booth, Held]:
    booth = _booth(guest)
    return booth, booth.handles.open(handle)


def _fields() -> dict[str, Any]:
    fields = request.get_json(silent=True)
    if not isinstance(fields, dict):
        raise InputError("a JSON object")
    return fields


def _number(name: str) -> int:
    text = request.args.get(name, "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _part(guest: Guest, template: str, **values: Any) -> str:
    return render(template, guest=guest, assets=current_app.extensions["console"].assets, **values)


def _problem(status: int, cure: str, headers: dict[str, str] | None = None, **more: str) -> Data:
    return Data(status=status, body={"problem": cure} | more, headers=headers or {})

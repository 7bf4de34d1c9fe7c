"""The webhooks of the calls we place: typed values in, one verb of routing in one transaction, TwiML or nothing out.

The line hands over forms whose signature it has checked; the query is covered by that signature. `CONTROLS` steer a
call and always answer something that can be heard; `NEWS` only tell. While nothing can be written a reply says so
(`written`): the line then keeps the webhook in its journal, and `learn` takes from it later what it told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import transaction
from ivr import callback_twiml as twiml
from ivr.call_news import believable
from ivr.callback_recordings import expect
from ivr.forms import STATUSES, FormProblem, parties, status_change
from routing.callback_agent_calls import accept, agent_answered, pass_on
from routing.callback_answers import Noted, Over, Talk
from routing.callback_customer_calls import answered_by, customer_answered, dialled
from routing.callback_legs import LegNews
from routing.callback_progress import leg_changed
from routing.callback_rules import CallbackRules
from tickets.models import LegRole

log = structlog.get_logger(__name__)

Form = Mapping[str, str]
"""Parameters of the request's form, or of its query: one value for each name."""

ROLES = {"agent": LegRole.AGENT, "customer": LegRole.OUTSIDE}
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class CallbackParts:
    """What these webhooks need of the process."""

    engine: Engine
    rules: CallbackRules
    clock: Clock


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and TwiML, or nothing."""

    status: int
    body: str = ""
    written: bool = True


def answer(path: str, form: Form, query: Form, parts: CallbackParts) -> Reply:
    """Answer one webhook of a call we placed. Raises `FormProblem` (a parameter is missing), KeyError for no such path.

    While the database is away, whoever listens is told so and what to do; news get 503 from whoever cannot keep them.
    """
    control, news = CONTROLS.get(path), NEWS.get(path)
    try:
        if control is not None:
            return Reply(200, control(form, query, parts))
        if news is None:
            raise KeyError(path)
        news(form, query, parts)
        return Reply(204)
    except (DBAPIError, PoolTimeoutError) as problem:
        log.error("database_away", path=path, why=type(problem).__name__, call=form.get("CallSid"))
        if control is None:
            return Reply(503, written=False)
        if control is customer_hears:
            return Reply(200, twiml.notice_without_records(), written=False)
        return Reply(200, twiml.records_away(query.get("ticket", "")), written=False)


def learn(path: str, form: Form, query: Form, parts: CallbackParts) -> None:
    """Write down what a webhook told that was answered without the database. Raises what the database raises.

    An agent who pressed 1 was told that nobody can be dialled: they answered, and accepted nothing.
    """
    handler = {**NEWS, **CONTROLS}[path]
    if handler is agent_answers and form.get("Digits") == "1":
        handler = agent_hears
    handler(form, query, parts)


def agent_hears(form: Form, query: Form, parts: CallbackParts) -> str:
    """The agent picked up: who wants to be called, and the question."""
    attempt_id, sid = _attempt(query), parties(form).call_sid
    with transaction(parts.engine) as session:
        found = agent_answered(session, attempt_id=attempt_id, sid=sid, rules=parts.rules, now=parts.clock())
    if isinstance(found, Over):
        return twiml.over(found.why)
    return twiml.whisper(found, base=parts.rules.public_url, attempt_id=attempt_id)


def agent_is_told(form: Form, query: Form, parts: CallbackParts) -> str:
    """The carrier got no usable answer from us: the agent hears that it does not work now. Needs nothing."""
    log.error("fallback", call=form.get("CallSid"), code=form.get("ErrorCode"))
    return twiml.records_away(query.get("ticket", ""))


def agent_answers(form: Form, query: Form, parts: CallbackParts) -> str:
    """The agent pressed a key, or nothing: 1 dials, 2 passes; another key is asked about once more."""
    attempt_id, sid, digits = _attempt(query), parties(form).call_sid, form.get("Digits", "")
    if digits == "1":
        return _dial(attempt_id, sid, query, parts)
    if digits not in ("", "2") and query.get("again") != "1":
        return _ask_again(attempt_id, sid, parts)
    why = "passed" if digits == "2" else "silent" if digits == "" else "wrong_key"
    with transaction(parts.engine) as session:
        over = pass_on(session, attempt_id=attempt_id, sid=sid, why=why, rules=parts.rules, now=parts.clock())
    return twiml.over(over.why)


def customer_hears(form: Form, query: Form, parts: CallbackParts) -> str:
    """The customer picked up: who is calling, and that it may be recorded. A known machine hears nothing."""
    attempt_id, now = _attempt(query), parts.clock()
    news = LegNews(sid=parties(form).call_sid, role=LegRole.OUTSIDE, status="in_progress")
    with transaction(parts.engine) as session:
        found = customer_answered(session, attempt_id=attempt_id, news=news, now=now)
        if word := form.get("AnsweredBy"):  # carriers that wait for the verdict bring it here
            _expect(session, answered_by(session, attempt_id=attempt_id, news=news, word=word, now=now), parts)
    if isinstance(found, Over) or (word or "").startswith(("machine", "fax")):
        return twiml.hang_up()
    return twiml.notice(found)


def dialling_over(form: Form, query: Form, parts: CallbackParts) -> str:
    """The customer's leg is over, or never was: what the agent is told."""
    status = form.get("DialCallStatus", "")
    if STATUSES.get(status) is None:
        raise FormProblem("DialCallStatus")
    with transaction(parts.engine) as session:
        ended, talk = dialled(
            session,
            attempt_id=_attempt(query),
            dial_status=status,
            child=_child(form, status),
            bridged=_BOOLEANS.get(form.get("DialBridged", "")),
            rules=parts.rules,
            now=parts.clock(),
        )
        _expect(session, talk, parts)
    return twiml.after(ended)


def leg_news(form: Form, query: Form, parts: CallbackParts) -> None:
    """A progress event of one of the two legs."""
    change, now = status_change(form), parts.clock()
    role = ROLES.get(query.get("leg", ""))
    if role is None:
        raise FormProblem("leg")
    news = LegNews(
        sid=change.parties.call_sid,
        role=role,
        status=change.status,
        sequence=change.sequence,
        happened_at=believable(change.happened_at, now),
        duration=change.duration,
        sip_code=form.get("SipResponseCode"),
    )
    with transaction(parts.engine) as session:
        noted = leg_changed(session, attempt_id=_attempt(query), news=news, rules=parts.rules, now=now)
        _expect(session, noted, parts)
    log.info("callback_leg", call=news.sid, leg=role.value, status=news.status, noted=_word(noted))


def machine_news(form: Form, query: Form, parts: CallbackParts) -> None:
    """The carrier's verdict whether a person or a machine answered."""
    word = form.get("AnsweredBy", "unknown")
    news = LegNews(sid=parties(form).call_sid, role=LegRole.OUTSIDE, status="in_progress")
    with transaction(parts.engine) as session:
        noted = answered_by(session, attempt_id=_attempt(query), news=news, word=word, now=parts.clock())
        _expect(session, noted, parts)
    log.info("callback_answered_by", call=news.sid, answered_by=word, noted=_word(noted))


CONTROLS: Mapping[str, Callable[[Form, Form, CallbackParts], str]] = {
    "/voice/callback/agent": agent_hears,
    "/voice/callback/answer": agent_answers,
    "/voice/callback/notice": customer_hears,
    "/voice/callback/dialled": dialling_over,
    "/voice/callback/fallback": agent_is_told,
}
NEWS: Mapping[str, Callable[[Form, Form, CallbackParts], None]] = {
    "/voice/callback/status": leg_news,
    "/voice/callback/machine": machine_news,
}
PATHS = (*CONTROLS, *NEWS)


def _attempt(query: Form) -> int:
    text = query.get("attempt", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise FormProblem("attempt")
    return int(text)


def _dial(attempt_id: int, sid: str, query: Form, parts: CallbackParts) -> str:
    with transaction(parts.engine) as session:
        found = accept(session, attempt_id=attempt_id, sid=sid, rules=parts.rules, now=parts.clock())
    if isinstance(found, Over):
        return twiml.over(found.why)
    return twiml.dial(found, base=parts.rules.public_url, attempt_id=attempt_id, ticket=query.get("ticket", ""))


def _ask_again(attempt_id: int, sid: str, parts: CallbackParts) -> str:
    with transaction(parts.engine) as session:
        found = agent_answered(session, attempt_id=attempt_id, sid=sid, rules=parts.rules, now=parts.clock())
    if isinstance(found, Over):
        return twiml.over(found.why)
    return twiml.whisper(found, base=parts.rules.public_url, attempt_id=attempt_id, again=True)


def _child(form: Form, status: str) -> LegNews | None:
    """The customer's leg as the end of the dialling tells it; carriers leave out what never was."""
    sid, seconds = form.get("DialCallSid", ""), form.get("DialCallDuration", "")
    if not sid or len(sid) > 128:
        return None
    word = "completed" if status == "answered" else STATUSES[status]
    duration = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 9 else None
    return LegNews(sid=sid, role=LegRole.OUTSIDE, status=word, duration=duration)


def _expect(session: Session, talk: Talk | Noted | None, parts: CallbackParts) -> None:
    if isinstance(talk, Talk):
        expect(session, talk, now=parts.clock(), longest_seconds=parts.rules.longest_seconds)


def _word(noted: Talk | Noted) -> str:
    return noted.value if isinstance(noted, Noted) else "talk"

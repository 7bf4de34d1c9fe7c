"""The line: every carrier webhook, apart from any web framework. Verify, parse, one operation, commit, render."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from urllib.parse import parse_qsl

import psycopg
import structlog

from core import logs
from core.clock import Clock
from core.waiting import within
from health.models import Why
from health.refused import RefusedWebhooks
from ivr import callbacks, emergency, news
from ivr.callback_twiml import notice_without_records, records_away
from ivr.callbacks import CONTROLS, CallbackParts
from ivr.conversation import Call, Conversation
from ivr.forms import FormProblem, heard, parties, pretended_time
from ivr.journal import NotKept
from ivr.news import News
from ivr.one_at_a_time import OneAtATime
from ivr.signatures import Refused, signed_for, verify
from ivr.writing import Writing
from people.directory import Directory

log = structlog.get_logger(__name__)

XML = "text/xml; charset=utf-8"
CUSTOMER_HEARS = "/voice/callback/notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A webhook as it came in: path and query raw, body unread by anybody else."""

    path: str
    query: str
    body: bytes
    content_type: str
    signature: str | None
    hosts: tuple[str, ...] = ()
    """Names under which it was sent, as its headers tell: to say which address the carrier has when it is not ours."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: an HTTP status and TwiML, or nothing."""

    status: int
    body: str = ""
    content_type: str = XML


class Line:
    """Answers webhooks. `tokens` are the account's auth tokens in force; patience: seconds one may wait for others."""

    def __init__(
        self,
        *,
        conversation: Conversation,
        directory: Callable[[], Directory],
        writing: Writing,
        patience: float,
        tokens: Sequence[str],
        clock: Clock,
        public_url: str,
        demo: bool,
        callbacks: CallbackParts,
        refused: RefusedWebhooks,
        one_at_a_time: OneAtATime,
    ) -> None:
        self._one_at_a_time = one_at_a_time
        self._refused = refused
        self._callbacks = callbacks
        self._conversation = conversation
        self._news = News(directory, writing, demo)
        self._writing = writing
        self._patience = patience
        self._tokens = tokens
        self._clock = clock
        self._url = public_url
        self._demo = demo
        self._controls: dict[str, Callable[[Request, dict[str, str]], Answer]] = {
            "/voice/incoming": self._incoming,
            "/voice/turn": self._turn,
            "/voice/fallback": self._fallback,
            "/voice/goodbye": self._goodbye,
        }

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path this line answers, all by POST."""
        return (*self._controls, *news.PATHS, *callbacks.PATHS)

    def answer(self, request: Request) -> Answer:
        """Answer one webhook. Never raises: a caller always hears something, a status event is asked for again."""
        try:
            form = self.verified(request)
        except Refused as refusal:
            self._tell(request, refusal)
            return Answer(refusal.status)
        try:
            with logs.bound(call=form.get("CallSid")), self._alone(request, form), within(self._patience):
                return self._answered(request, form)
        except FormProblem as problem:
            log.warning("webhook_without", path=request.path, parameter=str(problem), call=form.get("CallSid"))
            return self._own_fault(request, Answer(400))
        except (psycopg.Error, NotKept) as problem:
            log.error("not_kept", path=request.path, why=type(problem).__name__, call=form.get("CallSid"))
            return self._own_fault(request, Answer(503))
        except Exception:
            log.exception("webhook_failed", path=request.path, call=form.get("CallSid"))
            return self._own_fault(request, Answer(500))

    def _alone(self, request: Request, form: dict[str, str]) -> AbstractContextManager[None]:
        """Whoever waits here has their patience with the database still before them."""
        if request.path not in ("/voice/incoming", "/voice/turn"):
            return nullcontext()
        return self._one_at_a_time.of(form.get("CallSid", ""))

    def verified(self, request: Request) -> dict[str, str]:
        """The request's form, once its signature holds. Raises `Refused`."""
        signed = verify(
            base=self._url,
            path=request.path,
            query=request.query,
            body=request.body,
            content_type=request.content_type,
            signature=request.signature,
            tokens=self._tokens,
        )
        return signed.form()

    def _answered(self, request: Request, form: dict[str, str]) -> Answer:
        if request.path in self._controls:
            return self._controls[request.path](request, form)
        if request.path in news.PATHS:
            return self._hear_news(request, form)
        return self._callback(request, form)

    def _tell(self, request: Request, refusal: Refused) -> None:
        """Count a refused webhook, with what may cure it. Touches no database."""
        signed_as = ""
        if refusal.why is Why.WRONG_SIGNATURE:
            signed_as = signed_for(
                request.hosts,
                path=request.path,
                query=request.query,
                body=request.body,
                content_type=request.content_type,
                signature=request.signature,
                tokens=self._tokens,
            )
        why = Why.OTHER_ADDRESS if signed_as else refusal.why
        log.warning("webhook_refused", path=request.path, status=refusal.status, why=str(refusal), signed_for=signed_as)
        self._refused.note(path=request.path, why=why, signed_for=signed_as)

    def _own_fault(self, request: Request, news_answer: Answer) -> Answer:
        """A caller hears the emergency answer; the carrier's news are answered with an error, so they come again."""
        if request.path in self._controls:
            return Answer(200, emergency.take_message(self._url))
        if request.path == CUSTOMER_HEARS:
            return Answer(200, notice_without_records())
        if request.path in CONTROLS:
            return Answer(200, records_away(_query(request).get("ticket", "")))
        return news_answer

    def _incoming(self, request: Request, form: dict[str, str]) -> Answer:
        return Answer(200, self._conversation.incoming(self._call(request, form)))

    def _turn(self, request: Request, form: dict[str, str]) -> Answer:
        call = self._call(request, form)
        return Answer(200, self._conversation.turn(call, request.query, heard(form)))

    def _fallback(self, request: Request, form: dict[str, str]) -> Answer:
        where = form.get("ErrorUrl", "").partition("?")[0]  # the query holds the call's pocket
        log.error("fallback", call=form.get("CallSid"), code=form.get("ErrorCode"), url=where)
        return Answer(200, emergency.take_message(self._url))

    def _goodbye(self, request: Request, form: dict[str, str]) -> Answer:
        return Answer(200, emergency.goodbye(left_message=bool(heard(form).recorded)))

    def _hear_news(self, request: Request, form: dict[str, str]) -> Answer:
        query, now = _query(request), self._clock()
        try:
            self._news.write(request.path, form, query, now=now)
        except news.NO_DIRECTORY:  # nobody knows whose call it is: kept as it came
            self._writing.webhook(request.path, form, query, now=now)
        return Answer(204)

    def _callback(self, request: Request, form: dict[str, str]) -> Answer:
        query = _query(request)
        reply = callbacks.answer(request.path, form, query, self._callbacks)
        if reply.written:
            return Answer(reply.status, reply.body)
        try:
            self._writing.webhook(request.path, _kept(form), query, now=self._clock())
        except (psycopg.Error, NotKept):
            return Answer(reply.status, reply.body)
        return Answer(200, reply.body) if reply.body else Answer(204)

    def _call(self, request: Request, form: dict[str, str]) -> Call:
        pretended = pretended_time(form, self._tokens) if self._demo else None
        return Call(parties=parties(form), pretended=pretended)


def _kept(form: dict[str, str]) -> dict[str, str]:
    """The form as it may wait in the journal: one key is asked for, more may be a card's number."""
    return form | {"Digits": "*" * len(form["Digits"])} if len(form.get("Digits", "")) > 1 else form


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query, keep_blank_values=True))

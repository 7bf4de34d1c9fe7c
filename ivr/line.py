"""The line: every carrier webhook, apart from any web framework. Verify, parse, one operation, commit, render."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

import psycopg
import structlog

from core.clock import Clock
from health.models import Why
from health.refused import RefusedWebhooks
from ivr import emergency, statements
from ivr.call_news import another_part, recording_values, status_values, whose
from ivr.callback_twiml import notice_without_records, records_away
from ivr.callbacks import CONTROLS, NEWS, CallbackParts
from ivr.callbacks import answer as answer_callback
from ivr.conversation import Call, Conversation
from ivr.facts import Statements
from ivr.forms import FormProblem, heard, parties, pretended_time, recording_news, status_change
from ivr.signatures import Refused, signed_for, verify
from ivr.turn_rows import RECORDING_DEADLINE
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
    """Answers webhooks. `tokens` are the account's auth tokens in force."""

    def __init__(
        self,
        *,
        conversation: Conversation,
        directory: Callable[[], Directory],
        connections: Statements,
        tokens: Sequence[str],
        clock: Clock,
        public_url: str,
        demo: bool,
        callbacks: CallbackParts,
        refused: RefusedWebhooks,
    ) -> None:
        self._refused = refused
        self._callbacks = callbacks
        self._conversation = conversation
        self._directory = directory
        self._connections = connections
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
        self._news: dict[str, Callable[[Request, dict[str, str]], Answer]] = {
            "/voice/status": self._status,
            "/voice/recording": self._recording,
        }

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path this line answers, all by POST."""
        return (*self._controls, *self._news, *CONTROLS, *NEWS)

    def answer(self, request: Request) -> Answer:
        """Answer one webhook. Never raises: a caller always hears something, a status event is asked for again."""
        try:
            form = self.verified(request)
        except Refused as refusal:
            self._tell(request, refusal)
            return Answer(refusal.status)
        try:
            if request.path in self._controls:
                return self._controls[request.path](request, form)
            if request.path in self._news:
                return self._news[request.path](request, form)
            return self._callback(request, form)
        except FormProblem as problem:
            log.warning("webhook_without", path=request.path, parameter=str(problem))
            return self._own_fault(request, Answer(400))
        except psycopg.Error as problem:
            log.error("database_away", path=request.path, why=type(problem).__name__, call=form.get("CallSid"))
            return self._own_fault(request, Answer(503))
        except Exception:
            log.exception("webhook_failed", path=request.path, call=form.get("CallSid"))
            return self._own_fault(request, Answer(500))

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

    def _status(self, request: Request, form: dict[str, str]) -> Answer:
        change, directory = status_change(form), self._directory()
        brand = directory.brand_of(whose(change.parties))
        values = status_values(
            change,
            brand_id=brand.id,
            default_department_id=directory.department_ids(brand).get(directory.default_department(brand)),
            demo=self._demo,
            now=self._clock(),
        )
        [(fresh, call_id, ticket)] = self._connections.execute(statements.STATUS, values)
        log.info("call_status", call=change.parties.call_sid, status=change.status, fresh=bool(fresh), call_id=call_id,
                 ticket=ticket)  # fmt: skip
        return Answer(204)

    def _recording(self, request: Request, form: dict[str, str]) -> Answer:
        news, directory = recording_news(form, _query(request).get("part", "")), self._directory()
        values = recording_values(
            news,
            brand_id=directory.brand_of(whose(news.parties)).id,
            expected_deadline=RECORDING_DEADLINE,
            demo=self._demo,
            now=self._clock(),
        )
        rows = self._connections.execute(statements.RECORDING, values)
        if rows[0][0] is None:
            rows = self._connections.execute(statements.RECORDING, another_part(values))
        log.info("recording_news", call=news.parties.call_sid, recording=news.recording_sid, status=news.status,
                 state=rows[0][1])  # fmt: skip
        return Answer(204)

    def _callback(self, request: Request, form: dict[str, str]) -> Answer:
        reply = answer_callback(request.path, form, _query(request), self._callbacks)
        return Answer(reply.status, reply.body)

    def _call(self, request: Request, form: dict[str, str]) -> Call:
        pretended = pretended_time(form, self._tokens) if self._demo else None
        return Call(parties=parties(form), pretended=pretended)


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query, keep_blank_values=True))

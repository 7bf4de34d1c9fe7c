"""A phone performs TwiML for one leg of a call, document after document, until somebody hangs up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from simulator import verb_conference, verb_dial, verb_enqueue, verb_gather, verb_record, verb_speech, verb_start
from simulator.leg import Leg
from simulator.steps import Document, EndedError, Fetch, Fields, Given, MovedError, Step
from simulator.twiml import Element, TwimlError, read
from simulator.webhooks import Answer, WebhookFailed

if TYPE_CHECKING:
    from simulator.carrier import Carrier

APOLOGY = "We are sorry, an application error has occurred. Goodbye."
MOST_DOCUMENTS = 2000
"""A call that asks for more than this goes in circles."""

Verb = Callable[["Phone", Element, Document], Step | None]
DialNoun = Callable[["Phone", Element, Element, Document], Step | None]

_TWIML_TYPES = ("text/xml", "application/xml", "text/html")
_UNANSWERED = ("Pause", "Redirect", "Reject")
"""Verbs the carrier performs without answering the call first."""


class Phone:
    """One leg's phone. `carrier` sends its webhooks and knows the other phones."""

    def __init__(self, carrier: Carrier, leg: Leg, *, allowed: tuple[str, ...] | None = None) -> None:
        self.carrier = carrier
        self.leg = leg
        self._allowed = allowed
        self._documents = 0

    def perform(self, first: Step) -> None:
        """Perform documents until the call ends, which it says by raising EndedError."""
        step: Step = first
        while True:
            try:
                self.until_end(step)
            except MovedError as moved:
                step = moved.step
                continue
            raise EndedError("line")

    def until_end(self, first: Step) -> None:
        """Perform documents until one has nothing more to do; raises EndedError and MovedError."""
        step: Step | None = first
        while step is not None:
            step = self.document(self.fetch(step))

    @property
    def waits(self) -> bool:
        """Whether this phone performs what is heard while waiting in a queue."""
        return self._allowed is not None and "Leave" in self._allowed

    def other(self, leg: Leg, *, allowed: tuple[str, ...] | None = None) -> Phone:
        """A phone of the same carrier for another leg, or for documents in which only these verbs are allowed."""
        return Phone(self.carrier, leg, allowed=allowed)

    def dial_specially(self, noun: str) -> DialNoun | None:
        """How this noun of Dial is performed, for those that ring nobody."""
        return DIAL_NOUNS.get(noun)

    def document(self, document: Document) -> Step | None:
        """Perform one document's verbs; the step one of them leads to, or None after the last."""
        for verb in document.verbs:
            self.leg.check()
            if verb.name not in _UNANSWERED and not _answers_later(verb):
                self.carrier.answer(self.leg)
            try:
                step = self._perform(verb, document)
            except TwimlError as error:
                step = self._failed(error.code, str(error), document.url)
            if step is not None:
                return step
        return None

    def fetch(self, step: Step) -> Document:
        """The document this step leads to, or the fallback's; raises EndedError when there is none to perform."""
        self._documents += 1
        if self._documents > MOST_DOCUMENTS:
            self.leg.complain(11215, f"the call went in circles: it asked for {MOST_DOCUMENTS} documents")
            raise EndedError("line")
        try:
            return self._read(step)
        except (WebhookFailed, TwimlError) as error:
            url = step.url if isinstance(step, Fetch) else ""
            after = self._failed(error.code, str(error), url)
        return self.fetch(after)

    def send(self, verb: Element, document: Document, params: Fields, *, default: bool = True) -> Step | None:
        """The request to a verb's action; without one, to the document's own address if `default`, else nothing."""
        action = verb.attributes.get("action")
        if action is None and not default:
            return None
        return Fetch(self.address(action or "", document), verb.get("method") or "POST", params)

    def farewell(self, step: Step | None, *, over: bool = True) -> None:
        """Send a verb's action after the caller has gone, or was sent elsewhere: the answer steers nobody any more."""
        if isinstance(step, Fetch):
            if over:
                self.leg.call.status = "completed"
            try:
                self.carrier.ask(self.leg, step)
            except WebhookFailed as failed:
                self.leg.complain(failed.code, failed.plain, step.url)

    def address(self, target: str, document: Document) -> str:
        """An address in a document made absolute."""
        if not document.url and not urlsplit(target).scheme:
            raise TwimlError(11100, f"{target or 'no action'!r} in TwiML given by REST: the address must be absolute")
        return urljoin(document.url, target) if target else document.url

    def _perform(self, verb: Element, document: Document) -> Step | None:
        if self._allowed is not None and verb.name not in self._allowed:
            raise TwimlError(13238, f"<{verb.name}> may not be used here (allowed: {', '.join(self._allowed)})")
        perform = VERBS.get(verb.name)
        if perform is None:
            raise TwimlError(12200, f"<{verb.name}> is TwiML, but not performed by this phone", line=verb.line)
        return perform(self, verb, document)

    def _read(self, step: Step) -> Document:
        if isinstance(step, Given):
            return Document(read(step.twiml), "")
        answer = self.carrier.ask(self.leg, step)
        same = answer.url == step.url.partition("#")[0]
        return Document(_verbs(answer), step.url if same else answer.url, answer.method)

    def _failed(self, code: int, message: str, url: str) -> Fetch:
        """Note a failure and go to the fallback address, unless it failed itself; a wrong document ends the call.

        The carrier would perform what it can of a wrong document; here that would hide the mistake.
        """
        self.leg.complain(code, message, url)
        fallback = self.leg.fallback
        if fallback is None or not fallback.url or url == fallback.url or (code >= 12200 and code != 12300):
            self._apologise()
            raise EndedError("line")
        params = (("ErrorCode", str(code)), ("ErrorUrl", url))
        return Fetch(fallback.url, fallback.method, params, kind="fallback")

    def _apologise(self) -> None:
        self.carrier.answer(self.leg)
        self.leg.hear(APOLOGY)


def _verbs(answer: Answer) -> tuple[Element, ...]:
    if not answer.body.strip():
        raise TwimlError(11770, "the answer is empty; a call needs at least <Response/>")
    if answer.content_type in _TWIML_TYPES:
        return read(answer.body)
    if answer.content_type.startswith("audio/"):
        return read("<Response><Play>/</Play></Response>")
    if answer.content_type == "text/plain":
        return _plain(answer.body.decode(errors="replace"))
    if not answer.content_type:
        raise TwimlError(11200, "the answer has no Content-Type")
    raise TwimlError(12300, f"the answer is {answer.content_type}, which is no type for TwiML")


def _plain(text: str) -> tuple[Element, ...]:
    try:
        return read(text)
    except TwimlError:
        spoken = text.replace("&", "&amp;").replace("<", "&lt;")
        return read(f"<Response><Say>{spoken}</Say></Response>")


def _answers_later(verb: Element) -> bool:
    return verb.name == "Dial" and verb.true("answerOnBridge")


VERBS: dict[str, Verb] = {
    "Say": verb_speech.say,
    "Play": verb_speech.play,
    "Pause": verb_speech.pause,
    "Gather": verb_gather.gather,
    "Record": verb_record.record,
    "Redirect": verb_speech.redirect,
    "Hangup": verb_speech.hang_up,
    "Reject": verb_speech.reject,
    "Dial": verb_dial.dial,
    "Enqueue": verb_enqueue.enqueue,
    "Leave": verb_enqueue.leave,
    "Start": verb_start.start,
    "Stop": verb_start.stop,
}

DIAL_NOUNS: dict[str, DialNoun] = {"Queue": verb_enqueue.dial_queue, "Conference": verb_conference.conference}

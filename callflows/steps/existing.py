"""existing: the state of a ticket, spoken only to the very number it was opened from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from callflows.facts import UNKNOWN, KnownTicket, attestation_failed, caller, known_tickets
from callflows.flow import Heard
from callflows.instructions import Ask, HangUp, Prompt, Say
from callflows.matching import tokens
from callflows.outcomes import Ended, JoinTicket, Matter, Outcome
from callflows.speaking import heard_digits, spoken_date, spoken_digits
from callflows.steps import listening
from callflows.steps.fields import Fields
from callflows.steps.listening import Question
from callflows.steps.step import ASKED_FOR_PERSON, DEPARTMENT, JOINED, End, Go, Move, Step, Visit, Wait
from callflows.wording import Wording

AFTER = re.compile(r"after:[0-9]+(:more)?")
ROUNDS = 2
"""Numbers that are not found before another way is taken."""
MOST_KEPT = 9
"""Digits of a number that was not found and is still written down."""
REASON = "existing_ticket"


@dataclass(frozen=True)
class ExistingStep(Step):
    """Says number, state and date, never more. The only open ticket, or the only one, is read out at once; else its
    number is asked for, and a number that is not among the caller's own is "not found", whether it exists or not.

    Modes: ``ask0`` (with the round) and ``after:1042`` (``after:1042:more`` when there are other tickets). A withheld
    number, a failed attestation and facts that cannot be read lead to `callback`. department: whose matter it then is.
    """

    kind = "existing"
    needs = entering_needs = frozenset({"tickets"})
    passes = True
    asks = True
    may_end = True

    name: str
    line: int
    callback: str
    department: str
    person: str

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "ExistingStep":
        """From the step's fields; what is wrong is noted there."""
        callback = fields.step("callback", required=True)
        department = fields.key("department", required=True)
        return cls(name, fields.line, callback, department, fields.step("person"))

    def targets(self) -> tuple[str, ...]:
        return (self.callback, self.person) if self.person else (self.callback,)

    def onward(self) -> tuple[str, ...]:
        return (self.callback,)

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        said = wording.said
        hints = wording.vocabulary.hints("callback", "operator", "repeat")
        state, after, more, rest = (said(f"existing-{part}") for part in ("state", "after", "more", "else"))
        asks = {
            "after": Ask(listening.sayings(state, after, rest), hints=hints),
            "after-more": Ask(listening.sayings(state, after, more, rest), hints=hints),
            "ask": Ask((Say(said("existing-ask")),), None, "#"),
            "ask-again": Ask((Say(said("existing-ask-again")),), None, "#"),
        }
        for part, ask in asks.items():
            yield from listening.both_paces(f"{self.name}:{part}", ask)
        for part in ("hidden", "unproven", "unknown", "not-found", "enough"):
            yield Prompt(f"{self.name}:{part}", (Say(said(f"existing-{part}")),))
        yield Prompt(f"{self.name}:goodbye", (Say(said("existing-goodbye")), HangUp()))

    def enter(self, visit: Visit) -> Move:
        if caller(visit.facts) is None:
            return self._otherwise(visit, "hidden")
        if attestation_failed(visit.facts):
            return self._otherwise(visit, "unproven")
        tickets = known_tickets(visit.facts)
        if tickets is UNKNOWN:
            return self._otherwise(visit, "unknown")
        only = _only_one(tickets)
        if only is None:
            return listening.ask(visit, self._asking(0))
        return self._speak(visit, only, len(tickets) > 1)

    def hear(self, visit: Visit, heard: Heard) -> Move:
        if caller(visit.facts) is None or attestation_failed(visit.facts):
            return self.enter(visit)
        if AFTER.fullmatch(visit.position.mode):
            return self._hear_after(visit, heard)
        return self._hear_number(visit, heard)

    def _hear_number(self, visit: Visit, heard: Heard) -> Move:
        rounds = _round(visit.position.mode)
        question = self._asking(rounds)
        if heard.silent:
            return listening.silence(visit, question)
        if listening.wants_person(visit, heard):
            return self._to_person(visit, None)
        tickets = known_tickets(visit.facts)
        if tickets is UNKNOWN:
            return self._otherwise(visit, "unknown")
        digits = _digits(visit, heard)
        found = next((ticket for ticket in tickets if digits and str(ticket.number) == digits.lstrip("0")), None)
        if found:
            return self._speak(visit, found, len(tickets) > 1)
        if listening.wants_repeat(visit, heard):
            return listening.repeat(visit, question)
        if not digits:
            return listening.miss(visit, question)
        if rounds + 1 >= ROUNDS:
            return self._otherwise(visit, "not-found", "enough", keyed=digits)
        asking = self._asking(rounds + 1)
        said = (f"{self.name}:not-found", listening.at_pace(visit, asking.ask))
        return Wait(said, asking.mode, repeats=visit.position.repeats, choice="not found")

    def _hear_after(self, visit: Visit, heard: Heard) -> Move:
        _, number, *more = visit.position.mode.split(":")
        key = listening.key_of(visit, heard)
        said = " ".join(tokens(heard.speech)) if listening.understood(heard) else ""
        if heard.silent or (not key and listening.yes_or_no(visit, heard) is False):
            outcomes = (*self._about(visit, int(number)), Ended("informed"))
            return End((f"{self.name}:goodbye",), outcomes, choice="goodbye")
        if key == "1" or said in visit.vocabulary.callback:
            learned = {} if visit.joined else {DEPARTMENT: self.department}
            return Go(self.callback, (), {}, self._about(visit, int(number)), learned, "callback")
        if key == "2" or listening.wants_person(visit, heard):
            return self._to_person(visit, int(number))
        if key == "3" and more and visit.position.repeats < listening.MOST_REPEATS:
            asking = listening.ask(visit, self._asking(0))
            return replace(asking, repeats=visit.position.repeats + 1, choice="another")
        return self._say_again(visit, heard, int(number), bool(more))

    def _say_again(self, visit: Visit, heard: Heard, number: int, more: bool) -> Move:
        tickets = known_tickets(visit.facts)
        found = None if tickets is UNKNOWN else next((each for each in tickets if each.number == number), None)
        if found is None:
            return self._otherwise(visit, "unknown")
        question = self._telling(visit, found, more)
        if listening.wants_repeat(visit, heard):
            return listening.repeat(visit, question)
        return listening.miss(visit, question)

    def _speak(self, visit: Visit, ticket: KnownTicket, more: bool) -> Wait:
        question = self._telling(visit, ticket, more)
        joined = (JoinTicket(ticket.number),) if ticket.is_open else ()
        return Wait(
            (listening.at_pace(visit, question.ask),),
            question.mode,
            values=question.values,
            outcomes=joined,
            repeats=visit.position.repeats,
            learned={JOINED: str(ticket.number) if ticket.is_open else ""},
            choice="told",
        )

    def _telling(self, visit: Visit, ticket: KnownTicket, more: bool) -> Question:
        vocabulary = visit.vocabulary
        name = f"{self.name}:after-more" if more else f"{self.name}:after"
        values = {
            "ticket": spoken_digits(ticket.number),
            "state": vocabulary.states.get(ticket.state, vocabulary.states["other"]),
            "date": spoken_date(ticket.opened, vocabulary),
        }
        mode = f"after:{ticket.number}" + (":more" if more else "")
        return Question(name, name, mode, self.callback, values)

    def _asking(self, rounds: int) -> Question:
        return Question(f"{self.name}:ask", f"{self.name}:ask-again", f"ask{rounds}", self.callback)

    def _about(self, visit: Visit, number: int) -> tuple[Outcome, ...]:
        """The call joins the ticket; one that is over gets a ticket of its own that names it."""
        if visit.joined == number:
            return (JoinTicket(number),)
        return (Matter(self.department, REASON, f"About ticket {number}"),)

    def _to_person(self, visit: Visit, number: int | None) -> Go:
        outcomes = () if number is None else self._about(visit, number)
        learned = {ASKED_FOR_PERSON: "1"}
        return Go(self.person or visit.flow.operator, (), {}, outcomes, learned, "operator")

    def _otherwise(self, visit: Visit, *parts: str, keyed: str = "") -> Go:
        """To a callback; nothing about any ticket has been said."""
        # More digits than a ticket's number has may be a card's: they are not kept.
        subject = f"Asked about ticket {keyed}" if 0 < len(keyed) <= MOST_KEPT else None
        said = tuple(f"{self.name}:{part}" for part in parts)
        learned = {DEPARTMENT: self.department}
        return Go(self.callback, said, {}, (Matter(self.department, REASON, subject),), learned, parts[0])


def _only_one(tickets: Sequence[KnownTicket]) -> KnownTicket | None:
    opened = [ticket for ticket in tickets if ticket.is_open]
    if len(opened) == 1:
        return opened[0]
    return tickets[0] if len(tickets) == 1 else None


def _round(mode: str) -> int:
    digits = mode.removeprefix("ask")
    return int(digits) if digits.isdigit() else 0


def _digits(visit: Visit, heard: Heard) -> str:
    if heard.digits:
        return heard.digits if heard.digits.isascii() and heard.digits.isdigit() else ""
    said = heard_digits(heard.speech, visit.vocabulary) if listening.understood(heard) else None
    return said or ""

"""callback: we ring back, on the number shown or on another that is keyed in and read back."""

from collections.abc import Iterable
from dataclasses import dataclass

from callflows.facts import caller, own_ticket
from callflows.flow import Heard
from callflows.instructions import Ask, HangUp, Prompt, Say
from callflows.matching import tokens
from callflows.outcomes import CallbackWanted, Ended, Matter
from callflows.speaking import heard_digits, spoken_digits, spoken_phone
from callflows.steps import listening
from callflows.steps.fields import Fields
from callflows.steps.listening import Question
from callflows.steps.step import KEYED, End, Move, Step, Visit, Wait
from callflows.wording import Wording

SHORTEST, LONGEST = 7, 15
"""Digits of a phone number: E.164 allows 15 with the country code; shorter than 7 is an extension."""
MODES = frozenset({"offer", "number", "confirm"})
ROUNDS = 2
"""Numbers keyed in and turned down before another way is taken."""


@dataclass(frozen=True)
class CallbackStep(Step):
    """Modes: ``offer`` (this number or another), ``number`` and ``confirm``, each with the round. failed: where too
    many failures lead. The number goes out as keyed; whether it can be called is judged by the worker."""

    kind = "callback"
    needs = frozenset({"ticket"})
    asks = True
    may_end = True

    name: str
    line: int
    failed: str

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "CallbackStep":
        """From the step's fields; what is wrong is noted there."""
        return cls(name, fields.line, fields.step("failed"))

    def targets(self) -> tuple[str, ...]:
        return (self.failed,) if self.failed else ()

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        said, words = wording.said, wording.vocabulary
        offer = words.hints("this", "another", "operator")
        answers = words.hints("yes", "no")
        asks = {
            "offer": Ask((Say(said("callback-offer")),), hints=offer),
            "offer-again": Ask((Say(said("callback-offer-again")),), hints=offer),
            "number": Ask((Say(said("callback-ask")),), None, "#"),
            "number-again": Ask((Say(said("callback-ask-again")),), None, "#"),
            "confirm": Ask((Say(said("callback-confirm")),), hints=answers),
            "confirm-again": Ask((Say(said("callback-confirm-again")),), hints=answers),
        }
        for part, ask in asks.items():
            yield from listening.both_paces(f"{self.name}:{part}", ask)
        for part in ("hidden", "length", "once-more"):
            yield Prompt(f"{self.name}:{part}", (Say(said(f"callback-{part}")),))
        for part in ("done", "done-ticket"):
            yield Prompt(f"{self.name}:{part}", (Say(said(f"callback-{part}")), HangUp()))

    def enter(self, visit: Visit) -> Wait:
        if caller(visit.facts) is None:
            return listening.ask(visit, self._question(visit, "number"), f"{self.name}:hidden")
        return listening.ask(visit, self._question(visit, "offer"))

    def hear(self, visit: Visit, heard: Heard) -> Move:
        mode = visit.position.mode
        if mode.rstrip("0123456789") not in MODES:
            return self.enter(visit)
        question = self._question(visit, mode)
        if heard.silent:
            return listening.silence(visit, question)
        if listening.wants_person(visit, heard):
            return listening.person(visit, question)
        if listening.wants_repeat(visit, heard):
            return listening.repeat(visit, question)
        if mode.startswith("offer"):
            return self._hear_offer(visit, heard, question)
        if mode.startswith("confirm"):
            return self._hear_confirmation(visit, heard, question)
        return self._hear_number(visit, heard, question)

    def _hear_offer(self, visit: Visit, heard: Heard, question: Question) -> Move:
        number = caller(visit.facts)
        said = " ".join(tokens(heard.speech)) if listening.understood(heard) else ""
        if not heard.digits and _digits(visit, heard, SHORTEST):
            return self._hear_number(visit, heard, question)
        wanted = said in visit.vocabulary.this or listening.yes_or_no(visit, heard) is True
        if number is not None and wanted:
            return self._done(visit, number, "this number")
        other = said in visit.vocabulary.another or listening.yes_or_no(visit, heard) is False
        if other or number is None:
            return listening.ask(visit, self._question(visit, "number"))
        return listening.miss(visit, question)

    def _hear_number(self, visit: Visit, heard: Heard, question: Question) -> Move:
        digits = _digits(visit, heard)
        if not digits:
            return listening.miss(visit, question)
        if not SHORTEST <= len(digits) <= LONGEST:
            return listening.miss(visit, question, f"{self.name}:length")
        mode = f"confirm{_round(visit)}"
        question = self._question(visit, mode, digits)
        return Wait(
            (listening.at_pace(visit, question.ask),),
            mode,
            values=question.values,
            learned={KEYED: digits},
            choice="number",
        )

    def _hear_confirmation(self, visit: Visit, heard: Heard, question: Question) -> Move:
        keyed = visit.position.pocket.get(KEYED, "")
        answer = listening.yes_or_no(visit, heard)
        if answer is None or not keyed:
            return listening.miss(visit, question)
        if answer:
            return self._done(visit, keyed, "another number")
        rounds = _round(visit) + 1
        if rounds >= ROUNDS:
            return listening.give_up(visit, self._way_out(visit), "no number")
        again = self._question(visit, f"number{rounds}")
        said = (f"{self.name}:once-more", listening.at_pace(visit, again.ask))
        return Wait(said, again.mode, choice="no")

    def _done(self, visit: Visit, number: str, choice: str) -> End:
        ticket = visit.joined or own_ticket(visit.facts)
        values = {"number": spoken_phone(number)}
        if ticket:
            values["ticket"] = spoken_digits(ticket)
        known = visit.department is not None or visit.joined is not None
        wanted = CallbackWanted(number, visit.department)
        outcomes = (wanted, Ended("callback_requested"))
        part = "done-ticket" if ticket else "done"
        return End(
            (f"{self.name}:{part}",),
            outcomes if known else (Matter(reason="callback"), *outcomes),
            values,
            choice,
        )

    def _question(self, visit: Visit, mode: str, keyed: str = "") -> Question:
        part = mode.rstrip("0123456789")
        number = keyed or (visit.position.pocket.get(KEYED, "") if part == "confirm" else caller(visit.facts))
        values = {} if part == "number" else {"number": spoken_phone(number or "")}
        name = f"{self.name}:{part}"
        return Question(name, f"{name}-again", mode, self._way_out(visit), values)

    def _way_out(self, visit: Visit) -> str:
        return self.failed or visit.flow.last_resort


def _round(visit: Visit) -> int:
    digits = visit.position.mode.lstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if digits else 0


def _digits(visit: Visit, heard: Heard, least: int = 1) -> str:
    """The number keyed or said, or "" when it did not come out as digits."""
    if heard.digits:
        return heard.digits if heard.digits.isascii() and heard.digits.isdigit() else ""
    said = heard_digits(heard.speech, visit.vocabulary) if listening.understood(heard) else None
    return said if said and len(said) >= least else ""

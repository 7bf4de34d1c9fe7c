"""menu: the caller chooses, by key or by voice; what was only half understood is asked back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from callflows.flow import Heard
from callflows.instructions import Ask, Prompt, Say
from callflows.matching import EXACT, Match, Phrases, Verdict, judge, tokens
from callflows.outcomes import Outcome
from callflows.steps import listening
from callflows.steps.choices import Choice, parse_choices, phrases_of
from callflows.steps.fields import Fields
from callflows.steps.listening import Question
from callflows.steps.step import Go, Move, Step, Visit, Wait
from callflows.wording import Wording, fill, sentence

OPERATOR, REPEAT = "operator", "repeat"
MENTIONS = (REPEAT, OPERATOR)
REFUSALS = 2
"""Guesses turned down before only keys are heard."""


@dataclass(frozen=True)
class Menu(Step):
    """Modes: "" (choosing), ``no`` (one guess was turned down), ``keys`` (keys only), ``yes:LABEL`` and
    ``yes:LABEL:no`` (asking back whether LABEL was meant). failed: where the cap leads, "" for the flow's way.
    """

    kind = "menu"
    asks = True

    name: str
    line: int
    ask: str
    choices: tuple[Choice, ...]
    mention: tuple[str, ...]
    timeout: int
    failed: str
    phrases: Mapping[str, Phrases] = field(repr=False)

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "Menu":
        """From the step's fields; what is wrong is noted there."""
        choices = parse_choices(fields)
        mention = fields.several("mention")
        for each in mention:
            if each not in MENTIONS:
                fields.problem("mention", f"“{each}” cannot be mentioned.", "Use repeat and operator.")
        return cls(
            name,
            fields.line,
            fields.words("ask"),
            choices,
            mention,
            fields.number("timeout", 5, least=2, most=30),
            fields.step("failed"),
            phrases_of(choices, fields),
        )

    def targets(self) -> tuple[str, ...]:
        onward = [choice.next for choice in self.choices if choice.next] + [self.failed] * bool(self.failed)
        return tuple(dict.fromkeys(onward))

    def prompts(self, wording: Wording) -> Iterable[Prompt]:
        for part, texts in self._texts(wording).items():
            ask = Ask(listening.sayings(*texts), hints=self._hints(wording), timeout=self.timeout)
            if part == "keys":
                ask = Ask(ask.prompts, speech=False, timeout=self.timeout)
            yield from listening.both_paces(f"{self.name}:{part}", ask)
        answers = wording.vocabulary.hints("yes", "no")
        for choice in self.choices:
            name = sentence(wording.name(choice.words))
            for part in ("confirm", "confirm-again"):
                ask = Ask((Say(wording.said(part, name=name)),), hints=answers, timeout=self.timeout)
                yield from listening.both_paces(f"{self.name}:{part}:{choice.label}", ask)
            if choice.say:
                yield Prompt(f"{self.name}:say:{choice.label}", (Say(wording.own_text(choice.say)),))

    def enter(self, visit: Visit) -> Wait:
        return listening.ask(visit, self._question(""))

    def hear(self, visit: Visit, heard: Heard) -> Move:
        mode = visit.position.mode
        if mode.startswith("yes:") and self._labelled(_label(mode)) is None:
            return self.enter(visit)
        question = self._question(mode)
        if heard.silent:
            return listening.silence(visit, question)
        if mode.startswith("yes:"):
            return self._hear_confirmation(visit, heard, question)
        key = self._by_key(heard.digits)
        if key:
            return self._choose(visit, key)
        if heard.digits or mode == "keys":
            return self._hear_common(visit, heard, question)
        return self._hear_speech(visit, heard, tokens(heard.speech), question)

    def _hear_speech(self, visit: Visit, heard: Heard, words: tuple[str, ...], question: Question) -> Move:
        match = self._match(visit, heard, words)
        verdict = judge(match, heard.confidence)
        if match is None or verdict is Verdict.REJECT:
            return listening.miss(visit, question)
        choice = self._labelled(match.label)
        if choice is None:
            common = listening.person if match.label == OPERATOR else listening.repeat
            return common(visit, question)
        if verdict is Verdict.ACCEPT:
            return self._choose(visit, choice)
        return self._confirm(visit, choice)

    def _match(self, visit: Visit, heard: Heard, words: tuple[str, ...]) -> Match | None:
        key = listening.key_of(visit, heard)
        if key:
            common = {"0": OPERATOR, "9": REPEAT}.get(key, "")
            choice = self._by_key(key)
            return Match(choice.label if choice else common, EXACT) if choice or common else None
        return self.phrases[visit.vocabulary.language].best(words)

    def _hear_common(self, visit: Visit, heard: Heard, question: Question) -> Move:
        if listening.wants_person(visit, heard):
            return listening.person(visit, question)
        if listening.wants_repeat(visit, heard):
            return listening.repeat(visit, question)
        return listening.miss(visit, question)

    def _hear_confirmation(self, visit: Visit, heard: Heard, question: Question) -> Move:
        """Yes, no, "no, technical", the key of another choice, or simply the words of one."""
        meant = self._labelled(_label(visit.position.mode))
        if meant is None:
            return self.enter(visit)
        key = listening.key_of(visit, heard)
        if key:
            return self._hear_confirming_key(visit, heard, key, meant, question)
        said = tokens(heard.speech) if listening.understood(heard) else ()
        answer, rest = listening.answer(visit.vocabulary, said)
        if answer:
            return self._choose(visit, meant)
        match = self.phrases[visit.vocabulary.language].best(rest) if rest else None
        if match and match.label == meant.label and answer is None:
            return self._choose(visit, meant)
        if answer is False and (match is None or match.label == meant.label):
            return self._turned_down(visit)
        return self._hear_speech(visit, heard, rest, question)

    def _hear_confirming_key(self, visit: Visit, heard: Heard, key: str, meant: Choice, question: Question) -> Move:
        if key == "1":
            return self._choose(visit, meant)
        if key == "2":
            return self._turned_down(visit)
        other = self._by_key(key)
        if other and heard.digits:
            return self._choose(visit, other)
        return self._hear_common(visit, Heard(digits=key), question)

    def _confirm(self, visit: Visit, choice: Choice) -> Wait:
        """Ask back. A second guess in a row counts like a "no" to the first."""
        here = visit.position
        refused = self._refused(visit) + here.mode.startswith("yes:")
        if refused >= REFUSALS:
            return self._turned_down(visit)
        mode = f"yes:{choice.label}" + (":no" if refused else "")
        prompt = listening.at_pace(visit, f"{self.name}:confirm:{choice.label}")
        return Wait((prompt,), mode, here.silences, here.misses, here.repeats, choice=f"{choice.label}?")

    def _turned_down(self, visit: Visit) -> Wait:
        """The guess was not what was meant: not the caller's failure, so it is not counted as one."""
        here = visit.position
        keys_only = self._refused(visit) + 1 >= REFUSALS
        part, mode = ("keys", "keys") if keys_only else ("again", "no")
        prompt = listening.at_pace(visit, f"{self.name}:{part}")
        return Wait((prompt,), mode, here.silences, here.misses, here.repeats, choice="no")

    def _refused(self, visit: Visit) -> int:
        return 1 if visit.position.mode == "no" or visit.position.mode.endswith(":no") else 0

    def _choose(self, visit: Visit, choice: Choice) -> Move:
        said = (f"{self.name}:say:{choice.label}",) if choice.say else ()
        outcomes: tuple[Outcome, ...] = choice.outcomes
        if choice.next:
            return Go(choice.next, said, {}, outcomes, choice.learned, choice.label)
        here = visit.position
        if here.repeats >= listening.MOST_REPEATS:
            return listening.miss(visit, self._question(""))
        again = listening.at_pace(visit, f"{self.name}:ask")
        return Wait(
            (*said, again),
            silences=here.silences,
            misses=here.misses,
            repeats=here.repeats + 1,
            outcomes=outcomes,
            learned=choice.learned,
            choice=choice.label,
        )

    def _question(self, mode: str) -> Question:
        if mode.startswith("yes:"):
            label = _label(mode)
            names = (f"{self.name}:confirm:{label}", f"{self.name}:confirm-again:{label}")
        elif mode == "keys":
            names = (f"{self.name}:keys", f"{self.name}:keys")
        else:
            names = (f"{self.name}:ask", f"{self.name}:again")
        return Question(*names, mode, self.failed)

    def _by_key(self, key: str) -> Choice | None:
        return next((choice for choice in self.choices if key and choice.key == key), None)

    def _labelled(self, label: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.label == label), None)

    def _texts(self, wording: Wording) -> dict[str, list[str]]:
        """The three ways of asking: as the author put it, in one breath, and for the keypad alone."""
        said = wording.said
        ask = [wording.own_text(self.ask)] if self.ask else []
        ask += [choice.offer(wording) for choice in self.choices] + [said(each) for each in self.mention]
        named = [(wording.name(choice.words), choice.key) for choice in self.choices]
        named += [(said("repeat-name"), "9"), (said("operator-name"), "0")]
        lists = {}
        for part in ("again", "keys"):
            lines = [fill(said(f"{part}-choice"), {"name": name, "key": key}) for name, key in named]
            lists[part] = [said(part), *map(sentence, lines)]
        return {"ask": ask, **lists}

    def _hints(self, wording: Wording) -> tuple[str, ...]:
        own = [phrase for choice in self.choices for phrase in wording.phrases(choice.words)]
        return tuple(dict.fromkeys([*own, *wording.vocabulary.hints(OPERATOR, REPEAT)]))


def _label(mode: str) -> str:
    return mode.split(":")[1]

"""The choices of a menu: what is offered under which key, what callers say for it, what it means."""

from collections.abc import Mapping
from dataclasses import dataclass

from callflows.matching import STRONG, Phrases, ready, tokens
from callflows.outcomes import Matter, Outcome, Unrecorded
from callflows.steps.fields import Fields
from callflows.steps.step import UNRECORDED
from callflows.wording import Wording, fill

KEYS = frozenset("0123456789*#")
REFUSED_RECORDING = "unrecorded"


@dataclass(frozen=True)
class Choice:
    """One choice. label: its name on the record; words: key of its words; say: words spoken when it is chosen.

    next: the step it leads to, "" for the same menu again. learned: what the call's pocket keeps.
    """

    key: str
    label: str
    words: str
    next: str
    say: str
    outcomes: tuple[Outcome, ...]
    learned: Mapping[str, str]

    def offer(self, wording: Wording) -> str:
        """The sentence that offers it, the key last."""
        word = wording.own[self.words]
        phrase = word.phrases[0] if word.phrases else ""
        filled = {"name": wording.name(self.words), "key": self.key, "phrase": phrase}
        return fill(word.offer or wording.said("choice"), filled)


def parse_choices(fields: Fields) -> tuple[Choice, ...]:
    """The list under ``choices``; two meanings for one key or one label are problems."""
    rows = fields.each("choices")
    choices = tuple(map(_parse, rows))
    for at, (choice, row) in enumerate(zip(choices, rows, strict=True)):
        for other in choices[:at]:
            if choice.key and choice.key == other.key:
                message = f"Key {choice.key} already means “{other.label}”."
                row.problem("key", message, "Give each choice its own key.")
            if choice.label and choice.label == other.label:
                message = f"Two choices are called “{choice.label}”."
                row.problem("label", message, "Add “label: …” to one of them.")
    return choices


def phrases_of(choices: tuple[Choice, ...], fields: Fields) -> Mapping[str, Phrases]:
    """By language, all phrases ready to be matched; a phrase that two choices could both match is a problem."""
    return {language: _phrases(choices, wording, fields) for language, wording in fields.script.wordings.items()}


def _parse(row: Fields) -> Choice:
    key = row.text("key", required=True)
    if key and key not in KEYS:
        row.problem("key", f"“{key}” is not a key of a phone.", "Use one of 0 to 9, * or #.")
    words = row.thing("words", required=True)
    label = row.key("label") or words
    step, say = row.step("next"), row.words("say")
    outcome = row.one_of("outcome", (REFUSED_RECORDING,))
    if not step and not say:
        row.problem("next", "This choice leads nowhere.", "Add “next: …”, or “say: …” to stay in the menu.")
    matter = Matter(
        None, row.key("reason") or None, None, row.number("priority", 0, least=1, most=4) or None, row.keys("tags")
    )
    row.done()
    refused = outcome == REFUSED_RECORDING
    outcomes: tuple[Outcome, ...] = (Unrecorded(),) if refused else ()
    if matter != Matter():
        outcomes += (matter,)
    return Choice(key, label, words, step, say, outcomes, {UNRECORDED: "1"} if refused else {})


def _phrases(choices: tuple[Choice, ...], wording: Wording, fields: Fields) -> Phrases:
    vocabulary = wording.vocabulary
    known = [choice for choice in choices if choice.words in wording.own]
    spoken = {choice.label: wording.phrases(choice.words) for choice in known}
    for name, common in (("operator", vocabulary.operator), ("repeat", vocabulary.repeat)):
        spoken.setdefault(name, tuple(sorted(common)))
    phrases = ready(spoken, vocabulary.fillers, vocabulary.negations)
    for choice in known:
        _refuse_shared(choice, phrases, wording, fields)
    return phrases


def _refuse_shared(choice: Choice, phrases: Phrases, wording: Wording, fields: Fields) -> None:
    for phrase in wording.phrases(choice.words):
        for label, score in phrases.scores(phrases.meaning(tokens(phrase))).items():
            if label != choice.label and score >= STRONG:
                message = f"“{phrase}” could mean both “{choice.label}” and “{label}” ({wording.language})."
                fields.problem("choices", message, "Choose words that sound less alike.")

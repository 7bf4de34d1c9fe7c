"""What every step that asks does alike: silence, words not understood, "again", and the way to a person.

Silence and misses are counted apart and capped together. Each try is a little more explicit and, from the first
trouble on, twice as patient. After the cap the call goes where somebody can help; nothing is ever called invalid.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from callflows.flow import Heard
from callflows.instructions import Ask, Pause, Prompt, Say
from callflows.matching import CONFIRM, tokens
from callflows.speaking import digit
from callflows.steps.step import ASKED_FOR_PERSON, FAILED_BEFORE, Go, Move, Visit, Wait
from callflows.vocabulary import Vocabulary

CAP = 3
"""Failed inputs at one step, of both kinds together, before the call goes to a person."""
MOST_REPEATS = 5
"""Repeats at one step before another one counts as trouble: a stuck key must not hold the line for hours."""
PATIENCE = 2
"""How many times longer the line waits once a caller has had trouble."""
SLOW = "-slow"
REPEAT_KEYS = frozenset("9*")


@dataclass(frozen=True, slots=True)
class Question:
    """What a step is asking at this moment, so that it can be asked again.

    ask, again: names of the prompts for asking and for asking more explicitly; mode: the step's sub-state.
    failed: where the cap leads, "" for the flow's own way.
    """

    ask: str
    again: str
    mode: str = ""
    failed: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def ask(visit: Visit, question: Question, *said: str) -> Wait:
    """Ask for the first time, after saying what goes before."""
    return Wait((*said, at_pace(visit, question.ask)), question.mode, values=question.values)


def silence(visit: Visit, question: Question) -> Move:
    """Nothing was heard."""
    silences = visit.position.silences + 1
    sorry = "silence-1" if _troubles(visit) == 0 else "silence-2"
    prompt = question.ask if _troubles(visit) == 0 else question.again
    return _try_again(visit, question, silences, visit.position.misses, "no input", (sorry, prompt + SLOW))


def miss(visit: Visit, question: Question, sorry: str = "") -> Move:
    """Something was heard that means nothing here. sorry: the prompt that says so, in place of the usual one."""
    misses = visit.position.misses + 1
    sorry = sorry or ("miss-1" if _troubles(visit) == 0 else "miss-2")
    said = (sorry, question.again + SLOW)
    return _try_again(visit, question, visit.position.silences, misses, "no match", said)


def repeat(visit: Visit, question: Question) -> Move:
    """The caller wants to hear it again: that is no trouble, unless it never ends."""
    here = visit.position
    if here.repeats >= MOST_REPEATS:
        return miss(visit, question)
    return Wait(
        (at_pace(visit, question.ask),),
        question.mode,
        here.silences,
        here.misses,
        here.repeats + 1,
        question.values,
        choice="repeat",
    )


def person(visit: Visit, question: Question) -> Move:
    """The caller wants a person. Asked a second time, while nobody came, is answered honestly."""
    if ASKED_FOR_PERSON in visit.position.pocket:
        return miss(visit, question, "nobody-yet")
    return Go(visit.flow.operator, learned={ASKED_FOR_PERSON: "1"}, choice="operator")


def give_up(visit: Visit, failed: str, choice: str) -> Go:
    """After the cap: to the step's own way out, else to a person, and the second time to the last resort."""
    if failed:
        return Go(failed, ("failed-otherwise",), choice=choice, slow=True)
    if FAILED_BEFORE in visit.position.pocket:
        return Go(visit.flow.last_resort, ("failed-otherwise",), choice=choice, slow=True)
    return Go(visit.flow.failed, ("failed",), learned={FAILED_BEFORE: "1"}, choice=choice, slow=True)


def wants_person(visit: Visit, heard: Heard) -> bool:
    """True for 0 and for "operator" and its like."""
    return heard.digits == "0" or _command(visit, heard) == "operator"


def wants_repeat(visit: Visit, heard: Heard) -> bool:
    """True for 9, the star, and "again" and its like."""
    return heard.digits in REPEAT_KEYS or _command(visit, heard) == "repeat"


def key_of(visit: Visit, heard: Heard) -> str:
    """The key pressed, or said ("two", "press two"); "" when it was neither."""
    if heard.digits or not understood(heard):
        return heard.digits
    words = tokens(heard.speech)
    after_key = not visit.vocabulary.keys.isdisjoint(words)
    digits = [found for word in words if (found := _digit(word, visit.vocabulary, after_key))]
    idle = visit.vocabulary.keys | visit.vocabulary.fillers
    others = [word for word in words if word not in idle and not _digit(word, visit.vocabulary, after_key)]
    return digits[0] if len(digits) == 1 and not others else ""


def yes_or_no(visit: Visit, heard: Heard) -> bool | None:
    """1 or a word for yes: True; 2 or a word for no: False; else None. What follows the word is ignored."""
    key = key_of(visit, heard)
    if key:
        return {"1": True, "2": False}.get(key)
    words = tokens(heard.speech) if understood(heard) else ()
    return answer(visit.vocabulary, words)[0]


def answer(vocabulary: Vocabulary, words: tuple[str, ...]) -> tuple[bool | None, tuple[str, ...]]:
    """Whether an utterance begins with yes or no, and the words after that: "no, technical"."""
    for length in range(min(len(words), 3), 0, -1):
        said = " ".join(words[:length])
        if said in vocabulary.no:
            return False, words[length:]
        if said in vocabulary.yes:
            return True, words[length:]
    return None, words


def understood(heard: Heard) -> bool:
    """True when something was said that the recogniser is not too unsure about."""
    return bool(heard.speech.strip()) and (heard.confidence is None or heard.confidence >= CONFIRM)


def at_pace(visit: Visit, prompt: str) -> str:
    """The prompt's slow variant for a caller who had trouble."""
    return prompt + SLOW if visit.position.slow else prompt


def both_paces(name: str, asking: Ask) -> Iterable[Prompt]:
    """A question as two prompts: as it is, and with doubled patience."""
    yield Prompt(name, (asking,))
    slow = Ask(
        asking.prompts,
        asking.digits,
        asking.finish_key,
        asking.speech,
        asking.hints,
        asking.timeout * PATIENCE,
    )
    yield Prompt(name + SLOW, (slow,))


def sayings(*texts: str) -> tuple[Say | Pause, ...]:
    """Texts as instructions, without empty ones."""
    return tuple(Say(text) for text in texts if text)


def _digit(word: str, vocabulary: Vocabulary, sound_alikes: bool) -> str:
    """ "to" is a 2 only after "press"."""
    return digit(word, vocabulary) or (vocabulary.sound_alikes.get(word, "") if sound_alikes else "")


def _try_again(
    visit: Visit, question: Question, silences: int, misses: int, choice: str, said: tuple[str, ...]
) -> Move:
    if silences + misses >= CAP:
        return give_up(visit, question.failed, choice)
    return Wait(
        said,
        question.mode,
        silences,
        misses,
        visit.position.repeats,
        question.values,
        choice=choice,
        slow=True,
    )


def _troubles(visit: Visit) -> int:
    return visit.position.silences + visit.position.misses


def _command(visit: Visit, heard: Heard) -> str:
    if heard.digits or not understood(heard):
        return ""
    match = visit.vocabulary.commands.best(tokens(heard.speech))
    return match.label if match and not match.doubted else ""

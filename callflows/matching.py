"""Which of several phrases was said, tolerantly, and how sure that is. Phrases are made ready when a flow is loaded."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from rapidfuzz import fuzz

EXACT = 100.0
CONTAINED = 95.0
STRONG = 90.0
"""From here a match may be taken without asking back."""
BEGUN = 82.0
"""The caller said only the beginning of the phrase ("bil…")."""
THRESHOLD = 75.0
"""Below this it is no match. "several" against "general" is 71, "biling" against "billing" 92."""
TOO_CLOSE = 3.0
"""A rival within this of the best: nobody can tell which was meant."""
CLOSE = 8.0
"""A rival within this of the best: ask back."""
ACCEPT = 0.80
CONFIRM = 0.45
"""The recogniser's confidence: at least ACCEPT is taken, at least CONFIRM is asked back, less is no match."""
LONGEST = 200
"""Characters of an utterance that are looked at."""


class Verdict(Enum):
    """What to do with something said."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Match:
    """The best fitting phrase's label, its score (0 to 100), and the score of the next best label."""

    label: str
    score: float
    rival: float = 0.0
    doubted: bool = False


@dataclass(frozen=True)
class Phrases:
    """Phrases by label, ready to be matched. fillers and negations are single normalised words."""

    exact: Mapping[str, str]
    by_label: Mapping[str, tuple[str, ...]]
    fillers: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()

    def best(self, words: tuple[str, ...]) -> Match | None:
        """The best match for normalised words, or None below the threshold or between two equals."""
        said = self.meaning(words)
        label = self.exact.get(said)
        if label is not None:
            return Match(label, EXACT)
        ranked = sorted(((self.score(said, label), label) for label in self.by_label), reverse=True)
        if not ranked or ranked[0][0] < THRESHOLD:
            return None
        rival = ranked[1][0] if len(ranked) > 1 else 0.0
        if ranked[0][0] - rival < TOO_CLOSE:
            return None
        doubted = not self.negations.isdisjoint(words)
        return Match(ranked[0][1], ranked[0][0], rival, doubted)

    def score(self, said: str, label: str) -> float:
        """How well the utterance fits the label's best phrase."""
        return max((_score(said, phrase) for phrase in self.by_label[label]), default=0.0)

    def meaning(self, words: Iterable[str]) -> str:
        """The utterance without small words, unless it is all small words."""
        words = tuple(words)
        return " ".join(word for word in words if word not in self.fillers) or " ".join(words)


def ready(
    phrases: Mapping[str, Iterable[str]],
    fillers: frozenset[str] = frozenset(),
    negations: frozenset[str] = frozenset(),
) -> Phrases:
    """Phrases by label, normalised as utterances are."""
    bare = Phrases({}, {}, fillers, negations)
    by_label = {
        label: tuple(dict.fromkeys(bare.meaning(tokens(each)) for each in several))
        for label, several in phrases.items()
    }
    exact = {phrase: label for label, several in by_label.items() for phrase in several}
    return Phrases(exact, by_label, fillers, negations)


def judge(match: Match | None, confidence: float | None) -> Verdict:
    """Take it, ask back, or treat it as not understood. Without a confidence the match alone decides."""
    if match is None or (confidence is not None and confidence < CONFIRM):
        return Verdict.REJECT
    weak = match.score < STRONG or match.doubted or match.score - match.rival < CLOSE
    if weak or (confidence is not None and confidence < ACCEPT):
        return Verdict.CONFIRM
    return Verdict.ACCEPT


_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_WORD = re.compile(r"\w+(?:'\w+)*")


def tokens(said: str) -> tuple[str, ...]:
    """An utterance as plain words: lower case, compatible letters, no punctuation."""
    text = said[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return tuple(_WORD.findall(text.casefold()))


def _score(said: str, phrase: str) -> float:
    if said == phrase:
        return EXACT
    if f" {phrase} " in f" {said} ":
        return CONTAINED
    if len(said) >= 3 and phrase.startswith(said):
        return max(BEGUN, fuzz.ratio(said, phrase))
    if len(said) > 2 * len(phrase) + 4:
        return _best_window(said, phrase)
    return min(fuzz.ratio(said, phrase), CONTAINED)


def _best_window(said: str, phrase: str) -> float:
    """A long utterance: the stretch of as many words that fits best, worth a little less than the same alone."""
    words = said.split(" ")
    width = phrase.count(" ") + 1
    windows = (" ".join(words[start : start + width]) for start in range(len(words) - width + 1))
    return max((fuzz.ratio(window, phrase, score_cutoff=THRESHOLD) for window in windows), default=0.0) - 2.0

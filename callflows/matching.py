"""Which of several phrases was said, tolerantly, and how sure that is. Phrases are made ready when a flow is loaded."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from rapidfuzz import fuzz, process

EXACT = 100.0
CONTAINED = 95.0
STRONG = 90.0
"""From here a match may be taken without asking back."""
BEGUN = 82.0
"""The caller said only the beginning of the phrase ("bil…")."""
SHORTEST_BEGUN = 3
PARTIAL = 2.0
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
    phrases: tuple[str, ...]
    labels: tuple[str, ...]
    fillers: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()

    def best(self, words: tuple[str, ...]) -> Match | None:
        """The best match for normalised words, or None below the threshold or between two equals."""
        said = self.meaning(words)
        if not said:
            return None
        label = self.exact.get(said)
        if label is not None:
            return Match(label, EXACT)
        ranked = sorted(((score, label) for label, score in self.scores(said).items()), reverse=True)
        if not ranked:
            return None
        rival = ranked[1][0] if len(ranked) > 1 else 0.0
        if ranked[0][0] - rival < TOO_CLOSE:
            return None
        return Match(ranked[0][1], ranked[0][0], rival, doubted=not self.negations.isdisjoint(words))

    def scores(self, said: str) -> dict[str, float]:
        """How well an utterance fits each label; labels below the threshold are left out."""
        found: dict[str, float] = {}
        padded = f" {said} "
        for phrase, label in zip(self.phrases, self.labels, strict=True):
            if f" {phrase} " in padded:
                found[label] = EXACT if phrase == said else max(CONTAINED, found.get(label, 0.0))
            elif len(said) >= SHORTEST_BEGUN and phrase.startswith(said):
                found[label] = max(BEGUN, found.get(label, 0.0))
        for score, label in self._alike(said, search_within=not found):
            found[label] = max(score, found.get(label, 0.0))
        return found

    def meaning(self, words: Iterable[str]) -> str:
        """The utterance without small words, unless it is all small words."""
        words = tuple(words)
        return " ".join(word for word in words if word not in self.fillers) or " ".join(words)

    def _alike(self, said: str, *, search_within: bool) -> Iterable[tuple[float, str]]:
        """Misheard words: the whole utterance against every phrase and, if wanted, every stretch of it that has as
        many words as the phrase, worth a little less."""
        whole = process.extract(said, self.phrases, scorer=fuzz.ratio, score_cutoff=THRESHOLD, limit=None)
        for _, score, at in whole:
            yield min(score, CONTAINED), self.labels[at]
        words = said.split(" ")
        if not search_within or len(words) == 1:
            return
        stretches: dict[int, list[str]] = {}
        for phrase, label in zip(self.phrases, self.labels, strict=True):
            width = phrase.count(" ") + 1
            if width not in stretches:
                stretches[width] = _stretches(words, width)
            near = process.extractOne(phrase, stretches[width], scorer=fuzz.ratio, score_cutoff=THRESHOLD + PARTIAL)
            if near:
                yield near[1] - PARTIAL, label


def ready(
    phrases: Mapping[str, Iterable[str]],
    fillers: frozenset[str] = frozenset(),
    negations: frozenset[str] = frozenset(),
) -> Phrases:
    """Phrases by label, normalised as utterances are."""
    bare = Phrases({}, (), (), fillers, negations)
    pairs = [(bare.meaning(tokens(each)), label) for label, several in phrases.items() for each in several]
    known = list(dict.fromkeys(pair for pair in pairs if pair[0]))
    return Phrases(
        dict(known), tuple(phrase for phrase, _ in known), tuple(label for _, label in known), fillers, negations
    )


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


def _stretches(words: list[str], width: int) -> list[str]:
    return [" ".join(words[start : start + width]) for start in range(len(words) - width + 1)]

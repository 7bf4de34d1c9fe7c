"""Values as they are spoken, and spoken digits as they are written."""

from datetime import date

from callflows.matching import tokens
from callflows.vocabulary import Vocabulary


def spoken_digits(number: int | str) -> str:
    """Digit by digit: ``1042`` → ``1 0 4 2``."""
    return " ".join(char for char in str(number) if char.isdigit())


def spoken_phone(number: str) -> str:
    """A phone number in groups with a breath between: ``+14155550123`` → ``4 1 5, 5 5 5, 0 1 2 3``.

    The country code 1 is left out, as people there say their numbers.
    """
    digits = "".join(char for char in number if char.isdigit())
    if number.startswith("+1") and len(digits) == 11:
        digits = digits[1:]
    cut = len(digits) - 4 if len(digits) > 4 else 0
    groups = [digits[at : min(at + 3, cut)] for at in range(0, cut, 3)]
    return ", ".join(" ".join(group) for group in [*groups, digits[cut:]] if group)


def spoken_date(day: date, vocabulary: Vocabulary) -> str:
    """``November 5, 2026``, in the order of the language."""
    month = vocabulary.months[day.month - 1]
    return vocabulary.date.format(month=month, day=day.day, year=day.year)


def digit(word: str, vocabulary: Vocabulary) -> str:
    """A normalised word that is a digit, or digits, as digits; else ""."""
    return word if word.isascii() and word.isdigit() else vocabulary.digits.get(word, "")


def heard_digits(said: str, vocabulary: Vocabulary) -> str | None:
    """Digits from speech ("four one five, double two"), or None when anything else was said among them."""
    written: list[str] = []
    times = 1
    for word in tokens(said):
        if word in vocabulary.multiples:
            times = int(vocabulary.multiples[word])
            continue
        digits = digit(word, vocabulary) or vocabulary.sound_alikes.get(word)
        if not digits:
            return None
        written.append(digits * times)
        times = 1
    return "".join(written) if written and times == 1 else None

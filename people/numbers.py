"""Telephone numbers: what somebody typed or keyed in to E.164, and back to something that can be read aloud.

`is_withheld`, `looks_e164` and `spoken_digits` serve the caller's path and need nothing loaded; `to_e164` loads
`phonenumbers` (50 to 100 ms, 6 MB) at first use and belongs into jobs and pages.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from people.refusals import Said, said

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

WITHHELD = frozenset(
    {
        "", "anonymous", "unknown", "restricted", "private", "unavailable", "blocked", "withheld",
        # The same words as older switches spell them on the keypad.
        "+266696687", "+86282452253", "+8656696", "+2562533", "+7378742833",
    }
)  # fmt: skip
"""Caller IDs that name nobody, lower case (Twilio, "Anonymous caller IDs"; keypad spellings as seen in the field)."""

MOST_TEXT = 40
"""The longest E.164 number has 15 digits; this leaves room for any way of writing it."""

INTERNATIONAL = ("+", "00", "011")
"""How people begin a number of another country: as written, in most of the world, in North America."""

PROBLEMS: Mapping[str, Said] = {
    "empty": said("No number was given."),
    "letters": said("A number has digits only. Key or write the digits for the letters."),
    "appended": said("Something follows the number: a pause, an extension or further keys. Give the number alone."),
    "characters": said("Only digits, spaces, brackets, dots, dashes and a leading + belong in a number."),
    "too_short": said("The number is too short. Give all of it, with its area code."),
    "too_long": said("The number is too long. Check it digit by digit."),
    "no_such_number": said("No number looks like that in the country it belongs to. Check the country and area code."),
}


@dataclass(frozen=True, slots=True)
class NumberProblem:
    """Why a text is not a number. `reason` is one of the keys of `PROBLEMS`."""

    reason: str

    @property
    def said(self) -> Said:
        """What is wrong and what to do about it."""
        return PROBLEMS[self.reason]

    @property
    def sentence(self) -> str:
        """The same in English."""
        return str(self.said)


def is_withheld(raw: str | None) -> bool:
    """Whether the carrier's `From` names nobody. Such callers are never matched with each other, nor called back."""
    text = (raw or "").strip().casefold()
    return re.sub(r"^(?:sips?|client):", "", text).partition("@")[0] in WITHHELD


def looks_e164(raw: str | None) -> bool:
    """Whether this is a full international number that may be matched with a customer (form only, ITU-T E.164)."""
    return raw is not None and re.fullmatch(r"\+[1-9][0-9]{6,14}", raw) is not None and raw not in WITHHELD


def to_e164(text: str, country: str) -> str | NumberProblem:
    """The number in E.164, read as people in `country` (ISO 3166-1 alpha-2) write it.

    Takes `+…`, `00…`, `011…` and the country's own prefixes, national numbers with or without their trunk 0,
    and all usual punctuation. Whether it may be *dialled* is for `routing.destinations` to say.
    """
    digits = _bare(text)
    if isinstance(digits, NumberProblem):
        return digits
    readings = _readings(digits, country.upper())
    if isinstance(readings, NumberProblem):
        return readings
    # A number known to be in use wins over one that merely has the right length: 0114… is Sheffield in Britain,
    # but 011 44 … dialled from habit there is not.
    return next((e164 for e164, in_use in readings if in_use), readings[0][0])


def spoken_digits(e164: str) -> str:
    """The digits one by one, in groups with a comma between, to be read back: `1, 2 1 2, 5 5 5, 0 1 2 3`."""
    digits = re.sub(r"[^0-9]", "", e164)
    code = _country_code_length(digits) if e164.startswith("+") else 0
    rest = digits[code:]
    groups = [digits[:code]] if code else []
    while len(rest) > 4:
        groups.append(rest[:3])
        rest = rest[3:]
    groups.append(rest)
    return ", ".join(" ".join(group) for group in groups if group)


@lru_cache(maxsize=4096)
def international(e164: str) -> str:
    """As people read it, such as `+1 202-555-0147`; what is no full number stays as it is."""
    if not looks_e164(e164):
        return e164
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _bare(text: str) -> str | NumberProblem:
    """Digits with at most a leading +, or what is wrong with the text before its meaning is looked at."""
    plain = "".join(_ascii(character) for character in text.strip())
    if not plain:
        return NumberProblem("empty")
    if len(plain) > MOST_TEXT:
        return NumberProblem("too_long")
    # A pause or extension would let a keyed "number" dial on after it was judged.
    if re.search(r"[0-9][\s)]*([,;#*]|(w|p|x|ext|extension)\b[.:\s]*[0-9]|[wpx][0-9])", plain, re.IGNORECASE):
        return NumberProblem("appended")
    if any(character.isalpha() for character in plain):
        return NumberProblem("letters")
    bare = re.sub(r"[\s()./\-]", "", plain)
    if re.fullmatch(r"\+?[0-9]+", bare) is None:
        return NumberProblem("characters")
    return bare


def _ascii(character: str) -> str:
    """Digits of any script as 0–9, dashes and spaces of any kind as one; else the character itself."""
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    if unicodedata.category(character) == "Pd" or character == "\u2212":
        return "-"
    return "+" if character == "\uff0b" else character


def _readings(digits: str, country: str) -> list[tuple[str, bool]] | NumberProblem:
    """All (E.164, known to be in use) that the digits can mean, likeliest first; never empty."""
    found: list[tuple[str, bool]] = []
    problem = NumberProblem("no_such_number")
    for attempt in [digits] if digits.startswith("+") else [digits, *_as_international(digits)]:
        reading = _reading(attempt, country)
        if isinstance(reading, NumberProblem):
            problem = reading  # the last, international, is nearer to the point than "no national number"
        else:
            found.append(reading)
    return found or problem


def _as_international(digits: str) -> list[str]:
    return ["+" + digits.removeprefix(begin) for begin in INTERNATIONAL[1:] if digits.startswith(begin)]


def _reading(digits: str, country: str) -> tuple[str, bool] | NumberProblem:
    import phonenumbers  # lazily: never in the webhook's process

    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException as error:
        return NumberProblem(_PARSE_PROBLEMS.get(error.error_type, "no_such_number"))
    length = phonenumbers.is_possible_number_with_reason(number)
    if length != phonenumbers.ValidationResult.IS_POSSIBLE:
        return NumberProblem(_LENGTH_PROBLEMS.get(length, "no_such_number"))
    e164 = _e164(number)
    # One trunk 0 too many (+31 00 …): every reading would drop another, so that one line had several spellings.
    if _e164(phonenumbers.parse(e164)) != e164:
        return NumberProblem("no_such_number")
    return e164, phonenumbers.is_valid_number(number)


def _e164(number: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


# phonenumbers' own numbers for its reasons, so that this file loads without it.
_PARSE_PROBLEMS = {2: "too_short", 3: "too_short", 4: "too_long"}
_LENGTH_PROBLEMS = {2: "too_short", 3: "too_long", 4: "too_short"}


def _country_code_length(digits: str) -> int:
    """Length of the country code (ITU-T E.164 assigned codes): 1 and 7 stand alone, the pairs below, else three."""
    if digits[:1] in {"1", "7"}:
        return 1
    return 2 if _TWO_DIGIT_CODE.match(digits) else 3


_TWO_DIGIT_CODE = re.compile(r"2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")

"""Where we may dial. Whatever is not allowed here is refused: attackers earn on paid numbers that others call.

Two judgements, both pure. `judge` looks at the number alone: only countries on the list, and there only ordinary
lines. `judge_volume` looks at how much was dialled already. A refusal blocks the callback with its code, leaves a note
on the ticket and raises an alarm; that is for the caller of these functions to do. Loads `phonenumbers`: for jobs.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from people.numbers import looks_e164
from people.refusals import Said, said

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

ORDINARY_LINES = frozenset({"fixed", "mobile", "fixed_or_mobile"})
"""Geographic and mobile lines; North American numbers do not show which of the two they are."""


@dataclass(frozen=True, slots=True)
class DialPolicy:
    """An installation's or brand's rules for dialling out; the default allows nothing but `countries`' own lines.

    `countries` are ISO 3166-1 alpha-2 regions: Jamaica (+1 876) is not in `US`, Jersey (+44 1534) not in `GB`.
    `lines` may be widened by `voip`, `toll_free` or `shared_cost`; premium, satellite and emergency stay refused.
    Limits are per brand; None is no limit.
    """

    countries: frozenset[str]
    lines: frozenset[str] = ORDINARY_LINES
    stopped: bool = False
    per_number_day: int = 3
    per_prefix_hour: int = 10
    calls_day: int | None = 500
    minutes_day: int | None = 2000
    cents_day: int | None = None


@dataclass(frozen=True, slots=True)
class DialledSoFar:
    """What was dialled before: in the last hour for the prefix, else in the last 24 hours."""

    number_day: int = 0
    prefix_hour: int = 0
    calls_day: int = 0
    minutes_day: int = 0
    cents_day: int = 0


@dataclass(frozen=True, slots=True)
class Allowed:
    """May be dialled; `country` and `line` are what the number was recognised as."""

    country: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """May not be dialled: a stable `code` for rows and metrics, and a sentence for people."""

    code: str
    sentence: Said

    @property
    def facts(self) -> dict[str, Any]:
        """As the timeline keeps it: in English for programs, and so that it can be said in other languages."""
        return {"reason": self.code, "sentence": str(self.sentence), "said": self.sentence.kept()}


def judge(number: str, *, policy: DialPolicy) -> Allowed | Refused:
    """Whether `number` (E.164, already normalised) may be dialled at all. Default deny."""
    if policy.stopped:
        return Refused("stopped", said("Dialling out is switched off for this installation."))
    if not looks_e164(number):
        return _judge_other_text(number)
    for code, pattern, sentence in NEVER:
        if re.match(pattern, number):
            return Refused(code, sentence)
    import phonenumbers  # lazily: never in the webhook's process

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return Refused("invalid", said("No country has numbers that begin like this."))
    return _judge_parsed(parsed, policy)


def judge_volume(number: str, *, so_far: DialledSoFar, policy: DialPolicy) -> Allowed | Refused:
    """Whether one more call now keeps within the limits; the call being judged is not counted in `so_far`."""
    if policy.stopped:
        return Refused("stopped", said("Dialling out is switched off for this installation."))
    for code, used, limit, sentence in (
        ("limit_number", so_far.number_day, policy.per_number_day, _TOO_MANY_TO_NUMBER),
        ("limit_prefix", so_far.prefix_hour, policy.per_prefix_hour, _TOO_MANY_TO_PREFIX),
        ("limit_calls", so_far.calls_day, policy.calls_day, _TOO_MANY_CALLS),
        ("limit_minutes", so_far.minutes_day, policy.minutes_day, _TOO_MANY_MINUTES),
        ("limit_cost", so_far.cents_day, policy.cents_day, _TOO_MANY_CENTS),
    ):
        if limit is not None and used >= limit:
            told: dict[str, object] = {"limit": limit}
            if sentence is _TOO_MANY_TO_PREFIX:
                told["prefix"] = prefix_of(number)
            return Refused(code, Said(sentence.text, told))
    return Allowed()


def prefix_of(number: str) -> str:
    """The number without its last four digits: paid ranges are rented by the block, so blocks are counted."""
    return number[:-4]


_TOO_MANY_TO_NUMBER = said("The limit of %(limit)s callbacks to this number in a day is reached.")
_TOO_MANY_TO_PREFIX = said("The limit of %(limit)s calls to %(prefix)s… in an hour is reached.")
_TOO_MANY_CALLS = said("The limit of %(limit)s outgoing calls in a day is reached.")
_TOO_MANY_MINUTES = said("The limit of %(limit)s outgoing minutes in a day is reached.")
_TOO_MANY_CENTS = said("The limit of %(limit)s cents for outgoing calls in a day is reached.")

NEVER: tuple[tuple[str, str, Said], ...] = (
    ("satellite", r"\+(870|881|882|883)", said("Satellite phones and global networks are never dialled.")),
    ("premium", r"\+979", said("International premium-rate numbers are never dialled.")),
    ("personal", r"\+878", said("Universal personal numbers are never dialled.")),
    # Refused by their first digits as well, so that a gap in the number plan data opens nothing.
    ("premium", r"\+449", said("British 09 numbers are premium-rate and never dialled.")),
    ("premium", r"\+1900", said("900 numbers are premium-rate and never dialled.")),
    ("premium", r"\+1[2-9][0-9]{2}976[0-9]{4}$", said("976 numbers are premium-rate and never dialled.")),
)
"""Codes, patterns and sentences of what no policy can allow (ITU-T E.164 assigned codes; national plans)."""

EMERGENCY = frozenset({"000", "110", "111", "112", "113", "115", "117", "118", "119", "911", "999"})
"""Emergency numbers in wide use, for texts that carry no country."""

LINES = {
    0: "fixed", 1: "mobile", 2: "fixed_or_mobile", 3: "toll_free", 4: "premium", 5: "shared_cost", 6: "voip",
    7: "personal", 8: "pager", 9: "uan", 10: "voicemail", 99: "unknown",
}  # fmt: skip
"""phonenumbers' number types by our word."""

LINE_SENTENCES = {
    "premium": said("Premium-rate numbers are never dialled."),
    "personal": said("Personal follow-me numbers can cost anything and are not dialled."),
    "shared_cost": said("Shared-cost numbers are not dialled."),
    "toll_free": said("Freephone numbers are lines of companies and are not dialled."),
    "voip": said("Internet telephony numbers are not dialled by this policy."),
    "pager": said("Pagers cannot be talked to."),
    "uan": said("Company-wide numbers are not dialled."),
    "voicemail": said("Mailbox numbers are not dialled."),
    "unknown": said("It is not known what kind of line this is, so it is not dialled."),
}


def _judge_other_text(number: str) -> Refused:
    digits = number.removeprefix("+")
    # Also behind a country code: +1 911 is too short for E.164, yet some carriers dial what follows the code.
    behind_code = {digits[length:] for length in (1, 2, 3)} if number.startswith("+") else set()
    if EMERGENCY & {digits, *behind_code}:
        return Refused("emergency", said("Emergency numbers are never dialled."))
    if re.fullmatch(r"[0-9*#]{2,6}", digits):
        return Refused("short_code", said("Short codes are never dialled."))
    return Refused("invalid", said("This is not a full international number."))


def _judge_parsed(parsed: "PhoneNumber", policy: DialPolicy) -> Allowed | Refused:
    import phonenumbers

    if refused := _judge_short(parsed):
        return refused
    line = LINES.get(phonenumbers.number_type(parsed), "unknown")
    if line == "premium":
        return Refused("premium", LINE_SENTENCES["premium"])
    if not phonenumbers.is_valid_number(parsed):
        return Refused("invalid", said("No number looks like this in the country it would belong to."))
    country = phonenumbers.region_code_for_number(parsed)
    if country is None or country not in policy.countries:
        listed = ", ".join(sorted(policy.countries)) or "–"
        if country is None:
            return Refused("country", said("The number belongs to no country; allowed: %(listed)s.", listed=listed))
        belongs = said("The number belongs to %(country)s; allowed: %(listed)s.", country=country, listed=listed)
        return Refused("country", belongs)
    if line not in policy.lines:
        return Refused(line, LINE_SENTENCES.get(line, said("Lines of this kind are not dialled by this policy.")))
    return Allowed(country, line)


def _judge_short(parsed: "PhoneNumber") -> Refused | None:
    """Short numbers behind a country code, long enough to look like a full number, such as +49 11833."""
    import phonenumbers

    national = phonenumbers.national_significant_number(parsed)
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    if any(phonenumbers.is_emergency_number(national, region) for region in regions):
        return Refused("emergency", said("Emergency numbers are never dialled."))
    # A full number can look like a short one of a neighbour within the same code, so full numbers pass here.
    if phonenumbers.is_possible_short_number(parsed) and not phonenumbers.is_valid_number(parsed):
        return Refused("short_code", said("Short codes are never dialled."))
    return None

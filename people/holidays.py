"""Public holidays of a country, for the job that writes them into the table of exceptions.

The library costs 10 to 20 MB and a quarter of a second, so it is imported here, inside, and only by that job; opening
hours are answered from the rows it wrote.
"""

from datetime import date
from functools import cache

LANGUAGE = "en_US"
"""Names are wanted in English; a country without English names gives its own."""


class UnknownCountryError(ValueError):
    """No calendar is known for this country or subdivision. Never will, until the setting is changed."""


def holidays_between(country: str, subdivision: str | None, first: date, last: date) -> list[tuple[date, str]]:
    """Public holidays from `first` to `last`, both included, in order; several names of one date are joined.

    `country` is ISO 3166-1 alpha-2 (`GB`), `subdivision` ISO 3166-2 without the country (`ENG`). Days given in lieu
    are included. Raises `UnknownCountryError`.
    """
    if last < first:
        return []
    import holidays  # heavy: see above

    country, subdivision = country.strip().upper(), (subdivision or "").strip().upper()
    _check(country, subdivision)
    found = holidays.country_holidays(
        country,
        subdiv=subdivision or None,
        years=range(first.year, last.year + 1),
        # Never left out: the library would then follow the locale of the machine.
        language=_language(country),
    )
    return [(day, str(name)) for day, name in sorted(found.items()) if first <= day <= last]


def _check(country: str, subdivision: str) -> None:
    known = _subdivisions()
    if country not in known:
        raise UnknownCountryError(
            f"No holidays are known for country “{country}”. Give its two-letter ISO 3166 code, such as US or GB."
        )
    if subdivision and subdivision not in known[country]:
        choices = ", ".join(sorted(known[country])) or "none: leave it empty"
        raise UnknownCountryError(f"{country} has no subdivision “{subdivision}”. Known: {choices}.")


@cache
def _subdivisions() -> dict[str, frozenset[str]]:
    import holidays

    listed = holidays.list_supported_countries(include_aliases=False)
    return {country: frozenset(parts) for country, parts in listed.items()}


@cache
def _language(country: str) -> str | None:
    import holidays

    languages = holidays.list_localized_countries(include_aliases=False).get(country, [])
    if LANGUAGE in languages:
        return LANGUAGE
    own: str | None = holidays.country_holidays(country).default_language
    return own

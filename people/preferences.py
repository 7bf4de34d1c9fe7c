"""How each person likes the console."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.sign_in_models import Preference

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
TICKET_COLUMNS = ("department", "assignee", "priority", "status", "reason", "tags", "opened", "changed")
"""Columns of the list of tickets that can be chosen; number, caller and subject are always there."""
LANGUAGES = ("en", "zz")
"""English, and the pseudo-language that shows which words are not marked for translation."""


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """One person's choices. zone: an IANA name, empty for the brand's own."""

    theme: str = "system"
    density: str = "comfortable"
    letter_keys: bool = True
    """Single-letter keys; keys with a modifier stay (WCAG 2.1.4)."""
    zone: str = ""
    language: str = "en"
    speed: float = 1.0
    """Of playback."""
    skip_silence: bool = False
    ticket_columns: tuple[str, ...] = ("status", "priority", "assignee", "opened")
    ticket_view: str = ""
    """What Tickets opens: the id of a saved view or the word for a built-in one; empty for all that is open."""


def read(choices: Mapping[str, Any]) -> Preferences:
    """The choices of a row; what is unknown or unusable is left at its default."""
    known = {field.name for field in fields(Preferences)}
    return usable(replace(Preferences(), **{name: choices[name] for name in known & set(choices)}))


def save(session: Session, *, account_id: int, preferences: Preferences) -> None:
    """Keep all of somebody's choices."""
    row = {"account_id": account_id, "choices": asdict(usable(preferences))}
    statement = insert(Preference).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_={"choices": row["choices"]}))


def usable(wanted: Preferences) -> Preferences:
    """The same, with defaults where a value is none of the choices."""
    default = Preferences()
    return Preferences(
        theme=wanted.theme if wanted.theme in THEMES else default.theme,
        density=wanted.density if wanted.density in DENSITIES else default.density,
        letter_keys=wanted.letter_keys is True,
        zone=wanted.zone if _is_zone(wanted.zone) else default.zone,
        language=wanted.language if wanted.language in LANGUAGES else default.language,
        speed=wanted.speed if isinstance(wanted.speed, int | float) and 0.5 <= wanted.speed <= 4 else default.speed,
        skip_silence=wanted.skip_silence is True,
        ticket_columns=_columns(wanted.ticket_columns, default.ticket_columns),
        ticket_view=wanted.ticket_view if _is_word(wanted.ticket_view) else default.ticket_view,
    )


def _columns(wanted: object, default: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(wanted, list | tuple):
        return default
    return tuple(name for name in TICKET_COLUMNS if name in wanted)


def _is_word(text: object) -> bool:
    return isinstance(text, str) and len(text) < 20 and (text == "" or (text.isascii() and text.isalnum()))


def _is_zone(name: object) -> bool:
    return isinstance(name, str) and (name == "" or name in zoneinfo.available_timezones())

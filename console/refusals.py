"""What the rooms below refuse, as pages say it: in the reader's language, as a sentence."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from console.language import _, gettext
from console.ticket_words import STATUS
from people.refusals import FieldRefused, Listed, Said, told_before
from tickets.models import TicketStatus


def sentence(refused: FieldRefused) -> str:
    """What is wrong and what to do about it."""
    reason = words(refused.reason)
    if not refused.cure.text:
        return _ended(reason)
    return _ended(_("%(reason)s: %(cure)s") % {"reason": reason, "cure": words(refused.cure)})


def words(said: Said) -> str:
    """The words themselves, without beginning or end."""
    text = gettext(said.text)
    return text % {name: _shown(value) for name, value in said.values.items()} if said.values else text


def words_of(kept: Mapping[str, Any], otherwise: str) -> str:
    """What an event or a row keeps under ``said``, in the reader's language; else its English under `otherwise`."""
    said = kept.get("said")
    if isinstance(said, Mapping):
        with suppress(KeyError, TypeError, ValueError, AttributeError):  # what nobody can read is said in English
            return words(told_before(said))
    found = kept.get(otherwise)
    return found.strip() if isinstance(found, str) else ""


def problems(refused: FieldRefused) -> dict[str, str]:
    """As forms want it: the field and its sentence."""
    return {refused.field: sentence(refused)}


def _ended(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "⟧")) else ".")


def _shown(value: object) -> object:
    """Codes as their words."""
    if isinstance(value, TicketStatus):
        return gettext(STATUS[value])
    if isinstance(value, Said):
        return words(value)
    if isinstance(value, Listed):
        return ", ".join(str(_shown(one)) for one in value)
    return value

"""What the rooms below refuse, as pages say it: in the reader's language, as a sentence."""

from console.language import _, gettext
from console.ticket_words import STATUS
from people.refusals import FieldRefused, Listed, Said
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

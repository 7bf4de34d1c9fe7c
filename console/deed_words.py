"""What a deed did, in words: for its page, and for the toast beside which it can be taken back."""

from collections.abc import Mapping

from console import ticket_words
from console.language import _
from routing.wishes import Wish


def changed(fields: Mapping[str, str], *, owners: Mapping[str, str], departments: Mapping[str, str]) -> str:
    """What was just set, where it is one field; texts as the form writes them, names by them."""
    if len(fields) != 1:
        return _("Saved")
    (field, text), *_rest = fields.items()
    if field == "assignee":
        return _("Assigned to %(name)s") % {"name": owners.get(text, text)} if text else _("Nobody owns it now")
    if field == "tags":
        return _("Tags: %(tags)s") % {"tags": text} if text.strip() else _("Tags taken away")
    if field in ("status", "department", "priority"):
        return f"{ticket_words.field(field)}: {_value(field, text, departments)}"
    return _("%(field)s saved") % {"field": ticket_words.field(field)}


def wished(wish: Wish, *, owners: Mapping[str, str], departments: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and value of each thing a deed was to set."""
    said: list[tuple[str, str]] = []
    if "assignee" in wish:
        owner = wish["assignee"]
        said.append((ticket_words.field("assignee"), owners.get(str(owner), _("somebody")) if owner else _("nobody")))
    if "status" in wish:
        said.append((ticket_words.field("status"), ticket_words.status(wish["status"])))
    if "department" in wish:
        said.append((ticket_words.field("department"), _value("department", wish["department"] or "", departments)))
    if "priority" in wish:
        said.append((ticket_words.field("priority"), ticket_words.priority(wish["priority"])))
    if "add_tags" in wish:
        said.append((_("Tags added"), ", ".join(wish["add_tags"])))
    if "drop_tags" in wish:
        said.append((_("Tags taken away"), ", ".join(wish["drop_tags"])))
    return said


def _value(field: str, text: str, departments: Mapping[str, str]) -> str:
    if field == "priority":
        return ticket_words.priority(int(text)) if text.isdecimal() else text
    if field == "status":
        return ticket_words.status(text)
    return departments.get(text, text) or _("none")

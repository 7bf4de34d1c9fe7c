"""Who else has a ticket open: asked, and told, by the ticket's open pages."""

from console import presence
from console.language import _
from console.nouns import NotHere, Noun
from console.visit import Answer, Data, Visit
from people import queries as people
from people.rights import Right
from tickets import queries

NOUN = Noun("presence")


@NOUN.page("POST", "/tickets/<int:number>/presence", needs=Right.READ_TICKETS)
def tell_presence(visit: Visit, number: int) -> Answer:
    """`writing`: something unsaved stands on the page. `gone`: it is being closed. Says in words who else is here."""
    if queries.ticket_row(visit.session, brand_id=visit.brand_id, number=number) is None:
        raise NotHere(_("ticket #%(number)s") % {"number": number})
    url, brand_id, account_id = visit.settings.redis_url, visit.brand_id, visit.account.id
    if visit.form.get("gone"):
        presence.leave(url, brand_id=brand_id, number=number, account_id=account_id)
        return Data(body={"said": []})
    writing = visit.form.get("writing") == "1"
    seen = presence.tell(url, brand_id=brand_id, number=number, account_id=account_id, now=visit.now, writing=writing)
    names = people.account_names(visit.session, brand_id=brand_id) if seen else {}
    return Data(body={"said": [_said(names[one.account_id], one) for one in seen if one.account_id in names]})


def _said(name: str, one: presence.Seen) -> str:
    words = _("%(name)s is writing here") if one.writing else _("%(name)s has this ticket open")
    return words % {"name": name}

"""Drafts: what is typed is saved as it is typed, and comes back after a reload or a lost sign-in."""

from console.moments import clock_time
from console.nouns import Access, Noun
from console.refusals import sentence
from console.visit import Answer, Data, Visit
from core.clock import rfc3339
from people import drafts

NOUN = Noun("drafts")


@NOUN.page("POST", "/drafts", needs=Access.SIGNED_IN)
def save_draft(visit: Visit) -> Answer:
    """`place` and `text`; with `end`, the place and its parts are emptied. Says when, in the viewer's zone."""
    place, text = visit.form.get("place", ""), visit.form.get("text", "")
    if "end" in visit.form:
        drafts.end(visit.session, account_id=visit.account.id, place=place)
        text = ""
    try:
        drafts.save(visit.session, account_id=visit.account.id, place=place, text=text, now=visit.now)
    except drafts.DraftRefused as refused:
        return Data(body={"problem": sentence(refused)}, status=422)
    return Data(body={"saved": clock_time(visit.now, zone=visit.zone), "at": rfc3339(visit.now)})

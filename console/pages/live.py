"""What keeps pages fresh: a ticket for the stream, and changes to poll where there is no stream."""

from console.nouns import Access, Noun
from console.visit import Answer, Data, Visit
from people import stream_tickets
from people.rights import Right
from tickets import hints

NOUN = Noun("live")


@NOUN.page("GET", "/live/ticket", needs=Access.SIGNED_IN)
def stream_ticket(visit: Visit) -> Answer:
    """Where the stream is, a ticket to open it with, and the event to start after."""
    text = stream_tickets.make(
        account_id=visit.account.id,
        brand_id=visit.brand_id,
        role=visit.account.role,
        keys=visit.settings.secret_keys,
        now=visit.now,
    )
    after = hints.newest(visit.session, brand_id=visit.brand_id)
    url = f"{visit.settings.stream_url.rstrip('/')}/hints?ticket={text}"
    return Data(body={"url": url, "after": after})


@NOUN.page("GET", "/live/changes", needs=Right.READ_TICKETS)
def live_changes(visit: Visit) -> Answer:
    """Hints after the event `?after=`; some come twice, so listeners keep the events they know."""
    try:
        after = min(max(int(visit.query.get("after", "0")), 0), 2**62)
    except ValueError:
        after = 0
    found = hints.changes(visit.session, brand_id=visit.brand_id, after=after, now=visit.now)
    newest = max([after, *(hint.event for hint in found)])
    return Data(body={"after": newest, "hints": [hint.as_json() for hint in found]})

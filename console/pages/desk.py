"""The desk: where an agent's day begins and ends."""

from console import desk_queries, ticket_words
from console.nouns import Noun
from console.visit import Answer, Visit, shown
from people.rights import Right

NOUN = Noun("desk")


@NOUN.page("GET", "/desk", needs=Right.READ_TICKETS)
def show_desk(visit: Visit) -> Answer:
    account_id = visit.account.id
    return shown(
        "desk/desk.html",
        say=ticket_words,
        mine=desk_queries.mine(visit.session, account_id=account_id),
        unlogged=desk_queries.unlogged(visit.session, account_id=account_id, now=visit.now),
        urgent=desk_queries.urgent(visit.session, account_id=account_id, brand_id=visit.brand_id),
        waiting=desk_queries.waiting(visit.session, account_id=account_id, brand_id=visit.brand_id),
        most=desk_queries.MOST_COUNTED,
    )

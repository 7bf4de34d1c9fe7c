"""Jobs about calls and their tickets; the rules are in tickets/ and routing/."""

from datetime import timedelta

from sqlalchemy.orm import Session

from core.outbox import ask
from people.directory_loading import InSession, load
from routing.assignment import assign
from routing.deeds import go_on
from tickets.customers import identify
from tickets.settling import settle
from tickets.sweeping import end_silent_calls as end_silent
from workers.work import Work

DEED_TURN = timedelta(seconds=10)
"""After so long a deed goes to the end of its queue."""


def assign_ticket(work: Work) -> None:
    """Give a ticket an owner, unless its call turns out to be no work. args: ticket or call (id)."""
    with work.transaction() as session:
        ticket_id = work.args.get("ticket")
        if ticket_id is None:
            ticket = settle(session, call_id=work.args["call"], now=work.now())
            session.flush()
            ticket_id = ticket.id if ticket is not None else None
        if ticket_id is not None:
            assign(session, ticket_id=ticket_id, now=work.now())
        work.done(session)


def identify_caller(work: Work) -> None:
    """Find or make the customer who called. args: call (id)."""
    with work.transaction() as session:
        identify(session, call_id=work.args["call"], now=work.now())
        work.done(session)


def carry_out_deed(work: Work) -> None:
    """Change the tickets of a deed, or take it back, a batch in each transaction; others get their turn in between.

    args: deed (id).
    """
    deed_id, began = work.args["deed"], work.now()
    while True:
        with work.transaction() as session:
            more = go_on(session, deed_id=deed_id, now=work.now())
            if not more:
                return work.done(session)
            if work.now() - began > DEED_TURN:
                _again(session, work)
                return work.done(session)


def _again(session: Session, work: Work) -> None:
    """The row's id makes the key one of its own, however often it goes round."""
    args = {"deed": work.args["deed"]}
    ask(
        session, job="carry_out_deed", args=args, now=work.now(), key=f"deed:{work.args['deed']}:after:{work.outbox_id}"
    )


def end_silent_calls(work: Work) -> None:
    """End calls whose end was never told; who called and whose they are is asked for as at any call's end."""
    with work.transaction() as session:
        now = work.now()
        for call_id in end_silent(session, now=now, default_departments=_default_departments(session, work)):
            for job in ("identify_caller", "assign_ticket"):
                ask(session, job=job, args={"call": call_id}, now=now, key=f"{job}:silent:{call_id}", call_id=call_id)
        work.done(session)


def _default_departments(session: Session, work: Work) -> dict[int, int]:
    """Brand id → id of the department for what nobody chose, by the directory's own rule."""
    directory = load(InSession(session), now=work.now())
    return {
        brand.id: ids[key]
        for brand in directory.brands
        if (key := directory.default_department(brand)) in (ids := directory.department_ids(brand))
    }

"""Deeds: one change of one ticket or of thousands, done ticket by ticket, exactly once, and taken back the same way.

A deed's tickets are written down when it is asked for; each is then changed in the transaction that ends its row. So a
worker that dies goes on where it was, two that meet do nothing twice, and what is refused is refused for that ticket.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.outbox import ask
from people.models import Account
from people.refusals import said
from people.seeing import see
from routing.deed_rows import do_row, undo_row
from routing.wishes import Wish
from tickets.deed_models import Deed, DeedState, DeedTicket, RowState
from tickets.fields import ChangeRefused
from tickets.models import Ticket
from tickets.queries import Asked
from tickets.restoring import left_behind
from tickets.worklist import Order, matching

AT_ONCE = 50
"""So many tickets are done while one waits; more in the background."""
MOST = 10_000
"""Of one deed."""
BATCH = 50
UNDO_WITHIN = timedelta(hours=1)
"""From a deed's end; its undo is asked for again by whoever did it, and stops at tickets changed since."""
MOST_ONCE = 64


@dataclass(frozen=True, slots=True)
class Chosen:
    """A ticket somebody ticked. version: the one they saw; None: whatever it is."""

    number: int
    version: int | None = None


def do_to(
    session: Session, *, by: Account, once: str, wish: Wish, chosen: Sequence[Chosen], now: datetime
) -> tuple[Deed, bool]:
    """Do it to these tickets of the person's brand; numbers that are none are left out. False: asked for before.

    At most AT_ONCE are done at once, more are asked for as a job. Raises ChangeRefused (nothing wished, too many).
    """
    _check(wish, len(chosen))
    deed = _begin(session, by=by, once=once, wish=wish, now=now)
    if deed is None:
        return _asked_before(session, by, once), False
    versions = {one.number: one.version for one in chosen}
    rows = session.execute(
        select(Ticket.id, Ticket.number).where(Ticket.brand_id == by.brand_id, Ticket.number.in_(versions))
    )
    session.add_all(
        DeedTicket(deed_id=deed.id, ticket_id=id, number=number, state=RowState.WAITING, version=versions[number])
        for id, number in rows
    )
    session.flush()
    _start(session, deed, len(versions), now=now)
    return deed, True


def do_to_matching(
    session: Session,
    *,
    by: Account,
    once: str,
    wish: Wish,
    asked: Asked,
    order: Order = Order.NEWEST,
    now: datetime,
    most: int = MOST,
) -> tuple[Deed, bool]:
    """Do it to all tickets that match now, the first `most` in that order; what comes to match later is not meant.

    A ticket that somebody changes before its turn comes is refused. False: asked for before. Raises ChangeRefused.
    """
    _check(wish, 1)
    deed = _begin(session, by=by, once=once, wish=wish, now=now)
    if deed is None:
        return _asked_before(session, by, once), False
    found = matching(brand_id=by.brand_id, asked=asked, order=order, most=most).subquery()
    columns = select(literal(deed.id), found.c.id, found.c.number, found.c.version)
    written = session.execute(
        insert(DeedTicket)
        .from_select(["deed_id", "ticket_id", "number", "version"], columns)
        .returning(DeedTicket.ticket_id)
    ).all()
    _start(session, deed, len(written), now=now)
    return deed, True


def remember(session: Session, *, by: Account, ticket: Ticket, before: Mapping[str, Any], now: datetime) -> Deed | None:
    """Write a change down that was just made, so that it can be taken back; None: nothing has changed.

    before: `tickets.restoring.snapshot` of the same ticket, taken under its lock in this transaction.
    """
    left = left_behind(before, ticket)
    if not left:
        return None
    deed = Deed(
        brand_id=by.brand_id,
        account_id=by.id,
        once=token_urlsafe(12),
        wanted={},
        state=DeedState.DONE,
        asked_at=now,
        ended_at=now,
    )
    session.add(deed)
    session.flush()
    session.add(
        DeedTicket(
            deed_id=deed.id,
            ticket_id=ticket.id,
            number=ticket.number,
            state=RowState.DONE,
            after_version=ticket.version,
            before=left,
        )
    )
    session.flush()
    return deed


def go_on(session: Session, *, deed_id: int, now: datetime, batch: int = BATCH) -> bool:
    """Do, or take back, the next tickets of a deed; whether any are left. One worker at a time; redoable."""
    deed = session.get(Deed, deed_id, with_for_update=True, populate_existing=True)
    if deed is None or deed.state in (DeedState.DONE, DeedState.UNDONE):
        return False
    forwards = deed.state == DeedState.RUNNING
    by = session.get_one(Account, deed.account_id)
    wanted = RowState.WAITING if forwards else RowState.DONE
    rows = session.scalars(
        select(DeedTicket)
        .where(DeedTicket.deed_id == deed.id, DeedTicket.state == wanted)
        .order_by(DeedTicket.ticket_id)
        .limit(batch)
    ).all()
    for row in rows:
        if forwards:
            do_row(session, row=row, wish=deed.wanted, by=by, now=now)  # type: ignore[arg-type]
        else:
            undo_row(session, row=row, by=by, now=now)
    session.flush()
    touched = [row.ticket_id for row in rows if row.state in (RowState.DONE, RowState.UNDONE)]
    see(session, account_id=by.id, ticket_ids=touched, now=now)
    if len(rows) == batch:
        return True
    deed.state = DeedState.DONE if forwards else DeedState.UNDONE
    if forwards:
        deed.ended_at = now
    session.flush()
    return False


def undo(session: Session, *, deed_id: int, by: Account, now: datetime) -> Deed:
    """Take a deed back, where nobody has changed its tickets since. Raises ChangeRefused.

    Not another's, not while it is running, not twice, not later than UNDO_WITHIN.
    """
    deed = session.get(Deed, deed_id, with_for_update=True, populate_existing=True)
    if deed is None or deed.account_id != by.id:
        raise ChangeRefused("deed", said("only who did it takes it back"), said("change the tickets themselves"))
    if deed.state == DeedState.RUNNING:
        raise ChangeRefused("deed", said("it is still being done"), said("wait until it is finished"))
    if deed.state != DeedState.DONE:
        raise ChangeRefused("deed", said("it was taken back already"), said("look at the tickets"))
    if deed.ended_at is None or now - deed.ended_at > UNDO_WITHIN:
        raise ChangeRefused("deed", said("it is too long ago"), said("change the tickets themselves"))
    deed.state, deed.undo_asked_at = DeedState.UNDOING, now
    session.flush()
    done = session.scalar(select(func.count()).where(DeedTicket.deed_id == deed.id, DeedTicket.state == RowState.DONE))
    _start(session, deed, done or 0, now=now)
    return deed


def _check(wish: Wish, count: int) -> None:
    if not wish:
        raise ChangeRefused("wish", said("nothing is chosen to be done"), said("choose an owner, a status or a tag"))
    if count > MOST:
        raise ChangeRefused("ticket", said("there are too many"), said("choose at most %(most)s", most=MOST))


def _begin(session: Session, *, by: Account, once: str, wish: Wish, now: datetime) -> Deed | None:
    statement = (
        insert(Deed)
        .values(
            brand_id=by.brand_id,
            account_id=by.id,
            once=once[:MOST_ONCE] or token_urlsafe(12),
            wanted=dict(wish),
            asked_at=now,
        )
        .on_conflict_do_nothing(index_elements=["account_id", "once"])
        .returning(Deed)
    )
    return session.scalar(statement)


def _asked_before(session: Session, by: Account, once: str) -> Deed:
    return session.scalars(select(Deed).where(Deed.account_id == by.id, Deed.once == once[:MOST_ONCE])).one()


def _start(session: Session, deed: Deed, count: int, *, now: datetime) -> None:
    """At once if it is little, else as a job that exists with this transaction."""
    if count <= AT_ONCE:
        while go_on(session, deed_id=deed.id, now=now):
            pass
        return
    way = "undo" if deed.state == DeedState.UNDOING else "do"
    ask(session, job="carry_out_deed", args={"deed": deed.id}, now=now, key=f"deed:{deed.id}:{way}")

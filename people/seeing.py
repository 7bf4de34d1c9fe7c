"""What each person has seen, so that a list can show what is new to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.sign_in_models import TicketSeen


def see(session: Session, *, account_id: int, ticket_ids: Sequence[int], now: datetime) -> None:
    """This person has seen these tickets as they are now."""
    if not ticket_ids:
        return
    rows = [{"account_id": account_id, "ticket_id": id, "seen_at": now} for id in sorted(set(ticket_ids))]
    statement = insert(TicketSeen).values(rows)
    later = func.greatest(TicketSeen.seen_at, statement.excluded.seen_at)
    session.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "ticket_id"], set_={"seen_at": later})
    )

"""Deeds as pages and programs read them: how far they are, and what could not be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tickets.deed_models import Deed, DeedState, DeedTicket, RowState


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many of a deed's tickets stand where."""

    waiting: int = 0
    done: int = 0
    same: int = 0
    refused: int = 0
    undone: int = 0
    kept: int = 0

    @property
    def all(self) -> int:
        return self.waiting + self.done + self.same + self.refused + self.undone + self.kept

    def passed(self, state: str) -> int:
        """How many are behind, on the way that the deed's `state` says."""
        if state in (DeedState.UNDOING, DeedState.UNDONE):
            return self.undone + self.kept
        return self.all - self.waiting

    def ahead(self, state: str) -> int:
        """How many there are on that way altogether."""
        return self.done + self.undone + self.kept if state in (DeedState.UNDOING, DeedState.UNDONE) else self.all


def deed(session: Session, *, brand_id: int, id: int) -> Deed | None:
    """One that somebody of this brand did."""
    return session.scalar(select(Deed).where(Deed.brand_id == brand_id, Deed.id == id))


def progress(session: Session, *, deed_id: int) -> Progress:
    """One statement, over at most as many rows as a deed may have."""
    found = session.execute(
        select(DeedTicket.state, func.count()).where(DeedTicket.deed_id == deed_id).group_by(DeedTicket.state)
    )
    return Progress(**{state: count for state, count in found})  # noqa: C416 - a Row is not a pair to mypy


def troubled(session: Session, *, deed_id: int, limit: int) -> Sequence[DeedTicket]:
    """Tickets that were refused, or kept from being taken back, by number."""
    return session.scalars(
        select(DeedTicket)
        .where(DeedTicket.deed_id == deed_id, DeedTicket.state.in_((RowState.REFUSED, RowState.KEPT)))
        .order_by(DeedTicket.number)
        .limit(limit)
    ).all()


def numbers(session: Session, *, deed_id: int, limit: int) -> list[int]:
    """The numbers of its tickets."""
    statement = select(DeedTicket.number).where(DeedTicket.deed_id == deed_id).order_by(DeedTicket.number)
    return list(session.scalars(statement.limit(limit)))

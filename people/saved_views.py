"""Saved views: lists of tickets with a name, each a person's own or shared with everybody of the brand.

A view is the address of a list: `query` is what follows its question mark. Doors ask who may share (Right.SHARE_VIEWS).
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.models import Account
from people.refusals import FieldRefused, said
from people.rights import Right, may
from people.sign_in_models import SavedView

MOST_NAME = 60
MOST_QUERY = 2000
MOST_OWN = 30
MOST_SHOWN = 60


def views(session: Session, *, account: Account) -> Sequence[SavedView]:
    """The person's own by name, then those others share. One statement."""
    mine = SavedView.account_id == account.id
    shared = (SavedView.brand_id == account.brand_id) & SavedView.shared
    statement = select(SavedView).where(or_(mine, shared)).order_by(mine.desc(), SavedView.name, SavedView.id)
    return session.scalars(statement.limit(MOST_SHOWN)).all()


def view(session: Session, *, account: Account, id: int) -> SavedView | None:
    """One that the person may open."""
    found = session.get(SavedView, id)
    if found is None or found.brand_id != account.brand_id or not (found.shared or found.account_id == account.id):
        return None
    return found


def save(
    session: Session, *, account: Account, name: str, query: str, now: datetime, shared: bool = False
) -> SavedView:
    """Keep a list under a name; one of their own that has it already becomes this one. Raises FieldRefused."""
    name = _checked_name(name)
    if len(query) > MOST_QUERY or any(unicodedata.category(character) == "Cc" for character in query):
        raise FieldRefused("query", said("the address is too long"), said("take a filter away"))
    own = select(func.count()).where(SavedView.account_id == account.id, SavedView.name != name)
    if (session.scalar(own) or 0) >= MOST_OWN:
        raise FieldRefused("name", said("you keep %(most)s views", most=MOST_OWN), said("delete one first"))
    row = {"brand_id": account.brand_id, "account_id": account.id, "name": name, "query": query, "shared": shared}
    statement = insert(SavedView).values(row | {"created_at": now})
    kept = statement.on_conflict_do_update(
        index_elements=["account_id", "name"], set_={"query": query, "shared": shared}
    ).returning(SavedView)
    return session.scalars(kept, execution_options={"populate_existing": True}).one()


def rename(session: Session, *, view: SavedView, name: str) -> None:
    """Give it another name. Raises FieldRefused (no name, or another of the owner's has it)."""
    name = _checked_name(name)
    taken = select(SavedView.id).where(
        SavedView.account_id == view.account_id, SavedView.name == name, SavedView.id != view.id
    )
    if session.scalar(taken) is not None:
        raise FieldRefused("name", said("another view has this name"), said("choose another"))
    view.name = name
    session.flush()


def delete(session: Session, *, view: SavedView) -> None:
    """Whoever has it as their first view gets all open tickets instead."""
    session.delete(view)
    session.flush()


def may_change(view: SavedView, account: Account) -> bool:
    """Their own; and a shared one, whoever may share."""
    return view.account_id == account.id or (view.shared and may(account.role, Right.SHARE_VIEWS))


def _checked_name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise FieldRefused("name", said("it has no name"), said("write a word or two"))
    if len(name) > MOST_NAME:
        raise FieldRefused(
            "name", said("it has %(count)s characters", count=len(name)), said("keep it to %(most)s", most=MOST_NAME)
        )
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise FieldRefused("name", said("it holds control characters"), said("send plain text"))
    return name

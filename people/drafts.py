"""What people are typing, saved as typed: kept per person and place until it was sent or thrown away."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from people.refusals import FieldRefused, said
from people.sign_in_models import Draft

MOST_TEXT = 50_000
MOST_PLACE = 200


class DraftRefused(FieldRefused):
    """The draft is too long to be kept."""


def save(session: Session, *, account_id: int, place: str, text: str, now: datetime) -> None:
    """Keep the text as it is now; an empty one is thrown away. Raises `DraftRefused`."""
    if not text.strip():
        discard(session, account_id=account_id, place=place)
        return
    if len(text) > MOST_TEXT or not place or len(place) > MOST_PLACE or "\x00" in text + place:
        raise DraftRefused(
            "text", said("it cannot be kept as a draft"), said("keep it to %(most)s plain characters", most=MOST_TEXT)
        )
    row = {"account_id": account_id, "place": place, "text": text, "updated_at": now}
    statement = insert(Draft).values(row)
    session.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "place"], set_={"text": text, "updated_at": now})
    )


def find(session: Session, *, account_id: int, place: str) -> Draft | None:
    """What this person left at this place."""
    return session.scalar(select(Draft).where(Draft.account_id == account_id, Draft.place == place))


def below(session: Session, *, account_id: int, place: str) -> dict[str, Draft]:
    """What this person left at the parts of a place, by their names: of `log-a-call:subject` it is `subject`."""
    found = session.scalars(select(Draft).where(Draft.account_id == account_id, _is_below(place)))
    return {draft.place.removeprefix(f"{place}:"): draft for draft in found}


def discard(session: Session, *, account_id: int, place: str) -> None:
    """Throw it away, after it was sent or when it is not wanted."""
    session.execute(delete(Draft).where(Draft.account_id == account_id, Draft.place == place))


def end(session: Session, *, account_id: int, place: str) -> None:
    """Throw away what was left at a place and at all parts of it."""
    session.execute(delete(Draft).where(Draft.account_id == account_id, (Draft.place == place) | _is_below(place)))


def _is_below(place: str) -> ColumnElement[bool]:
    return Draft.place.startswith(f"{place}:", autoescape=True)

"""Search that costs little for rare and for common words alike, at any number of tickets.

Walking the newest tickets answers at once for a common word and reads everything for a rare one; the index of words is
the other way round. So: the newest WINDOW are walked; if they hold too little, the index is asked for the newest
STRETCH; only if these hold too little too, for all. A word that gets so far is rare. One statement; what is not needed
is not run.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, func, literal_column, or_, select, true, union, union_all
from sqlalchemy.orm import aliased

from tickets.models import Customer, Ticket

FEWEST_DIGITS = 4
"""Fewer digits than these are looked for among ticket numbers only."""
WINDOW = 1000
STRETCH = 16_384
MOST_NAMED = 100
"""So many customers of a name are looked for, the latest."""
WALKED_NAMES = 800
"""So many of the latest customers are looked at before their index of words is asked."""
MOST_WORDS = 12
_ANY: ColumnElement[bool] = true()
SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")


def found(
    q: str,
    *,
    brand_id: int,
    where: Sequence[ColumnElement[bool]],
    most: int,
    tag: str | None = None,
    before_id: int | None = None,
) -> Select[int]:
    """Ids of the newest `most` tickets that match `q`, have the tag, and `where`.

    q: empty asks for the tag alone; digits in any writing are a ticket's number, the end of a caller's, or a word;
    anything else, the beginnings of words of the subject or of the customer's name.
    before_id: where the search begins, if not at the newest ticket.
    """
    match = _tagged(_matching(q.strip(), brand_id), tag)
    newest = (Ticket.created_at.desc(), Ticket.id.desc())
    window = select(Ticket).where(*where).order_by(*newest).limit(WINDOW).subquery()
    walked = aliased(Ticket, window)
    near = (
        select(walked.id)
        .where(match(walked, _looks_like(walked, q)))
        .order_by(walked.created_at.desc(), walked.id.desc())
        .limit(most)
        .cte()
    )
    is_short = _count(near) < most
    start = select(func.max(Ticket.id)).scalar_subquery() if before_id is None else before_id
    # Without order and limit in it, each is answered from the index of words and never by a walk.
    recent = _all(match, where, is_short, Ticket.id > start - STRETCH)
    middle = _newest(recent, most)
    is_rare = and_(is_short, _count(middle) < most)
    far = _newest(_all(match, where, is_rare), most)
    return select(
        union_all(
            select(near.c.id).where(~is_short),
            select(middle.c.id).where(is_short, _count(middle) >= most),
            select(far.c.id),
        )
        .subquery()
        .c.id
    )


def _tagged(match: Any, tag: str | None) -> Any:
    if tag is None:
        return match
    return lambda ticket, looks=_ANY: and_(ticket.tags.contains([tag]), match(ticket, looks))


def words_of(q: str) -> str:
    """The query for PostgreSQL: all of the words, each by its beginning unless a mark ends it."""
    words = [word for word in q.split() if any(character.isalnum() for character in word)][:MOST_WORDS]
    quoted = [word.replace("\\", "\\\\").replace("'", "''") for word in words]
    return " & ".join(f"'{word}'" + (":*" if len(word) > 1 and word[-1].isalnum() else "") for word in quoted)


def _matching(q: str, brand_id: int) -> Any:
    """Ticket (or an alias of it), and what its subject must look like where that is quicker → whether it matches."""
    if not q:
        return lambda ticket, looks=_ANY: _ANY
    digits = re.sub(r"[\s()+#./-]", "", q)
    if not re.fullmatch(r"[0-9]{1,18}", digits):
        return _by_words(words_of(q), brand_id)
    number = int(digits)
    if len(digits) < FEWEST_DIGITS:
        return lambda ticket, _looks=_ANY: ticket.number == number
    # A zero before the area code is not part of the number as the world writes it.
    ending = digits.lstrip("0")[::-1] or digits[::-1]
    word = words_of(digits)
    return lambda ticket, looks=_ANY: or_(
        ticket.number == number,
        func.reverse(ticket.caller).like(ending + "%"),
        and_(looks, func.to_tsvector(SIMPLE, ticket.subject).op("@@")(func.to_tsquery(SIMPLE, word))),
    )


def _by_words(words: str, brand_id: int) -> Any:
    query = func.to_tsquery(SIMPLE, words)
    ids = func.array(_named(words, brand_id).scalar_subquery())
    return lambda ticket, looks=_ANY: or_(
        and_(looks, func.to_tsvector(SIMPLE, ticket.subject).op("@@")(query)),
        ticket.customer_id == func.any(ids),
    )


def name_words(name: Any) -> ColumnElement[Any]:
    """The words of a customer's name, as their index `ix_customer_words` has them."""
    return func.to_tsvector(SIMPLE, func.coalesce(name, literal_column("''")))


def _named(words: str, brand_id: int) -> Select[int]:
    """Ids of the latest customers of a name: a common one is walked, a rare one is in the index, as with tickets."""

    def match(name: Any) -> ColumnElement[bool]:
        return name_words(name).op("@@")(func.to_tsquery(SIMPLE, words))

    ours = Customer.brand_id == brand_id
    latest = select(Customer.id, Customer.name).where(ours).order_by(Customer.id.desc()).limit(WALKED_NAMES).subquery()
    near = select(latest.c.id).where(match(latest.c.name)).order_by(latest.c.id.desc()).limit(MOST_NAMED).cte()
    rare = select(Customer.id).where(ours, match(Customer.name), _count(near) < MOST_NAMED).cte()
    rare = rare.prefix_with("materialized")  # with order and limit in it, it may be walked too
    far = select(rare.c.id).order_by(rare.c.id.desc()).limit(MOST_NAMED).cte()
    return select(union(select(near.c.id), select(far.c.id)).subquery().c.id)


def _looks_like(ticket: Any, q: str) -> ColumnElement[bool]:
    """Whether the subject holds the longest piece of the words: a hundred times cheaper than taking it to words."""
    pieces = re.findall(r"[^\W_]+", q)
    return ticket.subject.icontains(max(pieces, key=len), autoescape=True) if pieces else true()


def _all(match: Any, where: Sequence[ColumnElement[bool]], *more: ColumnElement[bool]) -> CTE:
    chosen = select(Ticket.id, Ticket.created_at).where(*where, match(Ticket), *more)
    return chosen.cte().prefix_with("materialized")


def _newest(among: CTE, most: int) -> CTE:
    return select(among.c.id).order_by(among.c.created_at.desc(), among.c.id.desc()).limit(most).cte()


def _count(rows: CTE) -> Any:
    return select(func.count()).select_from(rows).scalar_subquery()

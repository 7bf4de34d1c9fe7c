"""Who is given a ticket: the member at work with the fewest open ones, then who has waited longest for one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from people.refusals import Said, said


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of the department, with what the choice is made from."""

    account_id: int
    name: str
    active: bool
    on_shift: bool
    open_tickets: int
    last_assigned_at: datetime | None = None
    """When they were last given a ticket; None: never."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen (None: nobody), and why, in one sentence with numbers for the ticket's timeline."""

    chosen: Candidate | None
    reason: Said


NEVER = datetime.min.replace(tzinfo=UTC)


def choose(candidates: Iterable[Candidate], *, excluding: Collection[int] = ()) -> Choice:
    """Choose among the members of a department; `excluding` are account ids that were tried or have declined.

    Fewest open tickets first; among equals who has waited longest, those never given one before all; then by id, so
    that the same facts always give the same answer.
    """
    members = list(candidates)
    free = [who for who in members if who.active and who.on_shift and who.account_id not in excluding]
    if not free:
        return Choice(None, _nobody(members, excluding))
    chosen = min(free, key=_order)
    return Choice(chosen, _why(chosen, free))


def _order(who: Candidate) -> tuple[int, datetime, int]:
    return who.open_tickets, who.last_assigned_at or NEVER, who.account_id


def _why(chosen: Candidate, free: list[Candidate]) -> Said:
    told = {"name": chosen.name, "tickets": chosen.open_tickets, "free": len(free)}
    if len(free) == 1:
        return said("%(name)s is the only one at work; open tickets: %(tickets)s.", **told)
    equals = [who for who in free if who.open_tickets == chosen.open_tickets]
    if len(equals) == 1:
        return said("%(name)s has the fewest open tickets of %(free)s at work: %(tickets)s.", **told)
    told["equals"] = len(equals)
    if any(who is not chosen and who.last_assigned_at == chosen.last_assigned_at for who in equals):
        return said(
            "Of %(free)s at work %(equals)s have the fewest open tickets, %(tickets)s, and waited equally long;"
            " %(name)s comes first by number.",
            **told,
        )
    if chosen.last_assigned_at is None:
        return said(
            "Of %(free)s at work %(equals)s have the fewest open tickets, %(tickets)s;"
            " %(name)s was never given one before.",
            **told,
        )
    return said(
        "Of %(free)s at work %(equals)s have the fewest open tickets, %(tickets)s;"
        " %(name)s has waited longest, since %(since)s.",
        **told,
        since=f"{chosen.last_assigned_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
    )


def _nobody(members: list[Candidate], excluding: Collection[int]) -> Said:
    if not members:
        return said("Nobody belongs to this department.")
    return said(
        "Nobody of %(members)s can take it; off shift: %(away)s, not active: %(inactive)s, passed over: %(tried)s.",
        members=len(members),
        away=sum(who.active and not who.on_shift for who in members),
        inactive=sum(not who.active for who in members),
        tried=sum(who.active and who.on_shift and who.account_id in excluding for who in members),
    )

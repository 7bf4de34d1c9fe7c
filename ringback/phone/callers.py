"""Who calls: somebody the house knows already, or nobody it knows."""

import secrets
from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from people.numbers import looks_e164
from tickets.customer_queries import customers
from tickets.models import TicketStatus
from tickets.queries import tickets

WITHHELD = "anonymous"
"""As the carrier writes a withheld number."""

KINDS = ("regular", "stranger", "withheld", "open_ticket")
_REGULAR = "+12025550142"
_LATEST = 100
_AREAS = (
    "201",
    "202",
    "206",
    "212",
    "213",
    "303",
    "312",
    "404",
    "415",
    "503",
    "512",
    "602",
    "617",
    "702",
    "808",
    "917",
)
_OPEN = frozenset({TicketStatus.NEW, TicketStatus.OPEN, TicketStatus.PENDING, TicketStatus.ON_HOLD})


@dataclass(frozen=True, slots=True)
class Caller:
    """One way to call: the number, and who that is, as far as the house knows. `ticket` is open."""

    kind: str
    number: str
    name: str | None = None
    ticket: int | None = None


def known_callers(session: Session, *, brand_id: int) -> dict[str, Caller]:
    """The callers of each kind there are now; without `open_ticket` while nobody who calls has one."""
    latest = [view.ticket for view in tickets(session, brand_id=brand_id, limit=_LATEST).items]
    called = [ticket for ticket in latest if looks_e164(ticket.caller) and ticket.caller]
    often = Counter(ticket.caller for ticket in called if ticket.caller).most_common(1)
    regular = often[0][0] if often else _REGULAR
    opened = [ticket for ticket in called if ticket.status in _OPEN]
    waiting = next((ticket for ticket in opened if ticket.caller != regular), next(iter(opened), None))
    found = {
        "regular": Caller("regular", regular, _name(session, brand_id, regular)),
        "stranger": Caller("stranger", stranger()),
        "withheld": Caller("withheld", WITHHELD),
    }
    if waiting is not None and waiting.caller:
        name = _name(session, brand_id, waiting.caller)
        found["open_ticket"] = Caller("open_ticket", waiting.caller, name, waiting.number)
    return found


def stranger() -> str:
    """A number nobody has: 555-0100 to 555-0199 of any area are kept for fiction (ATIS-0300115)."""
    return f"+1{secrets.choice(_AREAS)}55501{secrets.randbelow(100):02d}"


def _name(session: Session, brand_id: int, number: str) -> str | None:
    found = customers(session, brand_id=brand_id, number=number, limit=1).items
    return found[0].customer.name if found else None

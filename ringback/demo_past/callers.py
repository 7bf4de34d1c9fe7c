"""Who calls in the demo: people and companies that do not exist, with numbers kept for fiction."""

from dataclasses import dataclass
from random import Random

AREAS = ("415", "212", "312", "206", "617", "303", "404", "713", "503", "619", "305", "602", "512", "215", "313", "702")
"""Area codes of a few time zones. Numbers 555-0100 to 555-0199 of each belong to nobody (ATIS-0300115)."""

FIRST = 20
"""Below it are the numbers that visitors and documents use."""

WITHHELD = "anonymous"


@dataclass(frozen=True)
class Caller:
    """Somebody who calls; `name` None: a stranger. `tier` as on a customer's card."""

    number: str
    name: str | None = None
    email: str | None = None
    tier: str = "standard"


NAMES = (
    *("Ana Petrov", "Marcus Webb", "Priya Raman", "Leo Castellanos", "Ingrid Solheim", "Dmitri Volkov"),
    *("Chloe Beaumont", "Samuel Adeyemi", "Yuki Tanaka", "Rosa Delgado", "Owen Gallagher", "Nadia Rahman"),
    *("Harbour Street Dental", "Bluebird Bakery", "Kestrel Logistics", "Old Mill Hotel", "Maple & Finch Interiors"),
    *("Theo Lindqvist", "Grace Nakamura", "Pavel Novak", "Amara Diallo", "Finn O'Connell", "Lucia Ferraro"),
    *("Northside Veterinary", "Juniper Yoga", "Cobalt Print Shop", "Riverside Primary School", "Elif Kaya"),
    *("Jonas Weber", "Mei-Ling Chou", "Tariq Hassan", "Beatriz Oliveira", "Sven Aalto", "Hannah Roth"),
)
"""Regular callers: each is one customer, and calls again."""

_COMPANIES = ("Harbour", "Bluebird", "Kestrel", "Old Mill", "Maple", "Northside", "Juniper", "Cobalt", "Riverside")


def regulars() -> tuple[Caller, ...]:
    """The demo's known customers, the same ones every time."""
    return tuple(_regular(place, name) for place, name in enumerate(NAMES))


def stranger(random: Random, *, taken: set[str]) -> Caller:
    """Somebody nobody knows, with a number that is not `taken`; it is from then on."""
    while True:
        number = f"+1{random.choice(AREAS)}55501{random.randrange(60, 100):02d}"
        if number not in taken:
            taken.add(number)
            return Caller(number)


def _regular(place: int, name: str) -> Caller:
    number = f"+1{AREAS[place % len(AREAS)]}55501{FIRST + place:02d}"
    plain = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isascii() and letter in _IN_ADDRESSES)
    is_company = name.startswith(_COMPANIES)
    return Caller(number, name, f"{plain.replace('..', '.')}@example.com", "priority" if is_company else "standard")


_IN_ADDRESSES = "abcdefghijklmnopqrstuvwxyz.-"

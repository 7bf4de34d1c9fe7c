"""Tells the past, the newest day first. A day appears whole, in one transaction; a later start goes on after it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.orm import Session

from core.config import Settings
from core.database import make_engine, transaction
from people.models import Brand
from ringback.demo_past import notebook, schema
from ringback.demo_past.callers import Caller, regulars
from ringback.demo_past.notebook import Past
from ringback.demo_past.plan import Day, plan
from ringback.demo_past.removing import delete_doomed_files, delete_unused_customers, doom_untold_files
from ringback.demo_past.telling import tell
from ringback.demo_past.world import open_world
from ringback.installation import brand_for
from tickets.customers import create, customers_with
from tickets.models import Call, Customer

SEED = 20


@dataclass(frozen=True)
class Progress:
    """How far it is: days told of all, and calls told by this process."""

    days: int
    of: int
    calls: int


def grow_afresh(settings: Settings, *, now: datetime, seed: int = SEED) -> None:
    """Ask for a past that ends at `now`, in place of the one there was: `grow` then tells it."""
    engine = make_engine(settings.database_url or "", pool_size=1)
    with engine.begin() as connection:
        notebook.make(connection)
        notebook.begin(connection, seed=seed, ends_at=now)
    engine.dispose()


def grow(
    settings: Settings,
    *,
    now: datetime,
    told: Callable[[Progress], None],
    seed: int = SEED,
    wait: bool = False,
    spoken: bool = True,
    days: int | None = None,
) -> bool:
    """Tell what is missing of the past; the first time it ends at `now`. False: it was removed, or another tells it.

    `told` is called after each day. `days` stops after so many. Safe to kill at any point, and to run again.
    """
    engine = make_engine(settings.database_url or "", pool_size=2)
    try:
        with engine.connect() as teller:
            with engine.begin() as connection:
                notebook.make(connection)
            if not notebook.only_teller(teller, wait=wait):
                return False
            teller.commit()  # the lock is the session's: no transaction need stay open for it
            past = _prepared(engine, settings, now=now, seed=seed)
            return past is not None and _grown(engine, settings, past, told, spoken=spoken, days=days)
    finally:
        engine.dispose()


def _prepared(engine: Engine, settings: Settings, *, now: datetime, seed: int) -> Past | None:
    """The past to tell, with what a killed process left of it tidied away; None when nobody wants one."""
    with engine.begin() as connection:
        past = notebook.current(connection, lock=True) or notebook.begin(connection, seed=seed, ends_at=now)
        if not past.wanted:
            return None
        doom_untold_files(connection)
        schema.make_afresh(connection)
    delete_doomed_files(engine, settings)
    return past


def _grown(
    engine: Engine, settings: Settings, past: Past, told: Callable[[Progress], None], *, spoken: bool, days: int | None
) -> bool:
    with transaction(engine) as session:
        brand = brand_for(session, settings)
        zone = brand.zone
        connection = session.connection()
        planned = plan(seed=past.seed, ends_at=past.ends_at, zone=zone)
        first = notebook.keep_numbers(connection, past, count=sum(len(day.calls) for day in planned))
        there = notebook.days_told(connection, past)
        _know_regulars(session, brand, planned)
    missing = [day for day in planned if day.number not in there][:days]
    calls = 0
    with open_world(settings, start=past.ends_at, spoken=spoken) as world:
        for day in missing:
            _number_from(engine, first + sum(len(other.calls) for other in planned if other.number > day.number))
            calls += tell(world, day, until=past.ends_at)
            if not _moved_over(engine, past, day):
                delete_unused_customers(engine)
                delete_doomed_files(engine, settings)
                return False
            there.add(day.number)
            told(Progress(len(there), len(planned), calls))
    return True


def _know_regulars(session: Session, brand: Brand, planned: list[Day]) -> None:
    """Customers with names, known since before their first call of the past."""
    since = min((call.at for day in planned for call in day.calls), default=None)
    for caller in regulars():
        if since is not None and not customers_with(session, brand_id=brand.id, e164=caller.number):
            _know(session, brand, caller, since)


def _know(session: Session, brand: Brand, caller: Caller, since: datetime) -> None:
    customer = create(
        session,
        brand_id=brand.id,
        now=since,
        numbers=(caller.number,),
        name=caller.name,
        email=caller.email,
        demo=True,
    )
    customer.tier = caller.tier


def _number_from(engine: Engine, first: int) -> None:
    """Older days have lower ticket numbers, although they are told later."""
    with engine.begin() as connection:
        connection.execute(select(func.setval(f"{schema.NAME}.ticket_id_seq", first, False)))


def _moved_over(engine: Engine, past: Past, day: Day) -> bool:
    """Let the day appear; False: the past was removed or replaced meanwhile, and what was told of it is forgotten."""
    with engine.begin() as connection:
        present = notebook.current(connection, lock=True)
        if present is None or present.id != past.id or not present.wanted:
            doom_untold_files(connection)
            schema.empty(connection)
            return False
        schema.move_over(connection)
        notebook.day_is_told(connection, past, day=day.number, calls=len(day.calls))
        _date_customers(connection)
        return True


def _date_customers(connection: Connection) -> None:
    """Somebody made by a call of yesterday had called a week before: they are known since the first of their calls."""
    first = select(func.min(Call.started_at)).where(Call.customer_id == Customer.id).scalar_subquery()
    connection.execute(
        update(Customer).where(Customer.demo, Customer.created_at > first).values(created_at=first),
        execution_options={"synchronize_session": False},
    )

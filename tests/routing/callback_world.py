"""A brand with agents at work, a ticket, and a carrier that remembers what it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.carrier_calls import CarrierCall
from core.carrier_errors import CarrierRefused, CarrierUnavailable
from core.database import transaction
from core.outbox_models import OutboxRow
from people.models import Department, Shift
from routing.callback_judging import Judged, judge
from routing.callback_placing import Placing, place
from routing.callback_rules import CallbackRules
from routing.callbacks import request
from routing.destinations import DialPolicy
from routing.models import Callback, CallbackAttempt
from tests.clock import HandClock
from tests.factories.people import make_account, make_brand, make_department, make_phone_number
from tests.factories.tickets import ACCOUNT_SID, CALLER, make_customer, make_ticket
from tickets.models import Call, Event, Leg, Ticket

NEW_YORK_MORNING = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""Monday, 10:00 where CALLER lives."""
OUR_NUMBER = "+12025550100"
RULES = CallbackRules(
    country="US",
    account_sid=ACCOUNT_SID,
    public_url="http://127.0.0.1:8000",
    dialling=DialPolicy(countries=frozenset({"US"})),
)


@dataclass
class HandCarrier:
    """Keeps the calls it was asked to place; `failures` are raised one by one before that."""

    placed: list[dict[str, object]] = field(default_factory=list)
    failures: list[CarrierRefused | CarrierUnavailable] = field(default_factory=list)
    calls: dict[str, CarrierCall] = field(default_factory=dict)
    away: bool = False
    """Whether it cannot be asked about calls."""
    refusal: CarrierRefused | None = None
    """What it says to whoever asks for a list."""

    def place_call(
        self, *, to: str, from_: str, url: str, fallback_url: str, status_callback: str, timeout: int
    ) -> str:
        if self.failures:
            raise self.failures.pop(0)
        asked = {"to": to, "from_": from_, "url": url, "fallback_url": fallback_url}
        self.placed.append(asked | {"status_callback": status_callback, "timeout": timeout})
        return f"CAplaced{len(self.placed)}"

    def call(self, sid: str) -> CarrierCall:
        self._fail()
        if sid not in self.calls:
            raise CarrierRefused("no such call", status=404)
        return self.calls[sid]

    def calls_between(self, *, from_: str, to: str) -> list[CarrierCall]:
        self._fail()
        assert all(number.startswith("+") for number in (from_, to))
        return list(self.calls.values())  # more than was asked for: what is not the attempt's own must be told apart

    def calls_below(self, sid: str) -> list[CarrierCall]:
        self._fail()
        if self.refusal is not None:
            raise self.refusal
        assert sid in self.calls
        return list(reversed(self.calls.values()))

    def _fail(self) -> None:
        if self.away:
            raise CarrierUnavailable("the carrier is away")

    def says(self, sid: str, status: str, **more: Any) -> None:
        """From now on the carrier tells this of a call."""
        unsaid = dict.fromkeys(
            ("direction", "from_", "to", "parent_sid", "duration", "created_at", "started_at", "ended_at")
        )
        self.calls[sid] = CarrierCall(sid=sid, status=status, **(unsaid | more))


@dataclass
class World:
    """Ids of what is there, and the few moves the tests share."""

    engine: Engine
    clock: HandClock
    brand: int
    department: int
    ticket: int
    agents: list[int]
    carrier: HandCarrier = field(default_factory=HandCarrier)
    rules: CallbackRules = RULES

    def ask(self, number: str = CALLER, *, ticket: int | None = None) -> int:
        """Ask for a callback as staff would; its id."""
        with transaction(self.engine) as session:
            wanted = ticket or self.ticket
            callback = request(session, ticket_id=wanted, number=number, actor="account:1", now=self.clock())
            return callback.id

    def judge(self, callback_id: int) -> Judged:
        with transaction(self.engine) as session:
            return judge(session, callback_id=callback_id, rules=self.rules, now=self.clock())

    def place(self, callback_id: int) -> Placing:
        return place(self.engine, self.carrier, callback_id=callback_id, rules=self.rules, clock=self.clock)

    def rung(self, number: str = CALLER) -> tuple[int, int, str]:
        """A callback whose agent is being rung: its id, the attempt's id, the SID of the agent's leg."""
        callback_id = self.ask(number)
        assert self.judge(callback_id) is Judged.QUEUED
        assert self.place(callback_id) is Placing.RUNG
        attempt = self.attempts(callback_id)[-1]
        assert attempt.sid is not None
        return callback_id, attempt.id, attempt.sid

    def callback(self, callback_id: int) -> Callback:
        with transaction(self.engine) as session:
            return session.get_one(Callback, callback_id)

    def attempts(self, callback_id: int) -> Sequence[CallbackAttempt]:
        with transaction(self.engine) as session:
            statement = select(CallbackAttempt).where(CallbackAttempt.callback_id == callback_id)
            return session.scalars(statement.order_by(CallbackAttempt.number)).all()

    def events(self, ticket: int | None = None) -> list[Event]:
        with transaction(self.engine) as session:
            statement = select(Event).where(Event.ticket_id == (ticket or self.ticket)).order_by(Event.id)
            return list(session.scalars(statement))

    def event(self, type: str) -> Event:
        """The one event of a type."""
        [found] = [event for event in self.events() if event.type == type]
        return found

    def told(self) -> list[str]:
        return [event.type for event in self.events()]

    def jobs(self, job: str) -> list[OutboxRow]:
        with transaction(self.engine) as session:
            return list(session.scalars(select(OutboxRow).where(OutboxRow.job == job).order_by(OutboxRow.id)))

    def legs(self) -> dict[str, Leg]:
        """Legs by role; the newest of each."""
        with transaction(self.engine) as session:
            return {leg.role: leg for leg in session.scalars(select(Leg).order_by(Leg.id))}

    def calls(self) -> list[Call]:
        with transaction(self.engine) as session:
            return list(session.scalars(select(Call).where(Call.direction == "outbound").order_by(Call.id)))

    def the_ticket(self) -> Ticket:
        with transaction(self.engine) as session:
            return session.get_one(Ticket, self.ticket)


def make_world(engine: Engine, clock: HandClock, *, agents: int = 2) -> World:
    """A billing department, agents always on shift, a ticket of Ann's, and a stranger's brand as noise."""
    clock.set(NEW_YORK_MORNING)
    with transaction(engine) as session:
        brand = make_brand(session, name="Acme", zone="America/New_York")
        department = make_department(session, brand)
        make_phone_number(session, brand, OUR_NUMBER)
        people = [add_agent(session, department.id, phone=f"+1202555020{n}") for n in range(agents)]
        customer = make_customer(session, brand, CALLER, name="Ann")
        ticket = make_ticket(session, brand, department_id=department.id, customer_id=customer.id)
        other = make_brand(session)
        add_agent(session, make_department(session, other).id, phone="+12025550299")
        return World(engine, clock, brand.id, department.id, ticket.id, people)


def add_agent(session: Session, department_id: int, *, phone: str | None, on_shift: bool = True) -> int:
    """An agent of the department, at work round the clock unless told otherwise."""
    from people.models import Brand

    department = session.get_one(Department, department_id)
    brand = session.get_one(Brand, department.brand_id)
    account = make_account(session, brand, departments=[department], phone=phone)
    for weekday in range(7) if on_shift else ():
        session.add(Shift(account_id=account.id, weekday=weekday, starts=time(), ends=time(), zone="UTC"))
    session.flush()
    return account.id

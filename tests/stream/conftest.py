"""A stream in a process of its own, on a real port, beside the test's database."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from core.config import Settings
from core.database import transaction
from people.models import Brand
from tests.factories.people import make_brand
from tests.factories.tickets import make_event, make_ticket
from tests.ports import free_port
from tests.stream.running import Stream, started


@pytest.fixture(scope="module", name="free_port")
def _free_port() -> int:
    return free_port()


@pytest.fixture
def brand(engine: Engine) -> int:
    """The id of a brand."""
    with transaction(engine) as session:
        return make_brand(session).id


@pytest.fixture
def happens(engine: Engine, brand: int) -> Callable[[], int]:
    """Let something happen to a new ticket: its number."""

    def one() -> int:
        with transaction(engine) as session:
            owner = session.get_one(Brand, brand)
            ticket = make_ticket(session, owner)
            make_event(session, owner, ticket_id=ticket.id)
            return ticket.number

    return one


@pytest.fixture
def stream(settings: Settings, brand: int, free_port: int) -> Iterator[Stream]:
    """A fresh stream process."""
    with started(settings, free_port) as running:
        yield running

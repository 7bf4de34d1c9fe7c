"""An installation that holds something of everything, and somebody of each role who asks for its pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.browser.catalogue import STRANGER
from tests.browser.rarities import add_rarities
from tests.browser.served import Served, serve
from tests.clock import HandClock
from tests.conftest import EMPTY, settings_for

Enter = Callable[[str], FlaskClient]


@pytest.fixture(scope="module")
def inhabited(
    _shared_engine: Engine, servers: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """For tests of one module that change nothing."""
    folder = Path(tmp_path_factory.mktemp("inhabited"))
    with _shared_engine.begin() as connection:
        connection.execute(EMPTY)
    settings = settings_for(servers, folder)
    with serve(background=False, clock=HandClock(), settings=settings, engine=_shared_engine, folder=folder) as served:
        add_rarities(served.house)
        yield served


@pytest.fixture(scope="module")
def enter(inhabited: Served) -> Enter:
    """`enter("agent")` asks as somebody with that role, without following where an answer leads."""
    kept: dict[str, FlaskClient] = {}

    def client(role: str) -> FlaskClient:
        if role not in kept:
            kept[role] = inhabited.house.app.test_client()
            if role != STRANGER:
                cookie = inhabited.cookie(role)
                kept[role].set_cookie(str(cookie["name"]), str(cookie["value"]))
        return kept[role]

    return client

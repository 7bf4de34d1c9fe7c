"""A house for each story."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.house import House, open_house
from tests.stories.reconciliation import Losing


@pytest.fixture
def opened(settings, engine, clock, tmp_path) -> Iterator[Callable[..., House]]:
    """Open a house with circumstances of your own: `opened(delivery=Twice)`."""
    with ExitStack() as stack:

        def opening(**circumstances: Any) -> House:
            return stack.enter_context(
                open_house(
                    **({"settings": settings, "engine": engine, "clock": clock, "folder": tmp_path} | circumstances)
                )
            )

        yield opening


@pytest.fixture
def house(opened: Callable[..., House]) -> House:
    """An ordinary house: everything arrives once, in order."""
    return opened()


@pytest.fixture
def losing(opened: Callable[..., House]) -> House:
    """A house whose carrier loses callbacks to the addresses in `carrier.delivery.lost`, until it releases them."""
    return opened(delivery=Losing)

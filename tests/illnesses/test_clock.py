"""A clock that is off: ours or the carrier's."""

from datetime import timedelta

import pytest

from ivr.call_news import believable
from tests.clock import MONDAY_MORNING


@pytest.mark.parametrize(("off", "believed"), [(timedelta(hours=23), True), (timedelta(days=1), False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_time_a_day_off_is_not_believed(off, believed, sign):
    told = MONDAY_MORNING + sign * off
    assert believable(told, MONDAY_MORNING) == (told if believed else None)

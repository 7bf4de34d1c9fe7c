"""A department's week as bars and words."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.week import MINUTES, Bar, specials_of, week_of
from people.hours import DayException, Hours, Interval, Schedule

WEDNESDAY = datetime(2026, 11, 25, 14, 32, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def schedule(*week, exceptions=(), zone=UTC_ZONE):
    return Schedule(zone=zone, week=week, exceptions=exceptions)


def test_a_day_shows_its_hours_and_says_them():
    days = week_of(schedule(Interval(2, time(9), time(12)), Interval(2, time(13), time(17))), now=WEDNESDAY)
    assert days[2].bars == (Bar(540, 180), Bar(780, 240))
    assert days[2].said == "09:00–12:00, 13:00–17:00"
    assert [day.said for day in days if not day.bars] == ["closed"] * 6
    assert [day.name for day in days if day.is_today] == ["Wed"]


def test_hours_past_midnight_go_on_in_the_next_day_also_from_sunday_to_monday():
    days = week_of(schedule(Interval(6, time(22), time(2))), now=WEDNESDAY)
    assert days[6].bars == (Bar(1320, 120),)
    assert days[0].bars == (Bar(0, 120),)
    assert (days[6].said, days[0].said) == ("22:00–02:00", "closed")


def test_today_is_where_the_department_is():
    [today] = [day.name for day in week_of(schedule(zone=ZoneInfo("Pacific/Auckland")), now=WEDNESDAY) if day.is_today]
    assert today == "Thu"


@given(st.times(), st.times())
def test_a_span_covers_as_many_minutes_as_it_lasts(opens, closes):
    opens, closes = (moment.replace(second=0, microsecond=0) for moment in (opens, closes))
    bars = [bar for day in week_of(schedule(Interval(0, opens, closes)), now=WEDNESDAY) for bar in day.bars]
    lasts = (closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute) % MINUTES or MINUTES
    assert sum(bar.length for bar in bars) == lasts
    assert all(bar.at >= 0 and bar.at + bar.length <= MINUTES for bar in bars)


@pytest.mark.parametrize(
    ("exception", "shown"),
    [
        (DayException(date(2026, 12, 25), (), "Christmas Day"), ("Fri 25 Dec", "Christmas Day", "closed")),
        (DayException(date(2026, 11, 25), (Hours(time(9), time(12)),)), ("Wed 25 Nov", "", "09:00–12:00")),
    ],
)
def test_a_date_that_differs_is_told(exception, shown):
    [one] = specials_of(schedule(exceptions=(exception,)), now=WEDNESDAY)
    assert (one.date, one.name, one.said) == shown


def test_dates_gone_by_and_far_ahead_are_not_told():
    gone, far = DayException(date(2026, 11, 24)), DayException(date(2027, 4, 1))
    assert specials_of(schedule(exceptions=(gone, far)), now=WEDNESDAY) == []

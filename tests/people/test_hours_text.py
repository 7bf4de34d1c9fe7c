"""Opening hours as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.hours import Hours, Interval
from people.hours_text import HoursTextError, hours_text, parse_hours, parse_week, week_text


def test_a_range_a_list_and_a_single_day_are_read():
    week = parse_week("Mon-Wed 09:00-17:00; thursday, SAT 10:00-12:00,13:00-24:00")
    assert week == (
        *(Interval(day, time(9), time(17)) for day in range(3)),
        Interval(3, time(10), time(12)),
        Interval(3, time(13), time()),
        Interval(5, time(10), time(12)),
        Interval(5, time(13), time()),
    )


def test_a_range_may_pass_the_end_of_the_week():
    assert [interval.weekday for interval in parse_week("Sat-Mon 09:00-17:00")] == [0, 5, 6]


def test_closed_and_nothing_are_no_hours():
    assert parse_week("closed") == parse_week("  ") == ()
    assert parse_week("Mon-Fri 09:00-17:00; Sat closed") == parse_week("Mon-Fri 09:00-17:00")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Mon 9-17", "“9-17” is not an opening and a closing time"),
        ("Mon 09:00-25:00", "25:00 is not a time"),
        ("Mon 24:00-02:00", "24:00 is not a time"),
        ("Mon 09:60-10:00", "09:60 is not a time"),
        ("Mo 09:00-17:00", "“Mo” is not a day"),
        ("Moon 09:00-17:00", "“Moon” is not a day"),
        ("Mon-Tue-Wed 09:00-17:00", "not a range of days"),
        ("09:00-17:00", "“09:00-17:00” is not days and times"),
        ("Mon", "“Mon” is not days and times"),
        ("Mon 09:00-17:00, Tue 09:00-17:00", "not an opening and a closing time"),
        ("Mon 09:00-12:00, 11:00-13:00", "from Mon 09:00 and those from Mon 11:00 overlap"),
        ("Mon 22:00-06:00; Tue 05:00-09:00", "from Mon 22:00 and those from Tue 05:00 overlap"),
        ("Sun 22:00-06:00; Mon 05:00-09:00", "from Sun 22:00 and those from Mon 05:00 overlap"),
        ("Mon 09:00-17:00; Mon-Fri 09:00-17:00", "overlap"),
        ("x" * 3000, "3000 characters are too many"),
    ],
)
def test_what_cannot_be_read_is_refused_with_field_and_cure(text, problem):
    with pytest.raises(HoursTextError) as caught:
        parse_week(text, field="Technical, hours")
    assert problem in str(caught.value)
    assert str(caught.value).startswith("Technical, hours: ")
    assert caught.value.cure


def test_a_single_day_has_hours_or_is_closed():
    assert parse_hours("13:00–17:00, 09:00-12:00") == (Hours(time(9), time(12)), Hours(time(13), time(17)))
    assert parse_hours("closed") == ()
    with pytest.raises(HoursTextError, match="overlap"):
        parse_hours("09:00-12:00, 11:00-13:00")


def test_equal_neighbouring_days_are_written_once():
    assert week_text(parse_week("tue 09:00-17:00; mon 09:00-17:00")) == "Mon,Tue 09:00-17:00"
    assert week_text(parse_week("Mon-Fri 09:00-17:00; Sun 10:00-24:00")) == "Mon-Fri 09:00-17:00; Sun 10:00-24:00"
    assert week_text(parse_week("Daily 00:00-24:00")) == "Daily 00:00-24:00"
    assert week_text(()) == "closed"
    assert hours_text(()) == "closed"


@st.composite
def tidy_weeks(draw: st.DrawFn) -> tuple[Interval, ...]:
    """Weeks without overlaps: cut points around the week, every second stretch open, none over 24 hours."""
    points = sorted(draw(st.sets(st.integers(0, 7 * 1440 - 1), max_size=16)))
    pairs = list(zip(points[::2], points[1::2], strict=False))
    return tuple(Interval(start // 1440, _clock(start), _clock(end)) for start, end in pairs if end - start <= 1440)


def _clock(minute: int) -> time:
    return time(minute % 1440 // 60, minute % 60)


@given(tidy_weeks())
def test_a_week_written_and_read_is_the_same_week(week):
    assert parse_week(week_text(week)) == week


@given(st.text(alphabet="MonTueSat dayclosed0123456789:-–;, \n\x00é", max_size=60))
def test_no_text_does_anything_but_parse_or_be_refused(text):
    try:
        week = parse_week(text)
    except HoursTextError:
        return
    assert parse_week(week_text(week)) == week

"""Opening hours and business time, against written examples and against a clock read minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.hours import (
    DayException,
    Hours,
    Interval,
    NeverOpenError,
    Schedule,
    add_open_time,
    closes_at,
    first_instant,
    is_open,
    next_opening,
    open_seconds,
)
from people.hours_text import parse_week

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
DESK = parse_week("Mon-Fri 09:00-17:00")
MINUTE = timedelta(minutes=1)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def desk(*exceptions: DayException, closed_now: bool = False) -> Schedule:
    return Schedule(LONDON, DESK, exceptions, closed_now)


# The business time tests of the contact-centre reference, §7


def test_two_hours_from_friday_afternoon_fall_due_on_monday_across_the_autumn_clock_change():
    assert add_open_time(desk(), london("2026-10-23T16:30"), 7200) == london("2026-10-26T10:30")


def test_a_holiday_monday_moves_the_due_time_to_tuesday():
    holiday = DayException(date(2026, 5, 25), name="Spring bank holiday")
    assert add_open_time(desk(holiday), london("2026-05-22T16:30"), 7200) == london("2026-05-26T10:30")


def test_an_hour_asked_for_on_saturday_is_up_on_monday_at_ten():
    assert add_open_time(desk(), london("2026-10-24T12:00"), 3600) == london("2026-10-26T10:00")


def test_a_pause_keeps_the_seconds_already_used():
    used = open_seconds(desk(), london("2026-10-23T16:30"), london("2026-10-26T09:15"))
    assert used == 45 * 60
    assert add_open_time(desk(), london("2026-10-26T11:00"), 4 * 3600 - used) == london("2026-10-26T14:15")


def test_eight_hours_on_an_eight_to_five_desk_end_the_next_afternoon():
    schedule = Schedule(LONDON, parse_week("Mon-Fri 08:00-17:00"))
    assert add_open_time(schedule, london("2026-11-17T16:00"), 8 * 3600) == london("2026-11-18T15:00")


# Clock changes


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 11, 1), 7), (date(2026, 3, 8), 5), (date(2026, 6, 7), 6)])
def test_midnight_to_six_in_new_york_lasts_what_the_clock_says(day, hours):
    schedule = Schedule(NEW_YORK, parse_week("Sun 00:00-06:00"))
    start = datetime.combine(day, time(), NEW_YORK)
    assert open_seconds(schedule, start, start + timedelta(days=1)) == hours * 3600


def test_seconds_between_two_clock_times_count_the_repeated_hour():
    always = Schedule(NEW_YORK, parse_week("Daily 00:00-24:00"))
    assert open_seconds(always, new_york("2026-11-01T00:00"), new_york("2026-11-01T06:00")) == 7 * 3600


def test_hours_that_close_in_the_repeated_hour_close_once_and_for_good():
    schedule = Schedule(NEW_YORK, parse_week("Sun 00:00-01:30"))
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 EDT; 01:30 EST follows an hour later
    assert closes_at(schedule, first - MINUTE) == first
    assert not any(is_open(schedule, first + n * MINUTE) for n in range(120))


def test_hours_that_open_in_the_skipped_hour_open_at_the_change():
    schedule = Schedule(NEW_YORK, parse_week("Sun 02:30-06:00"))
    assert next_opening(schedule, new_york("2026-03-08T00:00")) == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_hours_that_lie_in_the_skipped_hour_are_left_out():
    schedule = Schedule(NEW_YORK, parse_week("Sun 02:00-02:45"))
    assert open_seconds(schedule, new_york("2026-03-08T00:00"), new_york("2026-03-09T00:00")) == 0
    assert next_opening(schedule, new_york("2026-03-08T00:00")) == new_york("2026-03-15T02:00")


def test_a_date_that_a_zone_skipped_has_no_hours():
    apia = ZoneInfo("Pacific/Apia")  # 2011-12-30 never was: the clock went from the 29th to the 31st
    friday = Schedule(apia, parse_week("Fri 09:00-17:00"))
    start = datetime(2011, 12, 29, 10, tzinfo=UTC)
    assert open_seconds(friday, start - timedelta(days=1), start + timedelta(days=2)) == 0


# Days, nights, exceptions, the switch


def test_opening_is_inside_and_closing_outside():
    assert not is_open(desk(), london("2026-11-20T08:59:59"))
    assert is_open(desk(), london("2026-11-20T09:00:00"))
    assert is_open(desk(), london("2026-11-20T16:59:59"))
    assert not is_open(desk(), london("2026-11-20T17:00:00"))


def test_a_night_shift_runs_on_past_midnight():
    night = Schedule(LONDON, parse_week("Fri 22:00-06:00"))
    assert is_open(night, london("2026-11-21T05:59"))
    assert not is_open(night, london("2026-11-21T06:00"))
    assert not is_open(night, london("2026-11-20T05:59"))


def test_equal_times_are_a_whole_day():
    always = Schedule(LONDON, parse_week("Daily 00:00-24:00"))
    assert open_seconds(always, london("2026-11-16T00:00"), london("2026-11-23T00:00")) == 7 * 86400
    assert closes_at(always, london("2026-11-16T00:00")) is None


def test_always_open_closes_at_the_next_excepted_date():
    christmas = DayException(date(2026, 12, 25), name="Christmas Day")
    always = Schedule(LONDON, parse_week("Daily 00:00-24:00"), (christmas,))
    assert closes_at(always, london("2026-11-22T12:00")) == london("2026-12-25T00:00")
    assert next_opening(always, london("2026-12-25T12:00")) == london("2026-12-26T00:00")


def test_an_exception_takes_the_place_of_the_week():
    early = DayException(date(2026, 12, 24), (Hours(time(9), time(12)),))
    assert is_open(desk(early), london("2026-12-24T11:59"))
    assert not is_open(desk(early), london("2026-12-24T12:00"))


def test_an_exception_can_open_a_day_that_is_closed_every_week():
    saturday = DayException(date(2026, 11, 28), (Hours(time(10), time(14)),), "Sale")
    assert next_opening(desk(saturday), london("2026-11-27T18:00")) == london("2026-11-28T10:00")


def test_a_night_before_an_excepted_date_ends_at_midnight():
    night = Schedule(LONDON, parse_week("Daily 22:00-06:00"), (DayException(date(2026, 12, 25)),))
    assert closes_at(night, london("2026-12-24T23:00")) == london("2026-12-25T00:00")
    assert not is_open(night, london("2026-12-25T03:00"))
    assert next_opening(night, london("2026-12-25T03:00")) == london("2026-12-26T22:00")


def test_an_exceptional_night_runs_on_into_an_ordinary_date():
    party = DayException(date(2026, 11, 20), (Hours(time(20), time(2)),))
    assert is_open(desk(party), london("2026-11-21T01:59"))
    assert not is_open(desk(party), london("2026-11-20T10:00"))


def test_the_last_of_two_exceptions_for_one_date_counts():
    twice = desk(DayException(date(2026, 11, 20)), DayException(date(2026, 11, 20), (Hours(time(9), time(10)),)))
    assert is_open(twice, london("2026-11-20T09:30"))


def test_the_emergency_switch_closes_whatever_is_written_but_stops_no_promise():
    shut = desk(closed_now=True)
    now = london("2026-11-20T10:00")
    assert not is_open(shut, now)
    assert next_opening(shut, now) is None
    assert closes_at(shut, now) is None
    assert open_seconds(shut, now, now + timedelta(hours=1)) == 3600


def test_the_next_opening_of_an_open_desk_is_now():
    now = london("2026-11-20T10:00")
    assert next_opening(desk(), now) == now


def test_a_desk_that_never_opens_says_so():
    never = Schedule(LONDON, ())
    assert next_opening(never, london("2026-11-20T10:00")) is None
    with pytest.raises(NeverOpenError):
        add_open_time(never, london("2026-11-20T10:00"), 1)


def test_open_time_can_be_spread_over_more_than_a_year():
    yearly = Schedule(LONDON, parse_week("Mon 09:00-09:01"))
    due = add_open_time(yearly, london("2026-11-23T09:00"), 60 * 80)
    assert due == london("2028-05-29T09:01")


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        is_open(desk(), london("2026-11-20T10:00").replace(tzinfo=None))
    with pytest.raises(ValueError, match="weekday"):
        Interval(7, time(9), time(17))


# Properties, in random zones, against an oracle that reads the clock once a minute

ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/London",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",  # half-hour summer time
        "America/Havana",  # changes at midnight
        "Asia/Kathmandu",
        "Pacific/Chatham",
        "Africa/Casablanca",
        "Asia/Beirut",
    )
]
quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
hours = st.builds(Hours, quarters, quarters)
wall_times = st.builds(datetime.combine, st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.times())
weeks = st.lists(st.builds(Interval, st.integers(0, 6), quarters, quarters), max_size=8).map(tuple)
# Around the clock changes of 2026 as often as elsewhere.
starts = st.sampled_from([date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31)]) | st.dates(
    date(2026, 1, 1), date(2026, 12, 31)
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    zone = draw(st.sampled_from(ZONES))
    first = draw(starts)
    near = st.integers(-1, 3).map(lambda n: first + timedelta(days=n))
    exceptions = st.lists(
        st.builds(DayException, near, st.lists(hours, max_size=2).map(tuple)), max_size=2, unique_by=lambda e: e.date
    )
    schedule = Schedule(zone, draw(weeks), tuple(draw(exceptions)))
    return schedule, datetime.combine(first, time(), UTC) + draw(st.integers(0, 1439)) * MINUTE


class Oracle:
    """Walks from two days before the start and keeps, for every interval, whether its clock times were reached."""

    def __init__(self, schedule: Schedule, start: datetime, minutes: int) -> None:
        begin = start - timedelta(days=3)
        walk = [begin + n * MINUTE for n in range(minutes + 3 * 1440)]
        shown = [moment.astimezone(schedule.zone).replace(tzinfo=None) for moment in walk]
        highest: list[datetime] = []
        for wall in shown:
            highest.append(max(wall, highest[-1]) if highest else wall)
        spans = list(self._written(schedule, shown[0].date(), shown[-1].date()))
        # An interval holds from the first minute whose clock reaches its opening to the first that reaches its end:
        # once reached, a clock put back does not undo it.
        self.open = {
            moment: any(opens <= high < closes for opens, closes in spans)
            for moment, high in zip(walk, highest, strict=True)
        }

    @staticmethod
    def _written(schedule: Schedule, first: date, last: date):
        excepted = {exception.date: exception.hours for exception in schedule.exceptions}
        day = first
        while day <= last:
            weekly = [Hours(i.opens, i.closes) for i in schedule.week if i.weekday == day.weekday()]
            tomorrow = day + timedelta(days=1)
            for span in excepted.get(day, weekly):
                closes = datetime.combine(day, span.closes)
                if span.closes <= span.opens:
                    closes += timedelta(days=1)
                    if tomorrow in excepted:
                        closes = datetime.combine(tomorrow, time())
                yield datetime.combine(day, span.opens), closes
            day = tomorrow


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_question_agrees_with_a_clock_read_minute_by_minute(case):
    schedule, start = case
    oracle = Oracle(schedule, start, 2 * 1440)
    window = [start + n * MINUTE for n in range(2 * 1440)]
    opened = [moment for moment in window if oracle.open[moment]]

    assert [moment for moment in window if is_open(schedule, moment)] == opened
    assert open_seconds(schedule, start, start + timedelta(days=2)) == 60 * len(opened)
    if opened:
        assert next_opening(schedule, start) == opened[0]
        closing = next((m for m in window if m > opened[0] and not oracle.open[m]), None)
        if closing is not None:
            assert closes_at(schedule, opened[0]) == closing


@settings(max_examples=200, deadline=None)
@given(cases(), st.integers(0, 60 * 86400))
def test_adding_open_time_and_measuring_it_agree(case, seconds):
    schedule, start = case
    if not schedule.week:
        return
    due = add_open_time(schedule, start, seconds)
    assert open_seconds(schedule, start, due) == seconds
    if seconds:
        assert is_open(schedule, due - timedelta(microseconds=1))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), wall_times)
def test_the_first_instant_shows_the_time_or_later_and_the_moment_before_shows_less(zone, wall):
    instant = first_instant(zone, wall)
    assert instant.astimezone(zone).replace(tzinfo=None) >= wall
    assert (instant - timedelta(microseconds=1)).astimezone(zone).replace(tzinfo=None) < wall

"""Who is at work by the calendar."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from people.shifts import Absence, Shift, absent, around_the_clock, on_shift

BERLIN = ZoneInfo("Europe/Berlin")
MANILA = ZoneInfo("Asia/Manila")
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_shift_is_read_in_the_persons_own_zone():
    shift = Shift(0, time(9), time(17), BERLIN)
    assert on_shift([shift], [], datetime(2026, 11, 23, 8, tzinfo=UTC))
    assert not on_shift([shift], [], datetime(2026, 11, 23, 16, tzinfo=UTC))


def test_a_night_shift_belongs_to_the_evening_it_begins():
    shift = Shift(0, time(22), time(6), MANILA)
    assert on_shift([shift], [], datetime(2026, 11, 23, 21, 59, tzinfo=UTC))  # Tuesday 05:59 there
    assert not on_shift([shift], [], datetime(2026, 11, 22, 21, tzinfo=UTC))  # Monday 05:00 there


def test_a_split_shift_has_a_gap():
    shifts = [Shift(0, time(8), time(12), BERLIN), Shift(0, time(13), time(17), BERLIN)]
    assert not on_shift(shifts, [], datetime(2026, 11, 23, 11, 30, tzinfo=UTC))


def test_nobody_without_a_shift_is_at_work():
    assert not on_shift([], [], MONDAY_NOON)


def test_an_absence_outdoes_the_shift_until_its_end():
    back = MONDAY_NOON + timedelta(hours=1)
    away = Absence(MONDAY_NOON, back, "dentist")
    always = around_the_clock(BERLIN)
    assert on_shift(always, [away], MONDAY_NOON - timedelta(seconds=1))
    assert not on_shift(always, [away], MONDAY_NOON)
    assert on_shift(always, [away], back)


def test_of_two_absences_the_longer_is_told():
    short = Absence(MONDAY_NOON, MONDAY_NOON + timedelta(hours=1), "dentist")
    long = Absence(MONDAY_NOON, MONDAY_NOON + timedelta(days=5), "leave")
    assert absent([long, short], MONDAY_NOON) == long
    assert absent([], MONDAY_NOON) is None


def test_around_the_clock_has_no_gap_at_a_clock_change():
    start = datetime(2026, 10, 24, tzinfo=UTC)
    always = around_the_clock(BERLIN)
    assert all(on_shift(always, [], start + timedelta(minutes=15 * n)) for n in range(192))

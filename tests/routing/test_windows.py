"""When a person may be called, by the clock where they are."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.split_area_codes import SPLIT_AREA_CODES
from routing.windows import AskForZone, CallingWindow, next_allowed, zones_of

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
NEW_YORK = "+12125550123"


@pytest.mark.parametrize(
    ("place", "number"),
    [("New York 09:30", NEW_YORK), ("Chicago 08:30", "+13125550123")],
)
def test_places_inside_the_window_are_called_at_once(place, number):
    assert next_allowed(number, None, NOW) == NOW


@pytest.mark.parametrize(
    ("place", "number", "opens"),
    [
        ("Denver 07:30", "+13035550123", "2026-11-23T15:00+00:00"),
        ("Phoenix 07:30", "+16025550123", "2026-11-23T15:00+00:00"),
        ("Los Angeles 06:30", "+12135550123", "2026-11-23T16:00+00:00"),
        ("Honolulu 04:30", "+18085550123", "2026-11-23T18:00+00:00"),
    ],
)
def test_places_where_it_is_too_early_are_called_at_eight(place, number, opens):
    assert next_allowed(number, None, NOW) == datetime.fromisoformat(opens)


def test_eight_is_inside_and_nine_in_the_evening_outside():
    at = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("America/New_York"))
    evening = at.replace(hour=21)
    assert next_allowed(NEW_YORK, None, at) == at
    assert next_allowed(NEW_YORK, None, at - timedelta(microseconds=1)) == at
    assert next_allowed(NEW_YORK, None, evening - timedelta(microseconds=1)) < evening
    assert next_allowed(NEW_YORK, None, evening) == at + timedelta(days=1)


def test_the_customers_own_zone_comes_before_the_numbers():
    assert next_allowed(NEW_YORK, "America/Los_Angeles", NOW) == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert next_allowed("+12135550123", "America/New_York", NOW) == NOW


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe", "\x00"])
def test_a_zone_nobody_knows_counts_as_none(zone):
    assert next_allowed(NEW_YORK, zone, NOW) == NOW


def test_every_zone_of_an_area_code_has_to_be_inside():
    tennessee = "+14235550123"
    assert set(zones_of(tennessee)) == {"America/New_York", "America/Chicago"}
    early = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)  # 08:30 Eastern, 07:30 Central
    assert next_allowed(tennessee, None, early) == datetime(2026, 11, 23, 14, tzinfo=UTC)
    late = datetime(2026, 11, 24, 2, tzinfo=UTC)  # 21:00 Eastern, 20:00 Central
    assert next_allowed(tennessee, None, late) == datetime(2026, 11, 24, 14, tzinfo=UTC)


def test_every_zone_of_the_split_area_codes_exists():
    assert {len(code) for code in SPLIT_AREA_CODES} == {3}
    assert {ZoneInfo(zone).key for zones in SPLIT_AREA_CODES.values() for zone in zones}


def test_a_number_of_a_whole_continent_waits_until_all_of_it_is_awake():
    at = next_allowed("+18005550123", None, NOW)  # from Guam over Samoa to Newfoundland
    assert at == datetime(2026, 11, 23, 22, tzinfo=UTC)


def test_a_number_whose_zones_are_never_all_inside_has_to_be_asked_for():
    answer = next_allowed("+18005550123", None, NOW, window=CallingWindow(time(9), time(17)))
    assert isinstance(answer, AskForZone)
    assert len(answer.zones) > 10
    assert "time zones" in str(answer.sentence)


@pytest.mark.parametrize("number", ["+999123456", "anonymous", ""])
def test_a_number_of_nowhere_has_to_be_asked_for(number):
    answer = next_allowed(number, None, NOW)
    assert answer == AskForZone(number, ())
    assert str(answer.sentence).startswith("It is not known")


def test_a_caribbean_mobile_has_its_islands_zone():
    assert zones_of("+18765550123") == ("America/Jamaica",)


def test_a_stricter_window_can_be_given():
    until_eight = CallingWindow(time(8), time(20))
    evening = datetime(2026, 11, 23, 20, tzinfo=ZoneInfo("America/New_York"))
    assert next_allowed(NEW_YORK, None, evening) == evening
    assert next_allowed(NEW_YORK, None, evening, window=until_eight) == evening + timedelta(hours=12)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([NEW_YORK, "+12135550123", "+14235550123", "+442079460123", "+18085550123", "+61291234567"]),
    st.integers(0, 366 * 24 * 60),
)
def test_the_answer_is_inside_for_every_zone_and_no_earlier_minute_is(number, minutes):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    zones = [ZoneInfo(name) for name in zones_of(number)]

    def inside(moment: datetime) -> bool:
        return all(8 <= moment.astimezone(zone).hour < 21 for zone in zones)

    answer = next_allowed(number, None, now)
    assert isinstance(answer, datetime)
    assert inside(answer)
    steps = -(-(answer - now) // timedelta(minutes=1))
    assert not any(inside(now + timedelta(minutes=n)) for n in range(steps))

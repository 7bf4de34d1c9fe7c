"""Public holidays for the table of exceptions."""

from datetime import date

import pytest

from people.holidays import UnknownCountryError, holidays_between


def test_english_holidays_are_in_order_and_named():
    found = holidays_between("GB", "ENG", date(2026, 5, 1), date(2026, 12, 31))
    assert found == [
        (date(2026, 5, 4), "May Day"),
        (date(2026, 5, 25), "Spring Bank Holiday"),
        (date(2026, 8, 31), "Late Summer Bank Holiday"),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 26), "Boxing Day"),
        (date(2026, 12, 28), "Boxing Day (observed)"),
    ]


def test_both_ends_are_included_and_years_may_change_between():
    found = holidays_between("us", None, date(2026, 12, 25), date(2027, 1, 1))
    assert [day for day, _ in found] == [date(2026, 12, 25), date(2027, 1, 1)]


def test_a_subdivision_adds_its_own_days():
    bavaria = dict(holidays_between("DE", "by", date(2026, 1, 1), date(2026, 12, 31)))
    berlin = dict(holidays_between("DE", "BE", date(2026, 1, 1), date(2026, 12, 31)))
    assert date(2026, 1, 6) in bavaria
    assert date(2026, 1, 6) not in berlin


def test_names_do_not_follow_the_locale_of_the_machine(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "ja")
    assert holidays_between("JP", "", date(2026, 1, 1), date(2026, 1, 2)) == [(date(2026, 1, 1), "New Year's Day")]


def test_a_time_that_ends_before_it_begins_has_none():
    assert holidays_between("US", None, date(2026, 2, 1), date(2026, 1, 1)) == []


@pytest.mark.parametrize(
    ("country", "subdivision", "words"),
    [("XX", None, "country “XX”"), ("", None, "country “”"), ("US", "ZZ", "US has no subdivision “ZZ”. Known: AK, ")],
)
def test_an_unknown_place_is_refused_with_what_to_write(country, subdivision, words):
    with pytest.raises(UnknownCountryError, match=words):
        holidays_between(country, subdivision, date(2026, 1, 1), date(2026, 12, 31))

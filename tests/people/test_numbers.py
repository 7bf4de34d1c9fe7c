"""What people key, write and send as a telephone number."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.numbers import PROBLEMS, NumberProblem, is_withheld, looks_e164, spoken_digits, to_e164


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("+12125550123", "US", "+12125550123"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("1 212.555.0123", "us", "+12125550123"),
        ("2125550123", "US", "+12125550123"),
        ("020 7946 0123", "GB", "+442079460123"),
        ("20 7946 0123", "GB", "+442079460123"),
        ("+44 (0)20 7946 0123", "GB", "+442079460123"),
        ("(+44) 20/7946/0123", "DE", "+442079460123"),
        ("030/1234567", "DE", "+49301234567"),
        ("06 1234 5678", "IT", "+390612345678"),  # Italy keeps its 0
        ("00442079460123", "GB", "+442079460123"),
        ("00442079460123", "US", "+442079460123"),
        ("011442079460123", "US", "+442079460123"),
        ("011442079460123", "DE", "+442079460123"),
        ("0011442079460123", "AU", "+442079460123"),  # 0011 is Australia's own prefix, not 00 and 11…
        ("01144960123", "GB", "+441144960123"),  # Sheffield, not 011 and Britain
        ("+44 7700 900123", "GB", "+447700900123"),  # right length, though kept for drama and in no list
        ("٢١٢ ٥٥٥ ٠١٢٣", "US", "+12125550123"),
        ("212–555−0123", "US", "+12125550123"),
        ("\uff0b1 212 555 0123", "GB", "+12125550123"),
        ("+1\u00a0212\u00a0555\u00a00123", "US", "+12125550123"),
    ],
)
def test_usual_ways_of_writing_a_number_are_read(text, country, e164):
    assert to_e164(text, country) == e164


@pytest.mark.parametrize(
    ("text", "country", "reason"),
    [
        ("", "US", "empty"),
        (" \n", "US", "empty"),
        ("1-800-FLOWERS", "US", "letters"),
        ("tel:+12125550123", "US", "letters"),
        ("+12125550123,,456", "US", "appended"),
        ("+12125550123;ext=7", "US", "appended"),
        ("+12125550123w99", "US", "appended"),
        ("2125550123 ext. 12", "US", "appended"),
        ("2125550123 x12", "US", "appended"),
        ("2125550123p9", "US", "appended"),
        ("2125550123#", "US", "appended"),
        ("*672125550123", "US", "characters"),
        ("++12125550123", "US", "characters"),
        ("212+5550123", "US", "characters"),
        ("212\x005550123", "US", "characters"),
        ("911", "US", "too_short"),
        ("5550123", "US", "too_short"),
        ("112", "GB", "too_short"),
        ("+1212555012345", "US", "too_long"),
        ("1" * 200, "US", "too_long"),
        ("+999123456789", "US", "no_such_number"),
        ("+31 00 000000", "US", "no_such_number"),
        ("+0", "US", "no_such_number"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason_and_a_cure(text, country, reason):
    problem = to_e164(text, country)
    assert isinstance(problem, NumberProblem)
    assert problem.reason == reason
    assert problem.sentence.endswith(".")


@given(st.text(max_size=60), st.sampled_from(["US", "GB", "DE", "AU", "IT", "XX"]))
def test_any_text_at_all_gives_e164_or_a_known_problem(text, country):
    result = to_e164(text, country)
    if isinstance(result, NumberProblem):
        assert result.reason in PROBLEMS
    else:
        assert re.fullmatch(r"\+[1-9][0-9]{5,14}", result)


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True), st.sampled_from(["US", "GB", "AU"]))
def test_reading_a_number_again_changes_nothing(text, country):
    once = to_e164(text, country)
    if isinstance(once, str):
        assert to_e164(once, "DE") == once


@pytest.mark.parametrize(
    "raw",
    [None, "", "  ", "anonymous", "Anonymous", "RESTRICTED", "Private", "unavailable", "blocked", "withheld", "unknown",
     "+266696687", "+86282452253", "+8656696", "+2562533", "+7378742833", "sip:anonymous@anonymous.invalid",
     "sip:Restricted@trunk.example", "sips:+266696687@trunk.example", "unknown@unknown", "sip:@trunk.example",
     "client:anonymous"],
)  # fmt: skip
def test_withheld_callers_are_known_however_they_are_spelt(raw):
    assert is_withheld(raw)
    assert not looks_e164(raw)


@pytest.mark.parametrize("raw", ["+12125550123", "+442079460123", "2125550123", "sip:alice@example.com", "911"])
def test_callers_with_a_name_or_number_are_not_withheld(raw):
    assert not is_withheld(raw)


@pytest.mark.parametrize("raw", ["12125550123", "+0123456789", "+123", "+12125550123\n", "+1 212", "+1234567890123456"])
def test_other_forms_do_not_look_like_e164(raw):
    assert not looks_e164(raw)


@pytest.mark.parametrize(
    ("e164", "spoken"),
    [
        ("+12125550123", "1, 2 1 2, 5 5 5, 0 1 2 3"),
        ("+442079460123", "4 4, 2 0 7, 9 4 6, 0 1 2 3"),
        ("+3545812345", "3 5 4, 5 8 1, 2 3 4 5"),
        ("+4930123456", "4 9, 3 0 1, 2 3 4, 5 6"),
        ("1001", "1 0 0 1"),
        ("", ""),
    ],
)
def test_digits_are_read_back_in_groups(e164, spoken):
    assert spoken_digits(e164) == spoken


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True))
def test_reading_back_leaves_no_digit_out(e164):
    assert re.sub(r"[ ,]", "", spoken_digits(e164)) == e164[1:]
    assert max(len(group.split()) for group in spoken_digits(e164).split(",")) <= 4


def test_the_callers_path_loads_no_number_or_holiday_library():
    program = (
        "import sys, people.numbers, people.hours, people.hours_text, people.shifts, people.holidays\n"
        "assert people.numbers.is_withheld('anonymous') and people.numbers.looks_e164('+12125550123')\n"
        "people.numbers.spoken_digits('+12125550123')\n"
        "assert not {'phonenumbers', 'holidays'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)

"""Which phrase was meant, and how digits are said and heard."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflows.matching import Match, Verdict, judge, ready, tokens
from callflows.speaking import heard_digits, spoken_date, spoken_digits, spoken_phone
from callflows.vocabulary import vocabulary

EN = vocabulary("en")
DESKS = ready({"billing": ["billing", "invoice"], "sales": ["sales", "buy something"]}, EN.fillers, EN.negations)


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("billing", "billing"),
        ("BILLING!", "billing"),
        ("the invoice please", "billing"),
        ("I'd like to buy something", "sales"),
        ("biling", "billing"),
        ("I have got an invoce here that is odd", "billing"),
    ],
)
def test_phrases_are_matched_tolerantly(said: str, label: str) -> None:
    match = DESKS.best(tokens(said))
    assert match is not None
    assert match.label == label


@pytest.mark.parametrize("said", ["", "…", "weather", "hello", "billing or sales", "xyz"])
def test_what_fits_nothing_or_two_things_is_no_match(said: str) -> None:
    assert DESKS.best(tokens(said)) is None


@given(st.text(max_size=300))
def test_any_utterance_can_be_matched(said: str) -> None:
    match = DESKS.best(tokens(said))
    assert match is None or 0 <= match.score <= 100


@given(st.floats(0, 1), st.floats(0, 100), st.floats(0, 100))
def test_more_confidence_never_makes_a_verdict_worse(confidence: float, score: float, rival: float) -> None:
    rank = {Verdict.REJECT: 0, Verdict.CONFIRM: 1, Verdict.ACCEPT: 2}
    match = Match("x", score, rival)
    assert rank[judge(match, min(1.0, confidence + 0.2))] >= rank[judge(match, confidence)]


def test_a_close_rival_is_asked_back() -> None:
    assert judge(Match("billing", 95, 90), 0.95) is Verdict.CONFIRM
    assert judge(Match("billing", 95, 80), 0.95) is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("four one five", "415"),
        ("415-555-0123", "4155550123"),
        ("oh two oh, double seven", "02077"),
        ("triple nine", "999"),
        ("one won to too two for", "112224"),
        ("four hundred", None),
        ("double", None),
        ("", None),
        ("my number is five", None),
    ],
)
def test_spoken_digits_are_heard_only_when_they_parse_cleanly(said: str, digits: str | None) -> None:
    assert heard_digits(said, EN) == digits


@given(st.text("0123456789", min_size=1, max_size=15))
def test_digits_spoken_are_digits_heard(number: str) -> None:
    assert heard_digits(spoken_digits(number), EN) == number
    assert heard_digits(spoken_phone(number), EN) == number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+14155550123", "4 1 5, 5 5 5, 0 1 2 3"),
        ("4155550123", "4 1 5, 5 5 5, 0 1 2 3"),
        ("+442079460958", "4 4 2, 0 7 9, 4 6, 0 9 5 8"),
        ("5550123", "5 5 5, 0 1 2 3"),
        ("123", "1 2 3"),
    ],
)
def test_a_phone_number_is_spoken_in_groups(number: str, words: str) -> None:
    assert spoken_phone(number) == words


def test_a_date_is_spoken_in_the_order_of_the_language() -> None:
    assert spoken_date(date(2026, 11, 5), EN) == "November 5, 2026"

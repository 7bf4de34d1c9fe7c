"""Where may be dialled, and how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.destinations import Allowed, DialledSoFar, DialPolicy, Refused, judge, judge_volume, prefix_of

US = DialPolicy(frozenset({"US"}))
GB = DialPolicy(frozenset({"GB"}))
BOTH = DialPolicy(frozenset({"US", "GB"}))


def code(number: str, policy: DialPolicy = BOTH) -> str:
    verdict = judge(number, policy=policy)
    if isinstance(verdict, Refused):
        assert str(verdict.sentence).endswith(".")
        return verdict.code
    return "allowed"


@pytest.mark.parametrize(
    ("number", "policy", "verdict"),
    [
        ("+12125550123", US, Allowed("US", "fixed_or_mobile")),
        ("+442079460123", GB, Allowed("GB", "fixed")),
        ("+447400123456", GB, Allowed("GB", "mobile")),
    ],
)
def test_ordinary_lines_of_the_countries_listed_are_allowed(number, policy, verdict):
    assert judge(number, policy=policy) == verdict


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+19005551234", "premium"),
        ("+1900", "short_code"),
        ("+12129761234", "premium"),
        ("+449098790000", "premium"),
        ("+4491", "short_code"),
        ("+44912345678901", "premium"),  # beyond the plan, refused by its first digits all the same
        ("+448712345678", "premium"),
        ("+979123456789", "premium"),
        ("+870773111632", "satellite"),
        ("+881612345678", "satellite"),
        ("+88213300655", "satellite"),
        ("+8835100012345", "satellite"),
        ("+878101234567", "personal"),
        ("+447012345678", "personal"),
        ("+15005550006", "personal"),
        ("+445612345678", "voip"),
        ("+448001111111", "toll_free"),
        ("+18005551234", "toll_free"),
        ("+443001234567", "uan"),
        ("+447640123456", "pager"),
        ("+18765550123", "country"),  # Jamaica
        ("+12423651234", "country"),  # Bahamas
        ("+18095551234", "country"),  # Dominican Republic
        ("+14165550123", "country"),  # Canada
        ("+441534556123", "country"),  # Jersey
        ("+33123456789", "country"),
        ("+911", "emergency"),
        ("911", "emergency"),
        ("999", "emergency"),
        ("+1911", "emergency"),
        ("+44999", "emergency"),
        ("+4911833", "short_code"),  # German directory enquiries
        ("12345", "short_code"),
        ("*67", "short_code"),
        ("+15555550123", "invalid"),
        ("+447700900123", "invalid"),
        ("+999123456789", "invalid"),
        ("2125550123", "invalid"),
        ("+12125550123,,5", "invalid"),
        ("+12125550123w5", "invalid"),
        ("+266696687", "invalid"),  # a withheld caller, spelt on the keypad
        ("", "invalid"),
    ],
)
def test_everything_else_is_refused_with_a_stable_code(number, reason):
    assert code(number) == reason


def test_nothing_is_allowed_without_a_country():
    assert code("+12125550123", DialPolicy(frozenset())) == "country"


def test_a_country_on_the_list_does_not_bring_its_paid_lines():
    assert code("+61190123456", DialPolicy(frozenset({"AU"}))) != "allowed"
    assert code("+61131234", DialPolicy(frozenset({"AU"}))) == "shared_cost"
    assert code("+34803123456", DialPolicy(frozenset({"ES"}))) == "premium"


def test_a_policy_may_allow_internet_telephony_but_never_premium():
    french = DialPolicy(frozenset({"FR"}), lines=frozenset({"fixed", "mobile", "voip", "premium"}))
    assert judge("+33912345678", policy=french) == Allowed("FR", "voip")
    assert code("+33899123456", french) == "premium"


def test_the_kill_switch_stops_every_number():
    stopped = DialPolicy(frozenset({"US"}), stopped=True)
    assert code("+12125550123", stopped) == "stopped"
    verdict = judge_volume("+12125550123", so_far=DialledSoFar(), policy=stopped)
    assert isinstance(verdict, Refused)
    assert verdict.code == "stopped"


@pytest.mark.parametrize(
    ("so_far", "reason"),
    [
        (DialledSoFar(number_day=2), None),
        (DialledSoFar(number_day=3), "limit_number"),
        (DialledSoFar(prefix_hour=9), None),
        (DialledSoFar(prefix_hour=10), "limit_prefix"),
        (DialledSoFar(calls_day=499), None),
        (DialledSoFar(calls_day=500), "limit_calls"),
        (DialledSoFar(minutes_day=2000), "limit_minutes"),
        (DialledSoFar(cents_day=10**6), None),
    ],
)
def test_limits_hold_from_the_first_call_too_many(so_far, reason):
    verdict = judge_volume("+12125550123", so_far=so_far, policy=US)
    assert (verdict.code if isinstance(verdict, Refused) else None) == reason


def test_a_limit_of_nought_stops_all_and_a_cost_limit_counts_cents():
    assert isinstance(judge_volume("+1", so_far=DialledSoFar(), policy=DialPolicy(frozenset(), calls_day=0)), Refused)
    capped = DialPolicy(frozenset({"US"}), cents_day=5000)
    verdict = judge_volume("+12125550123", so_far=DialledSoFar(cents_day=5000), policy=capped)
    assert isinstance(verdict, Refused)
    told = "The limit of 5000 cents for outgoing calls in a day is reached."
    assert (verdict.code, str(verdict.sentence)) == ("limit_cost", told)
    assert verdict.facts["said"]["values"] == {"limit": 5000}  # nothing of the number that did not count


def test_a_prefix_is_the_number_without_its_last_four_digits():
    assert prefix_of("+12125550123") == "+1212555"


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True) | st.text(max_size=20))
def test_whatever_is_asked_only_listed_countries_are_ever_allowed(number):
    verdict = judge(number, policy=BOTH)
    assert isinstance(verdict, Refused) or verdict.country in {"US", "GB"}


@given(st.sampled_from(["+1900", "+449", "+870", "+8816", "+882", "+883", "+979", "+1876"]), st.integers(0, 9**9))
def test_no_digits_after_a_forbidden_beginning_make_it_allowed(beginning, rest):
    everywhere = DialPolicy(frozenset({"US", "GB", "001"}), lines=frozenset({"fixed", "mobile", "premium", "voip"}))
    assert isinstance(judge(f"{beginning}{rest}", policy=everywhere), Refused)

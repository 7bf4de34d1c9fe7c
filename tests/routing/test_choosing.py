"""Who is given a ticket."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.choosing import Candidate, choose

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def who(
    number: int, name: str, tickets: int, waited: int | None = None, *, active: bool = True, on_shift: bool = True
) -> Candidate:
    last = None if waited is None else NOON - timedelta(minutes=waited)
    return Candidate(number, name, active, on_shift, tickets, last)


def test_the_fewest_open_tickets_decide_first():
    choice = choose([who(1, "Ada", 3, 500), who(2, "Ben", 1, 1), who(3, "Cleo", 2)])
    assert choice.chosen.name == "Ben"
    assert str(choice.reason) == "Ben has the fewest open tickets of 3 at work: 1."


def test_among_equals_the_longest_wait_decides():
    choice = choose([who(1, "Ada", 2, 5), who(2, "Ben", 2, 90), who(3, "Cleo", 4)])
    assert choice.chosen.name == "Ben"
    assert str(choice.reason) == (
        "Of 3 at work 2 have the fewest open tickets, 2; Ben has waited longest, since 2026-11-23 10:30:00 UTC."
    )


def test_somebody_never_given_one_comes_before_all_who_were():
    choice = choose([who(1, "Ada", 0, 9999), who(2, "Ben", 0)])
    assert choice.chosen.name == "Ben"
    assert str(choice.reason) == "Of 2 at work 2 have the fewest open tickets, 0; Ben was never given one before."


def test_full_equals_are_taken_by_number_in_any_order_of_asking():
    pair = [who(7, "Ada", 0), who(5, "Ben", 0)]
    assert choose(pair).chosen == choose(pair[::-1]).chosen == pair[1]
    assert str(choose(pair).reason).endswith("and waited equally long; Ben comes first by number.")


def test_whoever_is_off_shift_or_not_active_or_passed_over_gets_nothing():
    people = [who(1, "Ada", 0, on_shift=False), who(2, "Ben", 0, active=False), who(3, "Cleo", 9), who(4, "Dan", 0)]
    choice = choose(people, excluding={4})
    assert choice.chosen.name == "Cleo"
    assert str(choice.reason) == "Cleo is the only one at work; open tickets: 9."


def test_that_nobody_can_take_it_is_said_with_numbers():
    assert str(choose([]).reason) == "Nobody belongs to this department."
    people = [who(1, "Ada", 0, on_shift=False), who(2, "Ben", 0, active=False), who(3, "Cleo", 0)]
    choice = choose(people, excluding={3})
    assert choice.chosen is None
    assert str(choice.reason) == "Nobody of 3 can take it; off shift: 1, not active: 1, passed over: 1."


candidates = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 50),
        st.sampled_from(["Ada", "Ben"]),
        st.booleans(),
        st.booleans(),
        st.integers(0, 4),
        st.none() | st.integers(0, 9).map(lambda n: NOON - timedelta(minutes=n)),
    ),
    max_size=12,
    unique_by=lambda candidate: candidate.account_id,
)


@given(candidates, st.randoms())
def test_the_choice_is_the_same_in_any_order_and_nobody_free_stands_before_it(people, random):
    choice = choose(people)
    shuffled = list(people)
    random.shuffle(shuffled)
    assert choose(shuffled) == choice
    free = [person for person in people if person.active and person.on_shift]
    if choice.chosen is None:
        assert not free
        return
    assert choice.chosen in free
    for person in free:
        assert choice.chosen.open_tickets <= person.open_tickets
        if person.open_tickets == choice.chosen.open_tickets and person.last_assigned_at is None:
            assert choice.chosen.last_assigned_at is None


def test_tickets_given_out_one_by_one_end_up_even():
    people = [who(1, "Ada", 0), who(2, "Ben", 0), who(3, "Cleo", 0)]
    for n in range(30):
        chosen = choose(people).chosen
        people = [
            Candidate(p.account_id, p.name, True, True, p.open_tickets + 1, NOON + timedelta(minutes=n))
            if p == chosen
            else p
            for p in people
        ]
    assert {p.open_tickets for p in people} == {10}

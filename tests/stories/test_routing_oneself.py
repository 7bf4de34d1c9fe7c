"""Callers route themselves: each key and phrase of the starter flow, silence, nonsense, and hanging up anywhere."""

import pytest

MENU = "story: {name}\nlines:\n  - hears: [recorded, press 2]\n{lines}"


def story(house, *lines, name="routes themselves", **changed):
    text = "".join(f"  - {line}\n" for line in lines)
    return house.story(MENU.format(name=name, lines=text), **changed)


def only_ticket(house):
    """(department, reason, status, assignee's e-mail, tags) of the only ticket."""
    [row] = house.rows(
        "select d.key, k.reason, k.status, a.email, k.tags from ticket k"
        " left join department d on d.id = k.department_id left join account a on a.id = k.assignee_id"
    )
    return row


@pytest.mark.parametrize(
    ("entry", "department"),
    [
        ('press: "1"', "technical"),
        ('press: "2"', "billing"),
        ('press: "3"', "general"),
        ('press: "0"', "general"),
        ("say: technical", "technical"),
        ("say: billing", "billing"),
        ("say: general", "general"),
        ("say: operator", "general"),
        ("say: I have a question about my bill please", "billing"),
        ("say: tecnical suport", "technical"),
    ],
)
def test_each_key_and_phrase_leads_to_its_department(house, entry, department):
    story(house, entry, 'press: "1"', "record: please help me", 'press: "#"')
    house.work()
    key, _, status, assignee, _ = only_ticket(house)
    assert (key, status) == (department, "open")
    assert (
        assignee
        in {
            "technical": {"nora@example.com", "tomas@example.com", "aiko@example.com"},
            "billing": {"bruno@example.com", "fatima@example.com", "henrik@example.com"},
            "general": {"aiko@example.com", "grace@example.com", "henrik@example.com"},
        }[department]
    )


def test_an_unsure_word_is_confirmed_and_no_is_taken_for_no(house):
    story(
        house,
        "say: {words: billing, confidence: 0.55}",
        "hears: [billing, right]",
        "say: no technical",
        'press: "1"',
        "record: it is broken",
        'press: "#"',
    )
    house.work()
    assert only_ticket(house)[0] == "technical"


@pytest.mark.parametrize("failing", ["silence", "say: {words: xyzzy plugh, confidence: 0.2}", 'press: "7"'])
def test_three_failures_of_any_kind_lead_to_a_person_in_general(house, failing):
    story(house, failing, failing, failing, 'press: "1"', "record: I could not get through", 'press: "#"')
    house.work()
    key, reason, *_ = only_ticket(house)
    assert (key, reason) == ("general", "ivr_failed")


def test_nine_repeats_the_question(house):
    story(house, 'press: "9"', "hears: press 2", 'press: "2"', 'press: "1"', "record: hello", 'press: "#"')
    house.work()
    assert only_ticket(house)[0] == "billing"


def test_eight_goes_on_unrecorded(house):
    story(house, 'press: "8"', "hears: [not recorded, press 2]".replace("not recorded", "without recording"),
          'press: "2"', 'press: "2"', 'press: "1"')  # fmt: skip
    assert house.one("select unrecorded from call where direction = 'inbound'") is True
    assert house.rows("select * from recording where kind = 'call'") == []


STEPS = {
    "at once": [],
    "at the menu": ["silence"],
    "after choosing a department": ['press: "2"'],
    "before a message": ['press: "2"', 'press: "1"'],
    "at the callback question": ['press: "2"', 'press: "2"'],
    "while keying another number": ['press: "2"', 'press: "2"', 'press: "2"'],
    "at an existing ticket": ['press: "4"'],
}


@pytest.mark.parametrize("where", STEPS)
def test_hanging_up_anywhere_leaves_one_ticket_with_an_owner(house, where):
    story(house, *STEPS[where], "hang up")
    house.work()
    assert house.rows("select status, ticket_id is not null from call") == [("completed", True)]
    _, _, status, assignee, _ = only_ticket(house)
    assert (status, assignee is not None) == ("open", True)


def test_hanging_up_while_recording_still_leaves_the_message(house):
    story(house, 'press: "2"', 'press: "1"', "record: {words: call me back, end: hangup}")
    house.work()
    assert house.rows("select state from recording") == [("stored",)]
    assert only_ticket(house)[0] == "billing"


def test_a_department_that_does_not_want_missed_calls_has_them_solved_at_once(house):
    house.rows("update department set missed_is_work = false")
    story(house, 'press: "2"', "hang up")
    house.work()
    assert house.rows("select status, outcome, assignee_id from ticket") == [("solved", "abandoned", None)]


def test_a_withheld_caller_is_served_and_never_merged(house):
    for _ in range(2):
        story(house, 'press: "2"', 'press: "1"', "record: it is me", 'press: "#"', caller="anonymous")
    house.work()
    assert house.rows("select caller, customer_id from ticket") == [(None, None)] * 2
    assert house.rows("select * from customer") == []


def test_a_repeat_caller_is_one_customer_with_two_tickets(house):
    for _ in range(2):
        story(house, 'press: "2"', 'press: "1"', "record: it is me", 'press: "#"')
        house.work()
    assert house.rows("select count(distinct customer_id), count(*) from ticket") == [(1, 2)]
    assert house.rows("select e164 from customer_number") == [("+14155550100",)]

"""A caller asks about a ticket: told to the very number it was opened from, and to nobody else."""

OPEN_ONE = """
story: opens a ticket
lines:
  - press: "2"
  - press: "1"
  - record: my invoice is wrong
  - press: "#"
"""


def opened_ticket(house, **changed):
    house.story(OPEN_ONE, **changed)
    house.work()
    return house.one("select max(number) from ticket")


def spaced(number):
    return " ".join(str(number))


def test_its_state_is_spoken_to_the_number_it_was_opened_from_and_the_call_joins_it(house):
    number = opened_ticket(house)
    house.story(f"""
story: asks about it
lines:
  - press: "4"
  - hears: ["{spaced(number)}", "being worked on"]
  - hang up
""")
    house.work()
    assert house.rows("select ticket_id from call order by id") == [(number,), (number,)]
    assert house.one("select count(*) from ticket") == 1


def test_from_another_number_it_is_not_found(house):
    number = opened_ticket(house)
    house.story(f"""
story: somebody else asks
caller: "+14155550111"
lines:
  - press: "4"
  - press: "{number}#"
  - hears: {{not: being worked on}}
  - hang up
""")
    house.work()
    assert house.rows("select count(distinct ticket_id) from call") == [(2,)]


def test_a_ticket_that_does_not_exist_sounds_the_same_as_anothers(house):
    number, heard = opened_ticket(house), []
    for asked, caller in ((number, "+14155550111"), (9999, "+14155550122")):
        result = house.story(f"""
story: asks for {asked}
caller: "{caller}"
lines:
  - press: "4"
  - press: "{asked}#"
  - hang up
""")
        heard.append(result.heard)
    assert heard[0] == heard[1]


def test_a_withheld_caller_hears_nothing_of_any_ticket(house):
    number = opened_ticket(house)
    house.story(f"""
story: a withheld caller asks
caller: withheld
lines:
  - press: "4"
  - hears: {{not: "{spaced(number)}"}}
  - hang up
""")
    house.work()
    assert house.one("select count(distinct ticket_id) from call") == 2


def test_asking_for_a_callback_about_it_keeps_it_on_the_one_ticket(house):
    number = opened_ticket(house)
    house.story("""
story: wants a callback about it
lines:
  - press: "4"
  - press: "1"
  - press: "1"
""")
    house.work()
    assert house.rows("select ticket_id from callback") == [(number,)]
    assert house.one("select count(*) from ticket") == 1


def test_a_solved_ticket_is_opened_again_by_its_customer(house):
    number = opened_ticket(house)
    house.rows("update ticket set status = 'pending'")
    house.story("""
story: calls again
lines:
  - press: "4"
  - hang up
""")
    assert house.rows("select number, status from ticket") == [(number, "open")]


def test_two_open_tickets_are_told_apart_by_number(house):
    first, second = opened_ticket(house), opened_ticket(house)
    house.story(f"""
story: has two
lines:
  - press: "4"
  - press: "{first}#"
  - hears: "{spaced(first)}"
  - hang up
""")
    assert house.one("select ticket_id from call order by id desc limit 1") == first
    assert second != first

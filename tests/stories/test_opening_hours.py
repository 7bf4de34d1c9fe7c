"""Out of hours callers are told when somebody is there again, and can still leave a message or ask for a callback."""

SUNDAY_NIGHT = "2026-11-22T23:10:00Z"
STORY = """
story: calls on Sunday night
at: {at}
lines:
  - press: "2"
  - hears: ["closed", "tomorrow at 9"]
  - press: "1"
  - record: call me on Monday
  - press: "#"
"""


def test_closed_says_when_it_opens_and_takes_a_message(house):
    house.story(STORY.format(at=SUNDAY_NIGHT))
    house.work()
    assert house.rows("select d.key, k.status from ticket k join department d on d.id = k.department_id") == [
        ("billing", "open")
    ]


def test_the_demo_is_always_open_unless_the_caller_chose_a_time(house):
    house.story(
        """
story: calls now
lines:
  - press: "2"
  - hears: {not: closed}
  - hang up
"""
    )


def test_an_emergency_closing_counts_at_once(house):
    house.rows("update schedule set closed_now = true")
    house.app.extensions["ringback"].directory.refresh()
    house.rows("update revision set number = number + 1")
    house.app.extensions["ringback"].directory.refresh()
    house.story(
        """
story: calls on a Monday
at: 2026-11-23T10:00:00Z
lines:
  - press: "2"
  - hears: closed
  - hang up
"""
    )

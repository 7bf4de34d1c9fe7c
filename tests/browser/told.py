"""Calls that browsers' tests need told: what a caller did, and the ticket that came of it."""

import time

from tests.browser.served import Served
from tests.browser.visitors import PATIENCE

MESSAGE = """
story: leaves a message
lines:
  - press: "2"
  - press: "1"
  - record: my invoice is wrong
  - press: "#"
"""


def ticket_with_a_message(served: Served) -> str:
    """Let somebody leave a message for billing; the path of its ticket, the message stored."""
    house = served.house
    house.story(MESSAGE)
    give_up_at = time.monotonic() + PATIENCE / 1000
    while house.rows("select state from recording") != [("stored",)]:
        assert time.monotonic() < give_up_at, "the message was never stored"
        house.work()  # beside the house's own workers, whoever is first
    return f"/tickets/{house.one('select number from ticket')}"

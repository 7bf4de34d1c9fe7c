"""What a turn means for the record, in the values its statement writes."""

from datetime import timedelta

import pytest

from callflows.flow import Turn
from callflows.outcomes import MessageExpected, Outcomes
from ivr.forms import parties
from ivr.turn_rows import Place, turn_values
from tests.clock import MONDAY_MORNING

WHO = parties({"AccountSid": "AC1", "CallSid": "CA1", "From": "+14155550100", "To": "+14155550199"})
PLACE = Place(brand_id=1, departments={"general": 7, "billing": 8}, default_department="general")


def written(*outcomes):
    turn = Turn(None, (), {}, Outcomes(outcomes))
    return turn_values(turn, number=2, answer={}, parties=WHO, place=PLACE, flow="main", revision="r", step="message",
                       now=MONDAY_MORNING, demo=False)  # fmt: skip


@pytest.mark.parametrize("longest", [300, 3600])
def test_a_message_has_time_to_arrive_after_the_longest_it_may_last(longest):
    deadline = written(MessageExpected("billing", longest))["deadline_at"]
    assert deadline == MONDAY_MORNING + timedelta(seconds=longest, minutes=10)


def test_a_department_that_is_gone_leaves_the_ticket_to_the_one_for_everything():
    assert written(MessageExpected("abolished"))["department_id"] == 7

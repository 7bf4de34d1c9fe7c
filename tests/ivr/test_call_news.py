"""What the carrier tells of calls and recordings, in the values its statements write."""

from datetime import timedelta

import pytest

from ivr.call_news import believable, recording_values, status_values, whose
from ivr.forms import parties, recording_news, status_change
from tests.clock import MONDAY_MORNING

WHO = {"AccountSid": "AC1", "CallSid": "CA1", "From": "+14155550100", "To": "+14155550199"}


def told(status="completed", *, part="2", **form):
    news = recording_news(WHO | {"RecordingSid": "RE1", "RecordingStatus": status} | form, part)
    return recording_values(news, brand_id=1, expected_deadline=timedelta(minutes=10), demo=False, now=MONDAY_MORNING)


@pytest.mark.parametrize(
    ("status", "state", "after", "failure", "job"),
    [("completed", "ready", timedelta(hours=24), None, "fetch_recording"),
     ("in-progress", "expected", timedelta(minutes=10), None, None),
     ("absent", "expected", timedelta(0), "absent", None),
     ("failed", "expected", timedelta(0), "failed", None)],
)  # fmt: skip
def test_what_will_never_come_is_due_at_once_and_what_is_there_is_fetched(status, state, after, failure, job):
    values = told(status)
    assert (values["state"], values["failure"], values["job"]) == (state, failure, job)
    assert values["deadline_at"] == MONDAY_MORNING + after


@pytest.mark.parametrize(
    ("form", "kind", "message"),
    [({"RecordingSource": "RecordVerb", "RecordingDuration": "3"}, "message", True), ({}, "message", True),
     ({"RecordingSource": "RecordVerb", "RecordingDuration": "0"}, "message", False),
     ({"RecordingSource": "DialVerb", "RecordingDuration": "3"}, "call", False)],
)  # fmt: skip
def test_only_a_caller_who_was_recorded_alone_and_heard_left_a_message(form, kind, message):
    values = told(**form)
    assert (values["kind"], values["message"]) == (kind, message)
    assert told("absent", **form)["message"] is False


@pytest.mark.parametrize(("hours", "believed"), [(-23, True), (23, True), (-25, False), (25, False)])
def test_a_clock_a_day_off_is_not_believed(hours, believed):
    moment = MONDAY_MORNING + timedelta(hours=hours)
    assert believable(moment, MONDAY_MORNING) == (moment if believed else None)


@pytest.mark.parametrize(
    ("form", "ends", "jobs"),
    [({"CallStatus": "completed"}, True, ["identify_caller", "assign_ticket"]), ({"CallStatus": "ringing"}, False, []),
     ({"CallStatus": "busy", "ParentCallSid": "CA0"}, False, [])],
)  # fmt: skip
def test_only_the_end_of_the_first_leg_ends_the_call(form, ends, jobs):
    change = status_change(WHO | form)
    values = status_values(change, brand_id=1, default_department_id=None, demo=False, now=MONDAY_MORNING)
    assert (values["ends_call"], values["jobs"]) == (ends, jobs)


@pytest.mark.parametrize(
    ("direction", "ours"), [("inbound", WHO["To"]), ("outbound-api", WHO["From"]), ("outbound-dial", WHO["From"])]
)
def test_a_call_of_either_direction_belongs_to_the_company_whose_number_is_on_it(direction, ours):
    assert whose(parties(WHO | {"Direction": direction})) == ours

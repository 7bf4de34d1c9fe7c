"""Every job there is, by the name that an outbox row gives it."""

from collections.abc import Mapping
from types import MappingProxyType

from workers.job import LINE, RECORDINGS, Job

HERE = "workers.jobs"

JOBS: Mapping[str, Job] = MappingProxyType(
    {
        # Hours of audio through a slow line; tries enough for a store that is away for a night.
        "fetch_recording": Job(
            does=f"{HERE}.recordings:fetch_recording",
            failure="The recording could not be fetched",
            queue=RECORDINGS,
            limit=1800,
            attempts=30,
            longest_wait=3600,
        ),
        "delete_recording_at_carrier": Job(
            does=f"{HERE}.recordings:delete_recording_at_carrier",
            failure="The carrier's copy of the recording could not be deleted",
            attempts=20,
            longest_wait=3600,
        ),
        "assign_ticket": Job(
            does=f"{HERE}.tickets:assign_ticket",
            failure="The ticket could not be given to anybody",
        ),
        "identify_caller": Job(
            does=f"{HERE}.tickets:identify_caller",
            failure="The caller could not be looked up",
        ),
        # It goes to the end of its queue after some seconds, so the limit is for one that hangs.
        "carry_out_deed": Job(
            does=f"{HERE}.tickets:carry_out_deed",
            failure="A change of many tickets could not be finished",
            limit=60,
        ),
        "judge_callback": Job(
            does=f"{HERE}.callbacks:judge_callback",
            failure="The callback could not be planned",
            queue=LINE,
        ),
        # Few tries: the callback's own plan says when it is tried again, and its sweep asks again for a lost job.
        "place_callback": Job(
            does=f"{HERE}.callbacks:place_callback",
            failure="The callback could not be placed",
            queue=LINE,
            limit=60,
            attempts=5,
            longest_wait=60,
        ),
        "hang_up_leg": Job(
            does=f"{HERE}.callbacks:hang_up_leg",
            failure="A phone could not be told to stop",
            queue=LINE,
            attempts=6,
            first_wait=1,
            longest_wait=15,
        ),
        # The sweeps: the timetable asks again soon, so one that fails need not be tried often.
        "end_silent_calls": Job(
            does=f"{HERE}.tickets:end_silent_calls",
            failure="Calls without an end could not be ended",
            attempts=3,
        ),
        "find_missing_recordings": Job(
            does=f"{HERE}.recordings:find_missing_recordings",
            failure="Missing recordings could not be looked for",
            attempts=3,
        ),
        "sweep_callbacks": Job(
            does=f"{HERE}.callbacks:sweep_callbacks",
            failure="Callbacks left behind could not be mended",
            limit=60,
            attempts=3,
        ),
        # A carrier that is away is no failure: it is told on the Health page, and the next hour looks as far back.
        "reconcile": Job(
            does=f"{HERE}.reconciling:reconcile",
            failure="Our record could not be compared with the carrier's",
            queue=RECORDINGS,
            limit=1800,
            attempts=3,
        ),
        "send_link": Job(
            does=f"{HERE}.people:send_link",
            failure="The mail with a link could not be sent",
            limit=60,
            attempts=8,
        ),
        "keep_holidays": Job(
            does=f"{HERE}.housekeeping:keep_holidays",
            failure="The coming holidays could not be written",
            limit=60,
        ),
        "prune": Job(
            does=f"{HERE}.housekeeping:prune",
            failure="Old rows could not be deleted",
            limit=60,
            attempts=3,
        ),
    }
)

UNKNOWN = Job(does=f"{HERE}.unknown:unknown", failure="There is no such job", first_wait=30)
"""For a name this release does not know, as in the middle of a deploy: tried again, then it fails in the open."""

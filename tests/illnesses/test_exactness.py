"""Whatever the database did meanwhile, and whoever was killed, the record ends as if it had always been there."""

import json
import shutil
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.caller_connections import CallerConnections
from core.outages import DatabaseAway, TimeIsOver
from ivr import journal_folder as files
from ivr.journal import Journal
from ivr.journal_draining import drain
from ivr.replaying import Replaying
from ivr.writing import Writing
from people.setup import set_up
from tests.clock import MONDAY_MORNING
from tests.ivr.rows import recording, status, turn


def script(sid, brand, departments, kind):
    """The webhooks of one call, in order: (kind, values)."""
    billing, technical = departments
    webhooks = [
        ("turn", turn(brand, 0, sid=sid)),
        ("turn", turn(brand, 1, sid=sid, matter=True, department_id=billing, jobs=["identify_caller"], tags=["a"])),
    ]
    if kind == "message":
        webhooks += [
            ("turn", turn(brand, 2, sid=sid, matter=True, department_id=billing, expects_recording=True)),
            ("recording", recording(brand, sid=sid, recording_sid=f"RE1{sid}")),
            ("turn", turn(brand, 3, sid=sid, outcome="message_left", jobs=["assign_ticket"])),
            ("recording", recording(brand, sid=sid, recording_sid=f"RE2{sid}")),
        ]
    if kind == "callback":
        webhooks += [
            ("turn", turn(brand, 2, sid=sid, matter=True, department_id=billing, callback_number="+14155550177",
                          callback_department_id=billing, outcome="callback_requested", jobs=["assign_ticket"])),
        ]  # fmt: skip
    if kind == "undecided":
        webhooks += [
            ("turn", turn(brand, 2, sid=sid, matter=True, department_id=technical, reason="later", tags=["b"])),
            ("turn", turn(brand, 3, sid=sid, matter=True, department_id=billing, reason="last", priority=1)),
        ]
    webhooks += [
        ("status", status(brand, "in_progress", sid=sid, sequence=1)),
        ("status", status(brand, "completed", sid=sid, sequence=2)),
    ]
    return webhooks


class Moody:
    """A database that answers, is away, or does its work and is cut off before it says so."""

    def __init__(self, connections):
        self._connections, self.mood = connections, "well"

    def execute(self, statement, values):
        if self.mood == "away":
            raise DatabaseAway("away")
        rows = self._connections.execute(statement, values)
        if self.mood == "cut off":
            raise TimeIsOver("no answer")
        return rows


class Killed(BaseException):
    """SIGKILL, at a place where it hurts."""


class Host:
    """Two web processes with one journal folder, and drainers that are killed."""

    def __init__(self, folder, moody):
        self.folder, self.moody = folder, moody
        self.journals = [Journal(folder), Journal(folder)]
        self.processes = [Writing(moody, journal) for journal in self.journals]
        self.replaying = Replaying(moody, directory=None, parts=None, demo=False)

    def hear(self, process, kind, values, now):
        return getattr(self.processes[process], kind)(values, now=now)

    def crash(self, process):
        """The process is gone, its locks too; another one takes its place."""
        self.journals[process].close()
        self.journals[process] = Journal(self.folder)
        self.processes[process] = Writing(self.moody, self.journals[process])

    def drain(self, *, killed_after=None, killed_before=None):
        applied = 0

        def apply(record):
            nonlocal applied
            if applied + 1 == killed_before:
                raise Killed  # it has not taken effect yet
            self.replaying.apply(record)
            applied += 1
            if applied == killed_after:
                raise Killed  # it took effect, and nobody noted it

        note = files.note_applied
        try:
            if killed_after is not None:
                files.note_applied = lambda segment, count: None
            drain(self.folder, apply)
        except Killed:
            pass
        finally:
            files.note_applied = note
        for journal in self.journals:
            journal.release()


STEPS = st.tuples(
    st.sampled_from(["well", "away", "away", "cut off"]),  # how the database is
    st.integers(0, 1),  # which process hears it
    st.booleans(),  # whether the carrier says it twice
    st.sampled_from(
        ["nothing", "nothing", "drain", "kill the drainer", "kill the drainer before", "kill a process"]
    ),  # what happens next
    st.integers(1, 3),
)
FORGET = text(
    "set local session_replication_role = replica;"
    + "".join(f"delete from {name};" for name in ("outbox", "event", "callback", "recording", "carrier_event", "turn",
                                                  "leg", "call", "ticket"))
)  # fmt: skip
KINDS = ["message", "callback", "undecided"]


@pytest.fixture
def ground(engine, settings):
    """A database with a brand and two departments, and what empties it of calls."""
    with Session(engine) as session, session.begin():
        brand = set_up(session, zone="UTC", country="US").id
        departments = session.execute(text("select id from department order by id limit 2")).scalars().all()
    connections = CallerConnections(settings.database_url, patience=20.0)
    yield engine, connections, brand, departments
    connections.breaker.stop()
    connections.drop()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations([n for n in range(3) for _ in range(7)]), st.lists(STEPS, min_size=21, max_size=21))
def test_the_end_is_the_same(ground, tmp_path, order, steps):
    engine, connections, brand, departments = ground
    calls = [script(f"CA{number}", brand, departments, kind) for number, kind in enumerate(KINDS)]
    webhooks = [calls[number].pop(0) for number in order if calls[number]]
    webhooks += [webhook for rest in calls for webhook in rest]
    steps = (steps * 2)[: len(webhooks)]

    forget_calls(engine)
    plain = Writing(connections)
    for place, (kind, values) in enumerate(webhooks):
        getattr(plain, kind)(dict(values), now=MONDAY_MORNING + timedelta(seconds=place))
    expected = everything(engine)

    forget_calls(engine)
    moody = Moody(connections)
    folder = tmp_path / "journal"
    shutil.rmtree(folder, ignore_errors=True)
    host = Host(folder, moody)
    for place, ((kind, values), (mood, process, twice, then, count)) in enumerate(zip(webhooks, steps, strict=True)):
        now = MONDAY_MORNING + timedelta(seconds=place)
        moody.mood = mood
        first = host.hear(process, kind, dict(values), now)
        if twice:
            other = {"answer": Jsonb({"said": "otherwise"})} if kind == "turn" else {}
            again = host.hear(1 - process, kind, values | other, now + timedelta(milliseconds=1))
            assert json.dumps(first, sort_keys=True) == json.dumps(again, sort_keys=True)
        moody.mood = "well" if then != "nothing" else mood
        if then == "drain":
            host.drain()
        elif then == "kill the drainer":
            host.drain(killed_after=count)
        elif then == "kill the drainer before":
            host.drain(killed_before=count)
        elif then == "kill a process":
            host.crash(process)
    moody.mood = "well"
    host.drain()
    host.drain()
    for journal in host.journals:
        journal.close()
    drain(folder, host.replaying.apply)
    assert everything(engine) == expected
    assert files.segments(folder) == []
    assert files.state(folder).refused == files.state(folder).damaged == 0


def forget_calls(engine):
    """Empty the record, and keep the people."""
    with engine.begin() as connection:
        connection.execute(FORGET)


def everything(engine):
    """Every row the caller's path writes, with calls and tickets named by the carrier's ids in place of ours."""
    questions = {
        "call": """select c.sid, c.direction, c.from_number, c.to_number, c.withheld, c.status, c.flow, c.flow_revision,
                   c.department_id, c.unrecorded, c.outcome, c.demo, c.started_at, c.answered_at, c.ended_at,
                   c.last_seen_at, c.duration, b.sid from call c join ticket k on k.id = c.ticket_id
                   join call b on b.id = k.born_call_id""",
        "ticket": """select c.sid, k.status, k.priority, k.department_id, k.subject, k.caller, k.reason, k.outcome,
                     k.tags, k.created_at, k.updated_at, k.version
                     from ticket k join call c on c.id = k.born_call_id""",
        "leg": """select sid, role, parent_sid, from_number, to_number, status, started_at, answered_at, ended_at,
                  duration from leg""",
        "turn": "select leg_sid, number, happened_at, step, note, answer::text from turn",
        "recording": """select part, sid, kind, state, source, channels, duration, expected_at, deadline_at, ready_at,
                        failure, leg_sid from recording""",
        "callback": "select leg_sid, turn, asked_number, department_id, requested_at, due_at, state from callback",
        "carrier_event": "select leg_sid, status, sequence, happened_at, recorded_at from carrier_event",
        "outbox": """select job, asked_at, due_at, state, (select sid from call where id = outbox.call_id),
                     (select b.sid from ticket k join call b on b.id = k.born_call_id where k.id = outbox.ticket_id)
                     from outbox""",
        "event": """select c.sid, e.type, e.happened_at, e.recorded_at, e.actor,
                    (e.facts - 'number' - 'recording')::text, e.content::text, e.ticket_id is null
                    from event e join call c on c.id = e.call_id""",
    }  # fmt: skip
    with engine.connect() as connection:
        found = {name: Counter(map(repr, connection.execute(text(asked)))) for name, asked in questions.items()}
        found["order"] = connection.execute(
            text("select c.sid, array_agg(e.type order by e.id) from event e join call c on c.id = e.call_id"
                 " group by 1 order by 1")
        ).all()  # fmt: skip
    return found


def test_it_would_be_noticed(ground, tmp_path):
    """Each kind of harm changes what is compared: a turn lost, a record applied under another time, an order turned."""
    engine, connections, brand, departments = ground
    webhooks = script("CA0", brand, departments, "undecided")

    def told(webhooks):
        forget_calls(engine)
        plain = Writing(connections)
        for kind, values in webhooks:
            getattr(plain, kind)(dict(values), now=MONDAY_MORNING)
        return everything(engine)

    right = told(webhooks)
    assert told(webhooks) == right
    assert told(webhooks[:2] + webhooks[3:]) != right
    assert told([webhooks[0], webhooks[1], webhooks[3], webhooks[2], *webhooks[4:]]) != right
    later = ("status", webhooks[-1][1] | {"recorded_at": MONDAY_MORNING + timedelta(hours=1)})
    assert told([*webhooks[:-1], later]) != right

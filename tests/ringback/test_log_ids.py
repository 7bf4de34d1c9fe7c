"""Every line written while a webhook is answered or a job runs says which call, ticket and job it is about."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from core import logs
from core.clock import Clock
from core.config import Settings
from core.database import transaction
from core.outbox import ask
from core.outbox_models import OutboxRow
from tests.conftest import execute
from tests.ivr.conftest import Door, door  # noqa: F401
from workers.job import Job
from workers.running import Handed, run
from workers.work import Equipment, Work


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What this process logs, as JSON lines. Ask for it last: an application sends its logs elsewhere."""
    text = io.StringIO()
    logs.configure(level="info", style="json", stream=text)
    yield text
    logs.configure(level="info")


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_line_of_a_webhook_names_its_call(door: Door, engine: Engine, stream: io.StringIO) -> None:  # noqa: F811
    answer = door.incoming(sid="CA7")
    answer = door.press(answer, "2", sid="CA7")
    answer = door.press(answer, "1", sid="CA7")
    door.press(answer, "#", sid="CA7", RecordingSid="RE1", RecordingUrl="https://x/RE1", RecordingDuration="3")
    door.post("/voice/recording?part=4", sid="CA7", RecordingSid="RE1", RecordingStatus="completed")
    door.post("/voice/turn?t=nonsense", sid="CA7", Digits="1")
    door.post("/voice/status", sid="CA7", CallStatus="completed", CallDuration="9")
    door.post("/voice/status", sid="CA7", CallStatus="nonsense in two words" * 30)
    written = lines(stream)
    assert {"turn", "call_status", "recording_news", "position_spoiled"} <= {line["event"] for line in written}
    assert {line.get("call") for line in written} == {"CA7"}
    [(call, ticket, number)] = execute(
        engine, "select c.id, t.id, t.number from call c join ticket t on t.id = c.ticket_id"
    )
    [turns, ends] = ([line for line in written if line["event"] == event] for event in ("turn", "call_status"))
    assert {line["call_id"] for line in (*turns, *ends)} == {call}
    assert {line["ticket"] for line in turns} == {None, number}  # told by the turns that concern it
    assert ends[-1]["ticket_id"] == ticket


def test_a_librarys_line_within_a_webhook_names_its_call_too(
    door: Door,  # noqa: F811
    stream: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = logging.getLogger("ivr.line")
    answered = type(door.app.wsgi_app._line)._answered

    def speaking(*given: Any) -> Any:
        ours.warning("a library speaks")
        return answered(*given)

    monkeypatch.setattr(type(door.app.wsgi_app._line), "_answered", speaking)
    door.incoming(sid="CA8")
    assert [line["call"] for line in lines(stream) if line["event"] == "a library speaks"] == ["CA8"]


def _speaks(work: Work) -> None:
    logging.getLogger("a.library").warning("a library speaks")
    raise RuntimeError("no")


@pytest.mark.usefixtures("door")
def test_every_line_of_a_job_names_job_row_call_and_ticket(
    door: Door,  # noqa: F811
    engine: Engine,
    settings: Settings,
    clock: Clock,
    stream: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = door.press(door.incoming(sid="CA9"), "2", sid="CA9")
    door.press(answer, "1", sid="CA9")
    [(call, ticket)] = execute(engine, "select id, ticket_id from call")
    monkeypatch.setattr(Job, "function", lambda self: _speaks)
    equipment = Equipment(engine=engine, settings=settings, clock=clock)
    with transaction(engine) as session:
        assert ask(session, job="assign_ticket", args={"call": call}, now=clock(), call_id=call, ticket_id=ticket)
        row = session.query(OutboxRow.id).order_by(OutboxRow.id.desc()).limit(1).scalar()
    stream.truncate(0)
    stream.seek(0)
    run(equipment, Handed(int(row or 0), 0))
    written = lines(stream)
    assert {line["event"] for line in written} == {"a library speaks", "job_error", "job_ran"}
    for line in written:
        found = {name: line.get(name) for name in ("job", "outbox", "attempt", "call_id", "ticket_id")}
        assert found == {"job": "assign_ticket", "outbox": row, "attempt": 1, "call_id": call, "ticket_id": ticket}

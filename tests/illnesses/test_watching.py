"""What operators see of an outage: /readyz, /metrics, the Health page, the doctor and the command agree."""

import dataclasses
from time import monotonic

import pytest
from click.testing import CliRunner

from console.cookies import session_name
from ivr import journal_folder as files
from ivr.journal import Journal
from ringback.app import create_app, shut
from ringback.commands.journal import command
from ringback.doctor import examine
from ringback.health import PART_SECONDS
from tests.conftest import execute, scalar
from tests.illnesses.conftest import eventually
from tests.illnesses.test_database import BOUND, ENDED, ILLNESSES, empty, leave_message
from tests.ivr.conftest import spoken

TOKEN = "t" * 20


def ready(door):
    began = monotonic()
    answer = door.client.get("/readyz")
    assert monotonic() - began < 3 * 5 * PART_SECONDS
    return answer.status_code, answer.json["status"], answer.json["parts"]


def metric(door, name):
    text = door.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))


@pytest.fixture
def ill_settings(ill_settings):
    return dataclasses.replace(ill_settings, metrics_token=TOKEN)


def test_a_part_may_take_a_second():
    assert PART_SECONDS == 1.0


@pytest.mark.parametrize("illness", ["down", "hanging", "read-only"])
def test_an_outage_is_told_and_its_end_too(open_door, patient, records, clock, ill_settings, illness):
    door, (fall_ill, get_well) = open_door(), ILLNESSES[illness]
    assert ready(door)[:2] == (200, "ready")
    fall_ill(patient)
    leave_message(door, clock, sid="CA1")
    status, word, parts = ready(door)
    assert (status, word) == (200, "degraded")
    assert parts["database"]["ok"] is False
    assert parts["database"]["since"] == "2026-11-23T10:00:00Z"
    assert parts["journal"] == {"ok": True, "records": 6, "oldest": "2026-11-23T10:00:00Z"}
    assert metric(door, "ringback_journal_records") == 6
    assert metric(door, "ringback_journal_oldest_seconds") > 0
    assert metric(door, "ringback_breaker_open") == 1
    get_well(patient)
    eventually(lambda: ready(door)[:2] == (200, "ready") and metric(door, "ringback_journal_records") == 0)
    assert metric(door, "ringback_breaker_open") == 0


def test_a_journal_that_cannot_be_written_is_told_while_calls_are_still_kept(open_door, ill_settings):
    door = open_door()
    door.app.extensions["ringback.journal"].stop()
    in_the_way(ill_settings)
    status, word, parts = ready(door)
    assert (status, word, parts["journal"]["ok"]) == (200, "degraded", False)


def test_it_is_not_ready_once_nothing_would_be_kept(open_door, patient, ill_settings):
    door = open_door()
    door.app.extensions["ringback.journal"].stop()
    in_the_way(ill_settings)
    patient.kill()
    assert ready(door)[:2] == (503, "unready")
    patient.start()


class TestStarting:
    def test_without_the_database_it_answers_from_what_it_last_knew(
        self, open_door, patient, records, clock, ill_settings
    ):
        shut(open_door().app)
        patient.kill()
        began = monotonic()
        door = open_door()
        assert monotonic() - began < BOUND
        assert ready(door)[:2] == (200, "degraded")
        leave_message(door, clock, sid="CA1")
        patient.start()
        eventually(lambda: scalar(records, "select count(*) from ticket") == 1)

    def test_with_a_database_that_hangs_it_does_not_wait_either(self, open_door, patient, clock):
        shut(open_door().app)
        patient.freeze()
        began = monotonic()
        door = open_door()
        assert monotonic() - began < BOUND
        assert "press 2" in spoken(door.incoming())
        patient.thaw()

    def test_for_the_first_time_without_anything_known_takes_a_message_and_keeps_it(
        self, open_door, patient, records, ill_settings
    ):
        patient.kill()
        door = open_door()
        assert ready(door)[:2] == (503, "unready")
        assert "leave a message" in spoken(door.incoming())
        news = {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingDuration": "4"}
        assert door.post("/voice/recording?part=emergency", **news).status_code == 204
        assert door.post("/voice/status", **ENDED).status_code == 204
        patient.start()
        eventually(lambda: scalar(records, "select count(*) from recording where state = 'ready'") == 1)
        eventually(lambda: scalar(records, "select count(*) from call where ticket_id is not null") == 1)


class TestWhatTheDatabaseRefuses:
    @pytest.fixture
    def refused(self, open_door, patient, records, clock, ill_settings):
        """A call whose department was done away with while the database was away."""
        door = open_door()
        door.incoming(sid="CA0")
        ILLNESSES["full"][0](patient)
        leave_message(door, clock, sid="CA1")
        door.app.extensions["ringback.journal"].stop()
        shut(door.app)
        execute(records, "update department set id = id + 1000")
        empty(patient)
        return open_door()

    def test_is_set_apart_and_told_and_can_be_applied_once_mended(self, refused, records, ill_settings, monkeypatch):
        folder = ill_settings.data / "journal"
        eventually(lambda: files.state(folder).refused > 0 and files.state(folder).records == 0)
        assert metric(refused, "ringback_journal_refused") == files.state(folder).refused
        finding = next(finding for finding in examine(ill_settings) if finding.part == "journal")
        assert not finding.well
        assert "runbook" in finding.cure
        execute(records, "update department set id = id - 1000")
        monkeypatch.setattr("core.config.load", lambda: ill_settings)
        shown = CliRunner().invoke(command, ["show"]).output
        assert "refused  2026-11-23T10:00" in shown
        done = CliRunner().invoke(command, ["drain", "--refused"])
        assert "0 refused" in done.output.splitlines()[-1]
        assert execute(records, "select d.key from ticket k join department d on d.id = k.department_id") == [
            ("billing",)
        ]
        assert files.state(folder).refused == 0


def test_the_command_applies_what_no_process_does(open_door, patient, records, clock, ill_settings, monkeypatch):
    door = open_door()
    patient.kill()
    leave_message(door, clock, sid="CA1")
    shut(door.app)
    patient.start()
    monkeypatch.setattr("core.config.load", lambda: ill_settings)
    assert "6 waiting" in CliRunner().invoke(command, ["show"]).output
    assert "6 applied" in CliRunner().invoke(command, ["drain"]).output
    assert "0 waiting" in CliRunner().invoke(command, ["show"]).output
    assert scalar(records, "select count(*) from ticket") == 1


def test_a_staff_page_of_a_database_that_hangs_is_a_page_that_says_so(open_door, patient, ill_settings):
    door = open_door()
    door.client.set_cookie(session_name(ill_settings), "somebody")
    assert door.client.get("/tickets").status_code == 303
    patient.freeze()
    door.incoming()
    began = monotonic()
    answer = door.client.get("/tickets")
    assert monotonic() - began < BOUND
    assert answer.status_code == 503
    assert "Part of the system is away" in answer.text
    patient.thaw()


def in_the_way(settings):
    folder = settings.data / "journal"
    for path in folder.rglob("*"):
        path.unlink()
    folder.rmdir()
    folder.write_text("a file where the folder was")


def test_the_journal_says_where_it_stands_without_a_folder(tmp_path):
    assert files.state(tmp_path / "none").records == 0
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="exists"):
        Journal(tmp_path / "file").check()


def test_an_app_can_be_made_and_shut_without_a_database(ill_settings, patient):
    patient.kill()
    shut(create_app(ill_settings))
    patient.start()

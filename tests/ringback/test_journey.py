"""The whole way, as a newcomer goes it: start everything, call, find the ticket; kill everything, and find it again."""

import signal
from pathlib import Path

from ringback import instance
from tests.ringback.processes import server_processes, soon
from tests.ringback.running import PATIENCE, Program, Running, free_port

MESSAGE = "2\n1\nmy invoice is wrong\n#\n"
CALLBACK = "billing\ncall me back\n1\n"
KEPT = ("number", "department", "assignee", "caller", "recordings", "calls", "created_at")


def test_a_call_becomes_a_ticket_that_outlives_a_kill(other_data: Path) -> None:
    with Running(other_data, free_port()) as first:
        first.until(r"^  Call it")
        assert "[the line hung up]" in first.command("call", typed=MESSAGE)
        program = Program(first, first.command("token", "add", "journey", "--role", "supervisor").strip())
        assert soon(lambda: [each["state"] for each in program.items("recordings")] == ["stored"], seconds=PATIENCE)
        assert soon(lambda: program.items("tickets")[0]["assignee"] is not None, seconds=PATIENCE)
        before = program.items("tickets")
        [said] = [file.read_bytes() for file in (other_data / "simulator/kept/recordings").glob("*.wav")]
        assert [(each["department"], each["caller"], each["status"]) for each in before] == [
            ("billing", "+14155550100", "open")
        ]
        assert len(said) > 1000
        assert program.audio(before[0]["recordings"][0]) == (200, said)
    assert soon(lambda: not server_processes(other_data))

    with Running(other_data, first.port) as second:
        second.until(r"^  Call it")
        [after] = program.items("tickets")
        assert [after[name] for name in KEPT] == [before[0][name] for name in KEPT]
        assert program.audio(after["recordings"][0], Range="bytes=44-99") == (206, said[44:100])

        second.command("call", "--from", "+12125550123", typed=CALLBACK)
        assert [each["to"] for each in program.items("callbacks")] == ["+12125550123"]
        assert [each["department"] for each in program.items("tickets")] == ["billing", "billing"]

        second.process.send_signal(signal.SIGTERM)
        assert "nothing is left running" in second.rest()
        assert second.process.returncode == 0
    assert (instance._marked(other_data), server_processes(other_data)) == ([], [])

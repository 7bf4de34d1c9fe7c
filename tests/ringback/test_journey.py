"""The whole way, as a newcomer goes it: start everything, call, find the ticket; kill everything, and find it again."""

import json
import signal
from pathlib import Path

from ringback import instance
from tests.ports import free_port
from tests.ringback.processes import server_processes, soon
from tests.ringback.running import PATIENCE, Program, Running

MESSAGE = "2\n1\nmy invoice is wrong\n#\n"
CALLBACK = "billing\ncall me back\n1\n"
KEPT = ("number", "department", "assignee", "caller", "recordings", "calls", "created_at")


def test_a_call_becomes_a_ticket_that_outlives_a_kill(other_data: Path) -> None:
    with Running(other_data, free_port(neighbours=2)) as first:
        first.until(r"^  Call it")
        assert "[the line hung up]" in first.command("call", typed=MESSAGE)
        program = Program(first, first.command("token", "add", "journey", "--role", "supervisor").strip())
        [call] = calls_at_the_carrier(other_data, "+14155550100")
        ours = f"tickets?call_sid={call}"
        assert soon(lambda: stored(program, ours), seconds=PATIENCE)
        assert soon(lambda: program.items(ours)[0]["assignee"] is not None, seconds=PATIENCE)
        [before] = program.items(ours)
        [said] = [file.read_bytes() for file in (other_data / "simulator/kept/recordings").glob("*.wav")]
        assert (before["department"], before["caller"], before["status"]) == ("billing", "+14155550100", "open")
        assert len(said) > 1000
        assert program.audio(before["recordings"][0]) == (200, said)
    assert soon(lambda: not server_processes(other_data))

    with Running(other_data, first.port) as second:
        second.until(r"^  Call it")
        [after] = program.items(ours)
        assert [after[name] for name in KEPT] == [before[name] for name in KEPT]
        assert program.audio(after["recordings"][0], Range="bytes=44-99") == (206, said[44:100])

        second.command("call", "--from", "+12125550123", typed=CALLBACK)
        [later] = calls_at_the_carrier(other_data, "+12125550123")
        [wanting] = program.items(f"tickets?call_sid={later}")
        assert wanting["department"] == "billing"
        asked = [each["to"] for each in program.items("callbacks") if each["ticket"] == wanting["number"]]
        assert asked == ["+12125550123"]

        second.process.send_signal(signal.SIGTERM)
        assert "nothing is left running" in second.rest()
        assert second.process.returncode == 0
    assert (instance._marked(other_data), server_processes(other_data)) == ([], [])


def calls_at_the_carrier(data: Path, caller: str) -> list[str]:
    """SIDs of the calls this number dialled at the running carrier; the demo's past has carriers of its own."""
    kept = [json.loads(file.read_text("utf-8")) for file in (data / "simulator/kept/calls").glob("*.json")]
    return [call["sid"] for call in kept if call["from_"] == caller and call["direction"] == "inbound"]


def stored(program: Program, ours: str) -> bool:
    """Whether the ticket's recording has arrived."""
    tickets = program.items(ours)
    return bool(tickets) and [program.one("recordings", id)["state"] for id in tickets[0]["recordings"]] == ["stored"]

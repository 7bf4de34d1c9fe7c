"""Removing the demo takes the simulated carrier's copies too, whether it runs or not."""

import dataclasses
import socket
from datetime import UTC, datetime

import pytest

from ringback.demo_past.copies import forget_copies
from simulator.carrier import Carrier
from simulator.records import Call, Recording
from simulator.server import Server
from simulator.store import Store

AT = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@pytest.fixture
def quiet(demo):
    """The demo with a carrier's port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return dataclasses.replace(demo, simulator_port=server.getsockname()[1])


@pytest.fixture
def kept(demo):
    """The carrier's folder after a recorded call, and with one that is not over."""
    store = Store(demo.data / "simulator/kept")
    for sid, ended in (("CA1", AT), ("CA2", None)):
        store.save(call(sid, ended))
        store.save(Recording(f"RE{sid[2:]}", sid, "RecordVerb", 1, AT, "completed", 3))
        store.keep_sound(f"RE{sid[2:]}", b"RIFF")
    return demo.data / "simulator/kept"


def call(sid, ended):
    given = {field.name for field in dataclasses.fields(Call) if field.default is dataclasses.MISSING}
    known = {"sid": sid, "created_at": AT, "ended_at": ended}
    return Call(**{name: known.get(name, "") for name in given} | known)


def names(kept):
    return sorted(path.name for path in kept.rglob("*") if path.is_file())


def test_a_carrier_that_does_not_run_keeps_nothing_of_calls_that_are_over(quiet, kept):
    assert forget_copies(quiet) == 1
    assert names(kept) == ["CA2.json", "RE2.json", "RE2.wav"]


def test_a_running_one_forgets_them_itself(demo, kept):
    carrier = Carrier(account_sid=demo.twilio_account_sid, auth_token=demo.twilio_auth_tokens[0], state_dir=kept)
    running = Server(carrier)
    running.start()
    try:
        port = int(running.url.rpartition(":")[2])
        assert forget_copies(dataclasses.replace(demo, simulator_port=port)) == 1
    finally:
        running.close()
    assert list(carrier.store.calls) == ["CA2"]
    assert names(kept) == ["CA2.json", "RE2.json", "RE2.wav"]


def test_once_the_demo_is_real_its_copies_go_without_a_carrier(demo, kept):
    assert forget_copies(dataclasses.replace(demo, demo=False)) == 1
    assert names(kept) == ["CA2.json", "RE2.json", "RE2.wav"]


def test_where_there_never_was_a_carrier_nothing_is_made(quiet):
    assert forget_copies(quiet) == 0
    assert not (quiet.data / "simulator").exists()

"""Ports are tried before anything starts; what is in the way is one line that names the setting to change."""

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import Settings, load
from ringback.listening import CannotListenError, check_ports
from tests.ports import free_port

Given = Callable[..., Settings]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Demo settings with free ports, except for what a test changes."""

    def settings(**changed: object) -> Settings:
        port = free_port(neighbours=2)  # of the stream and the simulator
        free = {"port": port, "simulator_port": port + 2}
        return replace(load({"RINGBACK_DATA": str(tmp_path)}, Path("/none")), **(free | changed))  # type: ignore[arg-type]

    return settings


def test_free_ports_are_fine(given: Given) -> None:
    check_ports(given())


def test_where_both_are_taken_the_port_that_the_other_follows_is_named(given: Given) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListenError, match=f"^PORT: cannot listen on 127.0.0.1:{port}: .* another PORT$"):
            check_ports(given(port=port, simulator_port=port))


def test_the_streams_port_is_tried_too_and_the_setting_that_moves_it_is_named(given: Given) -> None:
    settings = given()
    with socket.create_server(("127.0.0.1", settings.stream_port)), pytest.raises(CannotListenError) as caught:
        check_ports(settings)
    said = str(caught.value)
    assert said.startswith(f"PORT (the stream beside it): cannot listen on 127.0.0.1:{settings.stream_port}: ")
    assert said.endswith("give another PORT")
    assert "\n" not in said


def test_outside_the_demo_the_carriers_port_does_not_matter(given: Given) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        check_ports(given(demo=False, simulator_port=taken.getsockname()[1]))


@pytest.mark.parametrize(
    ("host", "said"), [("no-such-host.invalid", "^HOST: "), ("192.0.2.1", "another HOST or PORT$")]
)
def test_a_host_that_is_not_ours_is_named(given: Given, host: str, said: str) -> None:
    with pytest.raises(CannotListenError, match=said) as caught:
        check_ports(given(host=host))
    assert "\n" not in str(caught.value)

"""What bin/run shows: whole lines, and never a wait for whoever reads them."""

import os
from collections.abc import Iterator

import pytest

from ringback.screen import Screen


def test_a_line_has_its_time_and_its_program(pipe: tuple[int, int]) -> None:
    Screen(pipe[1]).show("web", "Listening")
    time, rest = os.read(pipe[0], 1000).decode().split(" ", 1)
    assert rest == "web       | Listening\n"
    assert len(time.split(":")) == 3


def test_a_reader_that_stops_reading_stops_nobody(pipe: tuple[int, int]) -> None:
    screen = Screen(pipe[1])
    for number in range(5000):
        screen.show("web", f"line {number} " + "x" * 200)
    read = os.read(pipe[0], 10_000_000).decode()
    assert "line 0 " in read
    assert "line 4999 " not in read
    screen.show("web", "again")
    assert os.read(pipe[0], 10_000_000).decode().splitlines()[0].endswith("lines were dropped, as nobody read them)")


def test_a_reader_that_is_gone_stops_nobody() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    Screen(writing).show("web", "to nobody")
    os.close(writing)


@pytest.mark.parametrize(
    ("line", "shown"),
    [("\x1b[31mred", "\\x1b[31mred"), ("a\rb", "a\\rb"), ("tab\tstays", "tab\tstays"), ("größer …", "größer …")],
)
def test_a_program_cannot_write_over_the_screen(pipe: tuple[int, int], line: str, shown: str) -> None:
    Screen(pipe[1]).show("web", line)
    assert os.read(pipe[0], 1000).decode().endswith(f"| {shown}\n")


def test_a_very_long_line_is_cut(pipe: tuple[int, int]) -> None:
    Screen(pipe[1]).show("web", "ü" * 10_000)
    said = os.read(pipe[0], 100_000)
    assert len(said) <= 4000
    assert said.decode().endswith("ü…\n")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)
    os.close(reading)

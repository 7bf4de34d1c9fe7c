"""What makes up a running Ringback besides the database and Redis: one `ringback` command each."""

from dataclasses import dataclass

from core.config import Settings
from ringback.cli import COMMANDS

STREAM = "PORT (the stream beside it)"


@dataclass(frozen=True)
class Program:
    """A command the supervisor runs. `once`: it prepares something and is done when it ended with status 0."""

    name: str
    arguments: tuple[str, ...]
    once: bool = False
    demo: bool = False
    port: str | None = None
    """Name of the setting that gives its port."""


PREPARATIONS = (
    Program("migrate", ("migrate",), once=True),
    Program("demo", ("demo", "seed"), once=True, demo=True),
)

PROGRAMS = (
    Program("simulator", ("simulator",), demo=True, port="RINGBACK_SIMULATOR_PORT"),
    Program("web", ("serve",), port="PORT"),
    Program("stream", ("stream",), port=STREAM),
    Program("worker", ("worker",)),
    Program("timetable", ("timetable",)),
    Program("past", ("demo", "grow"), once=True, demo=True),
    Program("callers", ("demo", "callers"), demo=True),
)


def wanted(programs: tuple[Program, ...], settings: Settings) -> list[Program]:
    """Those of `programs` that this installation runs: demo programs in demo mode, and commands that exist."""
    return [
        program
        for program in programs
        if (settings.demo or not program.demo) and (COMMANDS / f"{program.arguments[0]}.py").exists()
    ]


def ports(settings: Settings) -> dict[str, tuple[str, int]]:
    """Where the wanted programs listen: setting → (host, port). PORT comes first, as the others follow it.

    The stream has no setting of its own: STREAM names the one that moves it.
    """
    listens = {
        "PORT": (settings.host, settings.port),
        STREAM: (settings.host, settings.stream_port),
        "RINGBACK_SIMULATOR_PORT": ("127.0.0.1", settings.simulator_port),
    }
    used = {program.port for program in wanted(PROGRAMS, settings)}
    return {name: where for name, where in listens.items() if name in used}

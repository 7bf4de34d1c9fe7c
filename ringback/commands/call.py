"""Call the line from the terminal, or run a story."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from simulator.client import RemoteDesk

WITHHELD = "anonymous"


@click.command()
@click.argument("story", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "caller", help="Who calls, in E.164, or the word withheld.")
@click.option("--to", "called", help="The number called.")
@click.option("--at", metavar="TIME", help="Pretend that it is this time, such as 2026-11-29T23:10:00Z.")
def command(story: Path | None, caller: str | None, called: str | None, at: str | None) -> int:
    """A phone in the terminal: hear prompts as text; type keys, words, or a message, one input a line.

    `.` or an empty line is silence, `h` hangs up. With STORY, a caller's script plays itself. Exit status 0 when the
    call ended well.
    """
    from core.config import load
    from ringback.demo_line import NUMBER, account_of
    from simulator.client import RemoteDesk, SimulatorRefusedError, SimulatorUnreachableError

    settings = load()
    _, token = account_of(settings)
    desk = RemoteDesk(f"http://127.0.0.1:{settings.simulator_port}", token)
    moment = _moment(at)
    try:
        if story is not None:
            return _play(story, desk, caller, called or NUMBER, moment)
        return _converse(desk, caller or "+14155550100", called or NUMBER, moment)
    except SimulatorUnreachableError:
        raise click.ClickException(
            f"nobody answers on port {settings.simulator_port}; start bin/run first, then call"
        ) from None
    except SimulatorRefusedError as refusal:
        raise click.UsageError(str(refusal)) from None


def _converse(desk: "RemoteDesk", caller: str, called: str, at: datetime | None) -> int:
    from simulator.terminal import converse

    sid = desk.call(from_=WITHHELD if caller == "withheld" else caller, to=called, at=at)
    outcome = converse(desk, sid, sys.stdin, sys.stdout, echo=not sys.stdin.isatty())
    return 0 if outcome.well else 1


def _play(file: Path, desk: "RemoteDesk", caller: str | None, called: str, at: datetime | None) -> int:
    """Every story of the file, with what the options change."""
    from dataclasses import replace

    from simulator.story_desk import AtDesk
    from simulator.story_file import read_file
    from simulator.story_run import run_story

    status = 0
    for story in read_file(file):
        told = replace(story, at=at or story.at, caller=caller or story.caller)
        result = run_story(told, AtDesk(desk, number=called), check=False)
        click.echo(result.text())
        if result.failure is not None:
            click.echo(result.failure, err=True)
            status = 1
    return status


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--at: {text!r} is no time; write one such as 2026-11-29T23:10:00Z") from None
    if moment.tzinfo is None:
        raise click.UsageError("--at: add the zone, such as Z for UTC or +01:00")
    return moment

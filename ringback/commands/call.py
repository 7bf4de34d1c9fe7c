"""Call the line from the terminal, or run a story."""

import io
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from simulator.client import RemoteDesk
    from simulator.story import Story

WITHHELD = "anonymous"
CALLER = "+14155550100"


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
    from simulator.desk import UnknownCallError

    settings = load()
    _, token = account_of(settings)
    desk = RemoteDesk(f"http://127.0.0.1:{settings.simulator_port}", token)
    moment = _moment(at)
    from_ = WITHHELD if caller == "withheld" else _number("--from", caller, or_else=", or the word withheld")
    to = _number("--to", called) or NUMBER
    try:
        if story is not None:
            return _play(_stories(story), desk, from_, to, moment)
        return _converse(desk, from_ or CALLER, to, moment)
    except SimulatorUnreachableError:
        raise click.ClickException(
            f"nobody answers on port {settings.simulator_port}; start bin/run first, then call"
        ) from None
    except UnknownCallError:
        raise click.ClickException("the simulated carrier was started again and has lost the call") from None
    except SimulatorRefusedError as refusal:
        raise click.UsageError(str(refusal)) from None


def _converse(desk: "RemoteDesk", caller: str, called: str, at: datetime | None) -> int:
    from simulator.terminal import converse

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    sid = desk.call(from_=caller, to=called, at=at)
    try:
        outcome = converse(desk, sid, sys.stdin, sys.stdout, echo=not sys.stdin.isatty())
    except BaseException:  # Ctrl-C, or nobody reads any more: the receiver goes down
        desk.hang_up(sid)
        raise
    return 0 if outcome.well else 1


def _stories(file: Path) -> tuple["Story", ...]:
    from simulator.story_file import StoryError, read_file

    try:
        stories = read_file(file)
    except StoryError as error:
        raise click.UsageError(str(error)) from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name}: not UTF-8 text; save it as UTF-8") from None
    if not stories:
        raise click.UsageError(f"{file.name}: holds no story; begin with `story: what happens`")
    return stories


def _play(
    stories: tuple["Story", ...], desk: "RemoteDesk", caller: str | None, called: str, at: datetime | None
) -> int:
    """Every story of the file, with what the options change."""
    from dataclasses import replace

    from simulator.story_desk import AtDesk
    from simulator.story_run import run_story

    status = 0
    for story in stories:
        told = replace(story, at=at or story.at, caller=caller or story.caller)
        result = run_story(told, AtDesk(desk, number=called), check=False)
        click.echo(result.text())
        if result.failure is not None:
            click.echo(result.failure, err=True)
            status = 1
    return status


def _number(option: str, text: str | None, *, or_else: str = "") -> str | None:
    if text is not None and not re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        raise click.UsageError(f"{option}: {text!r} is no number; write one such as {CALLER}{or_else}")
    return text


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

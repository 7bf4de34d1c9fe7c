"""Fill the demo with people and a past, or remove it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from core.config import Settings
    from ringback.demo_past.growing import Progress

LOW_PRIORITY = 10
"""Whatever else runs goes before."""


@click.group()
def command() -> None:
    """The demo: people, a month of calls, callers in the background. All of it is labelled and can be removed."""


@command.command()
def seed() -> None:
    """Add the demo's people; those who are there stay as they are."""
    from core.database import make_engine, transaction
    from ringback.demo_sign_ins import give_passwords
    from ringback.installation import seed_demo

    with _demo() as filled:
        engine = make_engine(filled.database_url or "")
        with transaction(engine) as session:
            added = seed_demo(session, filled)
            give_passwords(session, filled)
        engine.dispose()
    click.echo(f"{added} people added")


@command.command()
def grow() -> None:
    """Tell what is missing of the past 30 days' calls, the newest day first. It can be stopped and goes on later."""
    with _demo() as filled:
        _tell(filled, wait=False)


@command.command()
def reset() -> None:
    """Remove all of the demo's calls and tickets, and tell 30 days anew. Nothing real is touched."""
    from core.clock import utc_now
    from ringback.demo_past.growing import grow_afresh

    with _demo() as filled:
        _remove(filled)
        grow_afresh(filled, now=utc_now())
        _tell(filled, wait=True)


@command.command()
def remove() -> None:
    """Remove all of the demo's calls, tickets, recordings and customers; its people too where it is no demo any more.

    Nothing real is touched: what a real call or ticket needs of the demo stays.
    """
    from core.config import load
    from ringback.embedded import exported

    with exported(load()) as filled:
        _remove(filled)


@command.command()
@click.argument("switch", type=click.Choice(["on", "off"]))
def live(switch: str) -> None:
    """Turn callers in the background on or off: about one a minute."""
    from ringback.demo_callers import turn

    turn(_demo_settings(), on=switch == "on")
    click.echo(f"callers in the background: {switch}")


@command.command()
def callers() -> None:
    """Call now and then while `demo live` is on, until stopped."""
    import signal
    import threading

    from core import logs
    from ringback.demo_callers import run

    settings = _demo_settings()
    logs.configure(level=settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(settings, stop)


def _tell(settings: "Settings", *, wait: bool) -> None:
    import os

    from core import logs
    from core.clock import utc_now
    from ringback.demo_past.growing import grow

    os.nice(LOW_PRIORITY)
    logs.configure(level="error")  # the lines of calls long ago would hide those of today's
    if not grow(settings, now=utc_now(), told=_say, wait=wait):
        click.echo("the demo's past was removed, or another process tells it")


def _say(progress: "Progress") -> None:
    if progress.days % 5 == 0 or progress.days == progress.of:
        click.echo(f"the demo's past: {progress.days} of {progress.of} days")


def _remove(settings: "Settings") -> None:
    from ringback.demo_past.copies import forget_copies
    from ringback.demo_past.removing import remove as remove_all

    removed = remove_all(settings)
    forget_copies(settings)
    people = f", {removed.people} people" if removed.people else ""
    click.echo(f"removed: {removed.tickets} tickets, {removed.calls} calls{people}")


def _demo_settings() -> "Settings":
    from core.config import SettingsError, load

    settings = load()
    if not settings.demo:
        raise SettingsError("RINGBACK_DEMO: this belongs to the demo only; set it to 1 to have it")
    return settings


@contextmanager
def _demo() -> Iterator["Settings"]:
    """The settings of a demo whose database answers."""
    from ringback.embedded import exported

    with exported(_demo_settings()) as filled:
        yield filled

"""Ask for recurring jobs when they are due."""

import click


@click.command()
def command() -> None:
    """Keep the timetable of recurring jobs until stopped."""
    from core.config import load
    from ringback.embedded import exported

    with exported(load()):
        from ringback.worker import timetable

        timetable()

"""Ask for recurring jobs when they are due."""

import click


@click.command()
def command() -> None:
    """Keep the timetable of recurring jobs until stopped."""
    from core import logs
    from core.config import load
    from ringback.embedded import exported

    with exported(load()) as settings:
        logs.configure(level=settings.log_level)
        from ringback.worker import timetable

        timetable()

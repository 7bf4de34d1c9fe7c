"""Bring the database to this release's schema."""

import click


@click.command()
def command() -> None:
    """Run the migrations that are missing, and set up a new installation; with nothing missing, change nothing."""
    from core.config import load
    from ringback.embedded import exported
    from ringback.installation import prepare

    with exported(load()) as settings:
        prepare(settings)

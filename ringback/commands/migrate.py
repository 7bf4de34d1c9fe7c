"""Bring the database to this release, and set up a new installation."""

import click


@click.command()
def command() -> None:
    """Run the migrations that are missing and set up what a new installation needs; done already, change nothing."""
    from core.config import load
    from ringback.embedded import exported
    from ringback.installation import prepare
    from ringback.migration import DatabaseUnreachableError

    with exported(load()) as settings:
        try:
            prepare(settings)
        except DatabaseUnreachableError as error:
            raise click.ClickException(str(error)) from error

"""Bring the database to this release's schema."""

import click


@click.command()
def command() -> None:
    """Run the migrations that are missing; with none missing, change nothing."""
    from core.config import load
    from ringback.embedded import exported
    from ringback.migration import DatabaseUnreachableError, migrate

    with exported(load()) as settings:
        try:
            migrate(settings)
        except DatabaseUnreachableError as error:
            raise click.ClickException(str(error)) from error

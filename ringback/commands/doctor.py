"""Examine the installation, and say cures."""

import click


@click.command()
def command() -> int:
    """Examine address, database, jobs, Redis, storage and carrier. Exit status 1 when something is ill."""
    from core.config import load
    from ringback.doctor import examine
    from ringback.embedded import exported

    with exported(load()) as settings:
        ill = 0
        for finding in examine(settings):
            click.echo(str(finding))
            ill += not finding.well
    return 1 if ill else 0

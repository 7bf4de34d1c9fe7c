"""Run jobs, and hand over those that are due."""

import click


@click.command()
def command() -> None:
    """Run background jobs until stopped."""
    from core.config import load
    from ringback.embedded import exported

    with exported(load()):
        from ringback.worker import main

        main()

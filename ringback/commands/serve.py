"""Run the web server."""

import click


@click.command()
def command() -> None:
    """Answer the carrier and the console on HOST:PORT with WEB_CONCURRENCY processes, until stopped."""
    from core.config import load
    from ringback.embedded import exported
    from ringback.web import serve

    with exported(load()) as settings:
        serve(settings)

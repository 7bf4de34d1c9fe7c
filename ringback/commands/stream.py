"""Run the stream of live hints."""

import click


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Where to listen; by default the port after PORT.")
def command(port: int | None) -> None:
    """Tell open pages that something changed, as server-sent events on HOST:PORT+1, until stopped."""
    from core.config import load
    from ringback.embedded import exported
    from ringback.stream_server import serve

    with exported(load()) as settings:
        serve(settings, port=port or settings.stream_port)

"""Look at what waits for the database, and have it applied."""

import click


@click.group()
def command() -> None:
    """What could not be written into the database yet, on this host."""


@command.command()
def show() -> None:
    """What waits and what was set apart: kind, time and call of each record, nothing that was said."""
    from core.config import load
    from ringback.journal_showing import listing

    for line in listing(load().journal):
        click.echo(line)


@command.command()
@click.option("--refused", is_flag=True, help="Try the refused records again as well.")
def drain(refused: bool) -> int:
    """Apply all that waits, now. Web processes do this by themselves. Exit status 1 when something still waits."""
    from core.config import load
    from ringback.embedded import ensured
    from ringback.journal_showing import take_up_again

    settings = load()
    with ensured(settings) as ready:
        from ivr.journal_draining import drain as drain_folder
        from ringback.app import make_parts, make_replaying

        folder = ready.journal
        if refused:
            click.echo(f"{take_up_again(folder)} refused records taken up again")
        done = drain_folder(folder, make_replaying(make_parts(ready)).apply)
    click.echo(
        f"{done.applied} applied, {done.refused} refused, {done.damaged} damaged"
        + (f"; stopped: {done.stopped}" if done.stopped else "")
    )
    return 1 if done.stopped or done.refused or done.damaged else 0

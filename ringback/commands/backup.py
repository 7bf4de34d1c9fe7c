"""Keep all that is remembered, in one file."""

from pathlib import Path

import click


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
def command(target: Path) -> None:
    """Write database, recordings, journal and secrets made once to TARGET, a new file or a folder, for you alone.

    Everything may go on running. Recordings in a bucket are listed with their hashes and not copied.
    """
    from core.clock import utc_now
    from core.config import load
    from core.storage import StorageError
    from ringback.backup.archive import BackupError
    from ringback.backup.making import back_up
    from ringback.embedded import ensured

    with ensured(load()) as settings:
        try:
            made = back_up(settings, target, now=utc_now())
        except (BackupError, StorageError) as error:
            raise click.ClickException(str(error)) from error
    how = "kept" if made.store == "folder" else f"listed, which stay in {made.store}"
    click.echo(f"{made.path}: {made.rows} rows, {made.recordings} objects ({made.recordings_bytes} bytes) {how}")

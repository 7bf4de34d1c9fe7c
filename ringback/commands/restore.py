"""Put a backup back."""

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Put it in the place of what the database holds.")
def command(file: Path, force: bool) -> int:
    """Put the backup FILE back, then run the migrations that are missing. Stop web, workers and timetable first.

    Exit status 1 when something is to be looked at; a file that is damaged, or too new, changes nothing.
    """
    from core.config import load
    from core.storage import StorageError
    from ringback.backup.archive import BackupError
    from ringback.backup.restoring import restore
    from ringback.embedded import ensured

    with ensured(load()) as settings:
        try:
            done = restore(settings, file, force=force)
        except (BackupError, StorageError) as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"restored as of {done.made_at}: {done.rows} rows, {done.recordings} objects")
    for line in done.trouble:
        click.echo(f"look at this: {line}", err=True)
    return 1 if done.trouble else 0

"""Check and show call flows."""

from pathlib import Path

import click


@click.group()
def command() -> None:
    """Call flows."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> int:
    """Check the flow in FILE: each finding with its line, step and cure. Exit status 1 when it may not go live."""
    from callflows.checks import check as prove
    from callflows.problems import BrokenFlow
    from callflows.reading import read_flow

    try:
        flow = read_flow(file.read_text("utf-8"))
    except BrokenFlow as broken:
        for problem in broken.problems:
            click.echo(f"{file}:{problem}")
        return 1
    except UnicodeDecodeError:
        click.echo(f"{file}: not UTF-8 text; save it as UTF-8")
        return 1
    for advice in prove(flow):
        click.echo(f"{file}:{advice}")
    click.echo(f"{file}: fine; flow {flow.key}, revision {flow.revision}, {len(flow.steps)} steps")
    return 0


@command.command()
@click.argument("key", default="main")
def show(key: str) -> None:
    """Print the text of the flow KEY."""
    from callflows.library import shipped

    flow = shipped().get(key)
    if flow is None:
        raise click.UsageError(f"there is no flow {key!r}; there are: {', '.join(sorted(shipped()))}")
    click.echo(flow.source, nl=not flow.source.endswith("\n"))

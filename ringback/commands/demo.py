"""Fill the demo with people."""

import click


@click.group()
def command() -> None:
    """The demo's people. Only in demo mode."""


@command.command()
def seed() -> None:
    """Add the demo's people; those who are there stay as they are."""
    from core.config import SettingsError, load
    from core.database import make_engine, transaction
    from ringback.embedded import exported
    from ringback.installation import seed_demo

    settings = load()
    if not settings.demo:
        raise SettingsError("RINGBACK_DEMO: demo people belong to the demo only; set it to 1 to have them")
    with exported(settings) as filled:
        engine = make_engine(filled.database_url or "")
        with transaction(engine) as session:
            added = seed_demo(session, filled)
        engine.dispose()
    click.echo(f"{added} people added")

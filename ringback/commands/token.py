"""Make tokens for programs that use the API."""

import click

from people.models import Role


@click.group()
def command() -> None:
    """Tokens for the API."""


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What it may do.")
def add(name: str, role: str) -> None:
    """Make a token and print it, once: only its digest is kept. NAME says what it is for."""
    from core.clock import utc_now
    from core.config import load
    from core.database import make_engine, transaction
    from people import tokens
    from ringback.embedded import exported
    from ringback.installation import brand_for

    with exported(load()) as settings:
        engine = make_engine(settings.database_url or "")
        try:
            with transaction(engine) as session:
                brand = brand_for(session, settings)
                _, text = tokens.add(session, brand_id=brand.id, name=name, role=Role(role), now=utc_now())
        except tokens.TokenNameError as problem:
            raise click.UsageError(str(problem)) from None
        finally:
            engine.dispose()
    click.echo(text)

"""Add people who work here, and make one-time links for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from people.models import Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.config import Settings

_ROLES = click.Choice([role.value for role in Role])


@click.group()
def command() -> None:
    """People who work here, and how they get in."""


@command.command()
@click.argument("email")
@click.option("--role", type=_ROLES, required=True, help="What they may do.")
@click.option("--name", help="How they are called; else as in the address.")
def add(email: str, role: str, name: str | None) -> None:
    """Add a person and print a one-time link with which they choose a password. It works for seven days."""
    from core.clock import utc_now
    from people import links
    from people.accounts import add_account
    from people.refusals import FieldRefused
    from people.sign_in_models import LinkPurpose
    from ringback.installation import brand_for

    try:
        with _session() as (session, settings):
            brand, now = brand_for(session, settings), utc_now()
            called = name or email.split("@")[0].replace(".", " ").title()
            account = add_account(session, brand_id=brand.id, email=email, name=called, role=Role(role), now=now)
            link = links.make(session, account=account, purpose=LinkPurpose.INVITE, now=now)
            url = settings.public_url + link.path
    except FieldRefused as problem:
        raise click.UsageError(str(problem)) from None
    click.echo(url)


@command.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time link with which somebody chooses a new password. It works for two hours."""
    from core.clock import utc_now
    from people import links
    from people.accounts import find_account
    from people.sign_in_models import LinkPurpose

    with _session() as (session, settings):
        account = find_account(session, email)
        if account is None or not account.active:
            raise click.UsageError(f"nobody who works here has the address {email}")
        url = settings.public_url + links.make(session, account=account, purpose=LinkPurpose.RESET, now=utc_now()).path
    click.echo(url)


@contextmanager
def _session() -> Iterator[tuple["Session", "Settings"]]:
    from core.config import load
    from core.database import make_engine, transaction
    from ringback.embedded import exported

    with exported(load()) as settings:
        engine = make_engine(settings.database_url or "")
        try:
            with transaction(engine) as session:
                yield session, settings
        finally:
            engine.dispose()

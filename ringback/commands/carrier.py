"""Point the carrier's numbers here."""

import click


@click.group()
def command() -> None:
    """The account at the carrier."""


@command.command()
@click.argument("number")
@click.option("--dry-run", is_flag=True, help="Say what would be set, and change nothing.")
def setup(number: str, dry_run: bool) -> None:
    """Have calls to NUMBER (E.164, of the account) answered here.

    Prints two static documents at the end: host them elsewhere, give the first one's address to the carrier as the
    number's fallback and the second one's as RINGBACK_AGENT_FALLBACK_URL: callers, and agents whom we ring, then hear
    something useful even while this whole machine is away.
    """
    from core.carrier import Carrier, CarrierError
    from core.config import load
    from ringback.demo_line import webhooks
    from ringback.fallback_document import agent_document, document

    settings = load()
    addresses = webhooks(settings)
    try:
        carrier = Carrier.from_settings(settings)
        numbers = carrier.numbers()
        if number not in numbers:
            owned = ", ".join(sorted(numbers)) or "none"
            raise click.UsageError(f"the account has no number {number}; it has: {owned}")
        if not dry_run:
            carrier.point_number(
                numbers[number],
                voice_url=addresses["voice_url"],
                fallback_url=addresses["voice_fallback_url"],
                status_callback=addresses["status_callback"],
            )
    except CarrierError as trouble:
        raise click.ClickException(f"the carrier says: {trouble}") from None
    click.echo(f"{number} {'would be' if dry_run else 'is'} answered here:")
    for name, address in addresses.items():
        click.echo(f"  {name:<20} {address}")
    click.echo("\nA fallback document to host elsewhere (as text/xml):\n")
    click.echo(document())
    click.echo("\nOne for agents whom we ring; its address is RINGBACK_AGENT_FALLBACK_URL:\n")
    click.echo(agent_document())

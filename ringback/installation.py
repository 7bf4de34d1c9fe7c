"""What an installation has from its first start: schema, a brand with three departments, and people in demo mode."""

from sqlalchemy.orm import Session

from core.clock import Clock, utc_now
from core.config import Settings
from core.database import make_engine, transaction
from people.demo import add_demo_people
from people.models import Brand
from people.setup import set_up
from ringback.migration import migrate


def prepare(settings: Settings) -> None:
    """Migrate, then set up what is missing. Safe to run again, and by two processes at once."""
    migrate(settings)
    engine = make_engine(settings.database_url or "")
    try:
        with transaction(engine) as session:
            brand_for(session, settings)
    finally:
        engine.dispose()


def brand_for(session: Session, settings: Settings) -> Brand:
    """The installation's first brand, made on the first start."""
    return set_up(
        session, zone=settings.zone, country=settings.country, account_sid=settings.twilio_account_sid or None
    )


def seed_demo(session: Session, settings: Settings, *, clock: Clock = utc_now) -> int:
    """Add the demo's people; how many were missing."""
    return len(add_demo_people(session, brand=brand_for(session, settings), now=clock()))

"""The comparisons with the carrier's lists, kept for the Health page and the doctor."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from health.models import Reconciliation


def keep(
    session: Session,
    *,
    since: datetime,
    began_at: datetime,
    ended_at: datetime,
    repaired: int,
    unread: str,
    report: Mapping[str, Any],
) -> None:
    """Keep the report of one comparison. unread: why some list could not be read, "" when all were."""
    session.add(
        Reconciliation(
            since=since,
            began_at=began_at,
            ended_at=ended_at,
            repaired=repaired,
            unread=unread,
            report=dict(report),
        )
    )

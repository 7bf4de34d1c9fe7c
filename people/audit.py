"""The record of who changed or looked at what. Rows are only ever added, in the transaction of what they tell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from people.models import AuditEntry

SYSTEM = "system"


def note(
    session: Session,
    *,
    brand_id: int,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    address: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry. `actor` is `account:7`, `token:3` or `system`; `facts` hold no secrets."""
    session.add(
        AuditEntry(
            brand_id=brand_id,
            at=now,
            actor=actor,
            action=action,
            subject=subject,
            address=address,
            facts=dict(facts or {}),
        )
    )

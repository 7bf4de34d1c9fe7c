"""The journal's check: well, late, or in need of a person, each with its cure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from health.journal import journal
from tests.clock import MONDAY_MORNING


@dataclass(frozen=True)
class Kept:
    records: int = 0
    oldest_at: datetime | None = None
    refused: int = 0
    damaged: int = 0


@pytest.mark.parametrize(
    ("kept", "tone", "cure"),
    [
        (Kept(), "ok", ""),
        (Kept(3, MONDAY_MORNING - timedelta(minutes=4)), "ok", ""),
        (Kept(3, MONDAY_MORNING - timedelta(minutes=6)), "bad", "journal drain"),
        (Kept(refused=1), "bad", "journal show"),
        (Kept(damaged=2), "bad", "journal show"),
    ],
)
def test_it_is_ill_when_a_person_is_needed(kept, tone, cure):
    check = journal(kept, MONDAY_MORNING)
    assert (str(check.name), check.tone) == ("Journal", tone)
    assert cure in str(check.cure)
    assert bool(str(check.cure)) == (tone != "ok")

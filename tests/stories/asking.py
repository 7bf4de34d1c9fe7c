"""A caller who asks to be called back, and a time at which that is done at once."""

from datetime import UTC, datetime

MORNING_IN_CALIFORNIA = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ASK = """
story: asks for a callback
lines:
  - press: "2"
  - press: "2"
  - press: "1"
"""

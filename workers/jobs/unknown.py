"""What runs when a row names a job that this release does not have."""

from core.outbox import TryAgain
from workers.work import Work


def unknown(work: Work) -> None:
    """Wait for a worker of another release; the attempts of registry.UNKNOWN bound how long."""
    raise TryAgain(f"this release has no job named {work.job!r}")

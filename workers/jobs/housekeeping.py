"""Jobs that keep the house: coming holidays, and rows nobody needs any more."""

from people.holiday_rows import keep_holidays as keep
from workers.pruning import prune as prune_rows
from workers.work import Work


def keep_holidays(work: Work) -> None:
    """Write the coming year's public holidays into the schedules."""
    with work.transaction() as session:
        keep(session, today=work.now().date())
        work.done(session)


def prune(work: Work) -> None:
    """Delete what is past its time, a batch in each transaction so that nobody waits for it."""
    while True:
        with work.transaction() as session:
            if not prune_rows(session, now=work.now()):
                return work.done(session)

"""The job that compares our record with the carrier's lists; the rules are in ivr/reconciling.py."""

from ivr.reconciling import Reconciling
from workers.work import Work


def reconcile(work: Work) -> None:
    """Compare the last day, repair, and keep the report. A list that cannot be read is told there: the next run looks
    as far back again."""
    Reconciling.from_settings(work.settings, engine=work.engine, carrier=work.carrier, clock=work.now).run()
    with work.transaction() as session:
        work.done(session)

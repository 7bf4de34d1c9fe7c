"""Jobs about recordings; the rules are in recordings/."""

from recordings import deleting, ledger, storing
from workers.work import Work


def fetch_recording(work: Work) -> None:
    """Bring one recording from the carrier to the store. args: recording (id)."""
    storing.store(
        work.transaction,
        recording_id=work.args["recording"],
        carrier=work.carrier,
        storage=work.storage,
        clock=work.now,
        spool=work.settings.data / "spool",
        delete_at_carrier=work.settings.delete_at_carrier,
        finish=work.done,
    )


def delete_recording_at_carrier(work: Work) -> None:
    """Delete the carrier's copy once ours is verified. args: recording (id)."""
    deleting.delete_at_carrier(
        work.transaction,
        recording_id=work.args["recording"],
        carrier=work.carrier,
        storage=work.storage,
        clock=work.now,
        finish=work.done,
    )


def find_missing_recordings(work: Work) -> None:
    """Account for every recording past its deadline, and fetch again those whose job was given up."""
    with work.transaction() as session:
        ledger.find_missing(session, now=work.now())
        ledger.fetch_again(session, now=work.now())
        work.done(session)

"""What each kind of error is worth."""

from datetime import timedelta

import psycopg
import pytest
from rq.timeouts import JobTimeoutException
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from core.carrier_errors import CarrierRefused, CarrierUnavailable, MediaNotReady
from core.database import make_engine
from core.outbox import Never, TryAgain
from core.storage import NotStored, StorageRefused, StorageUnavailable
from workers.errors import UNEXPECTED_ATTEMPTS, Verdict, judge


class BusyError(Exception):
    """As a client of an outside service raises it."""

    try_again = True
    retry_after = 90.0


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (TryAgain("not yet"), Verdict("not yet", None)),
        (TryAgain("not yet", after=timedelta(minutes=5)), Verdict("not yet", None, timedelta(minutes=5))),
        (Never("not at all"), Verdict("not at all", 1)),
        (BusyError("429"), Verdict("429", None, timedelta(seconds=90))),
        (BusyError(), Verdict("BusyError", None, timedelta(seconds=90))),
        (StorageUnavailable("away"), Verdict("away", None)),
        (StorageRefused("no such bucket"), Verdict("no such bucket", 1)),
        (CarrierUnavailable("429", retry_after=90), Verdict("429", None, timedelta(seconds=90))),
        (MediaNotReady("404"), Verdict("404", None)),
        (CarrierRefused("no"), Verdict("the carrier refused: status 0, code 0", 1)),
        (NotStored("no object"), Verdict("no object", 1)),
        (JobTimeoutException("longer than 30 seconds"), Verdict("longer than 30 seconds", None)),
        (ValueError("a\n  b"), Verdict("ValueError: a b", UNEXPECTED_ATTEMPTS, unforeseen=True)),
        (ValueError(), Verdict("ValueError", UNEXPECTED_ATTEMPTS, unforeseen=True)),
    ],
)
def test_an_error_is_worth_what_it_says(error: Exception, verdict: Verdict) -> None:
    assert judge(error) == verdict


def test_a_database_that_is_away_is_worth_all_tries() -> None:
    with pytest.raises(OperationalError) as caught, make_engine("postgresql+psycopg://x@127.0.0.1:1/x").connect():
        pass
    assert judge(caught.value).attempts is None


@pytest.mark.parametrize("error", [psycopg.errors.DeadlockDetected, psycopg.errors.QueryCanceled])
def test_a_statement_that_lost_to_others_is_worth_all_tries(error: type[psycopg.Error]) -> None:
    assert judge(DBAPIError("update", {}, error("lost"))).attempts is None


def test_a_callers_number_in_a_database_error_is_not_kept(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(
            text("insert into phone_number (brand_id, e164) values (999, :number)"), {"number": "+12025550147"}
        )
    verdict = judge(caught.value)
    assert verdict.unforeseen
    assert "violates foreign key constraint" in verdict.reason
    assert "2025550147" not in verdict.reason
    assert "999" not in verdict.reason


def test_a_reason_is_never_longer_than_a_person_would_read() -> None:
    assert len(judge(TryAgain("x" * 10_000)).reason) == 500

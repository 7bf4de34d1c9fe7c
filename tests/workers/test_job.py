"""How long a job waits between tries."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from workers.job import Job

attempts = st.integers(1, 10_000)
rows = st.integers(1, 2**63 - 1)
seconds = st.floats(1, 10_000)


@given(attempt=attempts, row_id=rows, first=seconds, longest=seconds)
def test_a_wait_is_at_least_a_second_and_below_its_doubling_bound(
    attempt: int, row_id: int, first: float, longest: float
) -> None:
    job = Job(does="a:b", failure="", first_wait=first, longest_wait=longest)
    wait = job.wait(row_id=row_id, attempt=attempt).total_seconds()
    assert 1 <= wait <= max(1, min(longest, first * 2 ** min(attempt - 1, 100))) + 1e-6


@given(attempt=attempts, row_id=rows)
def test_a_wait_is_the_same_whenever_asked(attempt: int, row_id: int) -> None:
    job = Job(does="a:b", failure="")
    assert job.wait(row_id=row_id, attempt=attempt) == job.wait(row_id=row_id, attempt=attempt)


def test_rows_that_failed_together_are_tried_again_apart() -> None:
    job = Job(does="a:b", failure="", first_wait=100, longest_wait=100)
    waits = sorted(job.wait(row_id=row_id, attempt=1) for row_id in range(1000))
    tenths = [sum(1 for wait in waits if low <= wait.total_seconds() < low + 10) for low in range(0, 100, 10)]
    assert all(50 < number < 150 for number in tenths)
    assert waits[-1] <= timedelta(seconds=100)

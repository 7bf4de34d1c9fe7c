"""Runs relay and workers with the jobs to practise on; the settings come from the environment."""

from ringback.worker import main
from tests.workers.practice import JOBS

if __name__ == "__main__":
    main(jobs=JOBS)

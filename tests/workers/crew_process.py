"""Runs relay and workers with the jobs to practise on; the settings come from the environment."""

from core import logs
from ringback.worker import main
from tests.workers.practice import JOBS

if __name__ == "__main__":
    logs.configure(level="error")
    main(jobs={name: job for name, job in JOBS.items() if name != "missing"})

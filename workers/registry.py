"""Every job there is, by the name that an outbox row gives it."""

from collections.abc import Mapping
from types import MappingProxyType

from workers.job import Job

JOBS: Mapping[str, Job] = MappingProxyType({})

UNKNOWN = Job(does="workers.jobs.unknown:unknown", failure="There is no such job", first_wait=30)
"""For a name this release does not know, as in the middle of a deploy: tried again, then it fails in the open."""

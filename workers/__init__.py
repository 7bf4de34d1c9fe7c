"""The background door: from a row in the outbox to a job done, once.

Started by ringback/worker.py. `registry` names every job, `relay` hands due rows to RQ, `running` runs one row and
ends it, `timetable` asks for what recurs, and `jobs/` holds a few lines for each job that call one verb of a room. RQ
carries, isolates and limits; PostgreSQL remembers. No room imports this one: they write a row that names a job.
"""

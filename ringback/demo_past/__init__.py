"""The demo's past: a month of calls, told by callers' stories through a shifted clock: every list has a history.

The `ringback demo` commands call it, never anything a real caller waits for. Stories are told against the real
application and the real jobs, but into tables of their own (schema `demo_past`), which the live relay, sweeps and pages
do not see; a day of the past appears among the public rows in one transaction. Everything of it is labelled `demo`.
"""

"""Who gets the work, and whom we may call: assignment, callbacks and their rules.

Called by jobs, console and API after a ticket or a request exists. Policies (destinations, windows, retries, choosing)
are pure functions over values; rows are changed by the verbs that use them. It never answers a carrier's webhook and
never places a call without asking the policies here.
"""

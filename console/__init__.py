"""The staff's door: pages in HTML, rendered on the server and made quick by htmx.

Mounted by ringback. Pages act through the verbs and queries of the rooms below and hold no rules of their own; they
never open a connection to the carrier, to Redis or to the store except to hand a recording on.
"""

"""Infrastructure that knows nothing about tickets: settings, database, outbox, storage, carrier client, clock, logs.

Every room may use it; it uses none of them. The list of its modules is closed on purpose.
"""

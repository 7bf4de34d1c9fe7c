"""Puts the rooms together and starts them: the web application, the `ringback` command, the supervisor.

Called by bin/, the Procfile and WSGI servers. It holds no rules of its own: what a call, a ticket or a job may do
is decided in the rooms below.
"""

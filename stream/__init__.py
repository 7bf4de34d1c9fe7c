"""Live hints to open consoles: a small process of its own, so that open streams hold no thread of the web server.

It tells that something changed, never what; a page that cares asks again by its own route. It writes nothing.
"""

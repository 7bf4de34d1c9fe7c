"""The programs' door: JSON over HTTP under /api/v1, described by the OpenAPI document it serves itself.

Integrations and scripts call it with a bearer token; `ringback` mounts it (api/door.py). Each noun is one module that
parses, calls one verb or query of the room that owns the thing, and shapes the answer. It holds no rules of its own,
never writes a row itself but for the answers it must be able to repeat, and never shows one brand another's data.
"""

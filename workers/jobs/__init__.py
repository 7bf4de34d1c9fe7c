"""The jobs: each opens the row's arguments, calls one verb of the room that knows, and ends the row with it.

Called by workers/running.py through workers/registry.py. Rules live in the rooms, never here.
"""

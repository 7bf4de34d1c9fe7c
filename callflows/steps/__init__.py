"""One file per kind of step: what it says, what it needs to know, where it leads.

`callflows/engine.py` walks them, `callflows/reading.py` makes them from YAML. A step never does anything: it answers
with a move and with outcomes as data.
"""

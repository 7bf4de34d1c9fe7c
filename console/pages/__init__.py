"""One module per noun. Each declares its pages on a `Noun` called NOUN (or several), and console/door.py finds it by
its file; modules here are imported by nobody else.
"""

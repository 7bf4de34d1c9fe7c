"""The commands of `ringback`, one module each, found by their file names: `flow.py` is `ringback flow`.

A module holds a click command or group named `command`; the first line of its docstring is its line in `--help`,
which imports none of them. What is heavy a command imports when it runs.
"""

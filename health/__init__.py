"""Whether the installation is well: what is looked at once, and told by the console, the API, the doctor and metrics.

A check reads its figures in one statement and says what was seen, how bad it is, and the cure. What only the machine
itself can tell (the carrier's answer, the store, Redis) the doctor adds.
"""

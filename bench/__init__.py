"""Benchmarks: each beside its baseline in the same run, printed as ratios. `bin/bench` runs them.

Only ratios are kept: the machine, its neighbours and its mood change, a ratio of two things measured in turn does not.
"""

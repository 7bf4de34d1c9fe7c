"""Chaos: thousands of calls while everything the house stands on is killed, stopped, flushed and started again.

`running` is the command. `house` starts the programs, `conductor` breaks them, `callers` call; then `settling` lets the
house come to rest, and `checking` compares what the simulator did (`deeds`) with the database and the bucket. What
checks imports nothing of the product.
"""

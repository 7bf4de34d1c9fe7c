"""The audio: a ledger of every recording that ought to exist, its fetching, storing and listening.

Jobs fetch and store; the API lets people listen. It never decides who may: the edge does.
"""

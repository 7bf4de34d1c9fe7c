"""The carrier's door: webhooks in, TwiML out.

The carrier calls it. It checks who is calling, turns parameters into typed values, asks the call flow what comes next,
records that in one statement, and renders the answer. It decides nothing about tickets, flows or recordings itself.
"""

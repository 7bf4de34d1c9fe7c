"""The record: calls and their legs, tickets, customers, and the timeline that tells what happened.

Webhooks, jobs, the API and the console change it through the verbs here and read it through `queries`. It knows
nothing of call flows, of recordings' bytes or of who is free.
"""

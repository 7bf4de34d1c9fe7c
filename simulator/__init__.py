"""A pretended voice carrier: a Twilio-compatible REST API, signed webhooks, and phones that perform TwiML strictly.

The demo, `ringback call` and the tests call it; it reaches the product only as a carrier would, over HTTP. It imports
no other room, and only `ringback` imports it. It never sleeps to pretend that time passes: every call has a clock of
its own, which speech, pauses and silences move on.
"""

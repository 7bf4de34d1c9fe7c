"""The conversation itself, pure: what a caller pressed or said goes in, what happens next comes out as data.

`ivr/conversation.py` and the story runner call it. It never touches a database, a clock, a request or TwiML.
"""

"""Who gets what: assignment of tickets, and callbacks from the promise to the conversation.

Jobs, the API and the caller's path use its verbs. It never renders TwiML and never touches audio.
"""

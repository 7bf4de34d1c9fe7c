"""Answers that need nothing: no database, no flow, no revision. The caller can always leave a message.

They serve the carrier's fallback request, our own errors, and positions nobody knows any more. The recording's news
makes the call and its ticket, so even a call that only ever met this page is kept.
"""

from core.connection_overrides import RETRIED
from ivr.twiml import HEAD, TAIL, escape, say

SORRY = (
    "Sorry, something went wrong on our side. Your call still counts. Please leave a message with your name, "
    "your number and what it is about after the tone, and we will call you back. When you are done, "
    "press hash or hang up."
)
THANKS = "Thank you. We have your message and will get back to you. Goodbye."
NOTHING_HEARD = "We did not hear a message, but we have noted your call. Goodbye."


def take_message(public_url: str) -> str:
    """Apologise and record a message."""
    done = escape(f"{public_url}/voice/goodbye{RETRIED}")
    news = escape(f"{public_url}/voice/recording?part=emergency{RETRIED}")
    return (
        f'{HEAD}{say(SORRY)}<Record finishOnKey="#" maxLength="300" timeout="10" playBeep="true" trim="do-not-trim" '
        f'method="POST" action="{done}" recordingStatusCallback="{news}" '
        'recordingStatusCallbackEvent="completed absent" recordingStatusCallbackMethod="POST"/>'
        f'<Redirect method="POST">{done}</Redirect>{TAIL}'
    )


def goodbye(*, left_message: bool) -> str:
    """Say thanks and end the call."""
    return f"{HEAD}{say(THANKS if left_message else NOTHING_HEARD)}<Hangup/>{TAIL}"

"""Static answers while this whole machine is away: to be hosted elsewhere, they need nothing of ours."""

from ivr.twiml import HEAD, TAIL, say

WORDS = (
    "Thank you for calling. We have a technical problem and cannot take your call right now. Please leave your name, "
    "your number and what it is about after the tone. When you are done, just hang up. We will get back to you."
)

AGENT_WORDS = (
    "This was to be a callback, but our system is away and cannot connect you now. The callback waits until then. "
    "Goodbye."
)


def document() -> str:
    """TwiML that apologises and records a message at the carrier, where `doctor` and people can find it later.

    It names no address of ours: none could be reached.
    """
    record = '<Record maxLength="300" timeout="10" playBeep="true" trim="do-not-trim"/>'
    return f"{HEAD}{say(WORDS)}{record}{say('Goodbye.')}{TAIL}"


def agent_document() -> str:
    """TwiML for an agent whom we ring for a callback: without it they would hear the carrier's own apology."""
    return f"{HEAD}{say(AGENT_WORDS)}{TAIL}"

"""How a try to reach a customer ended, read from what the carrier says about the call."""

from enum import StrEnum


class Outcome(StrEnum):
    """The end of one try."""

    CONNECTED = "connected"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    MACHINE = "machine"
    UNREACHABLE = "unreachable"
    """The carrier dialled and failed, without saying that the number is wrong."""
    INVALID = "invalid"
    """There is no such number."""
    REFUSED = "refused"
    """The carrier does not dial there: permissions, blocks."""
    CARRIER_TROUBLE = "carrier_trouble"
    """Nothing was dialled: the carrier was away, or had too many requests."""
    AGENT_NOT_ACCEPTED = "agent_not_accepted"
    """The agent rung first did not accept; the customer was not dialled."""


def outcome_of_dial(call_status: str, *, answered_by: str | None = None, sip_code: str | None = None) -> Outcome:
    """The outcome of a customer's leg (Twilio `CallStatus`, `AnsweredBy`, `SipResponseCode`).

    `unknown` counts as a person, because hanging up on one is worse than talking to a machine.
    """
    if call_status in {"completed", "answered", "in-progress"}:
        return _outcome_of_answer(answered_by)
    if call_status == "failed" and sip_code in NO_SUCH_NUMBER:
        return Outcome.INVALID
    return _BY_STATUS.get(call_status, Outcome.UNREACHABLE)


def outcome_of_error(code: int | None) -> Outcome:
    """The outcome of a refused request to place a call (Twilio error code; None: no answer at all)."""
    if code in INVALID_TO:
        return Outcome.INVALID
    return Outcome.REFUSED if code in NOT_DIALLED else Outcome.CARRIER_TROUBLE


NO_SUCH_NUMBER = frozenset({"404", "410", "484", "604"})
"""SIP answers for numbers nobody has (RFC 3261 §21: not found, gone, address incomplete, does not exist anywhere)."""

INVALID_TO = frozenset({21201, 21211, 21217, 13223})
"""Twilio: no To, invalid To, not a valid number, number format."""

NOT_DIALLED = frozenset({21203, 21214, 21215, 21216, 13224, 13225, 13226, 13227})
"""Twilio: international calls off, unreachable by us, no geographic permission, blocked, unsupported, and the like."""

_BY_STATUS = {
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    # We hung up while it rang, so they were rung and did not answer.
    "canceled": Outcome.NO_ANSWER,
}


def _outcome_of_answer(answered_by: str | None) -> Outcome:
    word = answered_by or ""
    return Outcome.MACHINE if word.startswith("machine") or word == "fax" else Outcome.CONNECTED

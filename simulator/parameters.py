"""The form fields of webhooks: the standard ones of a call, and those each family of callbacks adds."""

import hashlib
import hmac
from datetime import datetime

from simulator.clock import rfc2822
from simulator.records import Call, Recording
from simulator.signing import sign_time

API_VERSION = "2010-04-01"
Fields = tuple[tuple[str, str], ...]

_PLACES = {
    "+1415": ("SAN FRANCISCO", "CA", "94105", "US"),
    "+1212": ("NEW YORK", "NY", "10001", "US"),
    "+1": ("", "", "", "US"),
    "+44": ("", "", "", "GB"),
    "+49": ("", "", "", "DE"),
    "+33": ("", "", "", "FR"),
    "+61": ("", "", "", "AU"),
}


def standard(call: Call, *, account: str, token: str, status: str | None = None) -> Fields:
    """The parameters that every webhook of a call carries (twilio.com/docs/voice/twiml)."""
    fields = {
        "CallSid": call.sid,
        "AccountSid": account,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": status or call.status,
        "ApiVersion": API_VERSION,
        "Direction": call.direction,
    }
    optional = {
        "ParentCallSid": call.parent_sid,
        "ForwardedFrom": call.forwarded_from,
        "CallerName": call.caller_name,
        "StirVerstat": call.stir,
        "CallToken": call_token(call, token) if call.direction == "inbound" else None,
        "AnsweredBy": call.answered_by,
    }
    fields |= {name: value for name, value in optional.items() if value}
    for name, number in (("From", call.from_), ("Caller", call.from_), ("To", call.to), ("Called", call.to)):
        fields |= _geography(name, number)
    return (*fields.items(), *pretended_time(call, token))


def call_token(call: Call, token: str) -> str:
    """What lets the product place a call that shows this caller's own number (SHAKEN/STIR)."""
    return hmac.new(token.encode(), f"call-token|{call.sid}".encode(), hashlib.sha256).hexdigest()


def pretended_time(call: Call, token: str) -> Fields:
    """A demo call's time, and its proof; nothing for any other call."""
    if call.at is None:
        return ()
    return (("RingbackAt", call.at), ("RingbackAtSignature", sign_time(call.sid, call.at, token)))


def progress(call: Call, *, now: datetime) -> Fields:
    """What a call-status callback adds to the standard parameters."""
    fields = {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.events_sent),
        "Timestamp": rfc2822(now),
    }
    if call.over:
        fields["CallDuration"] = str(call.seconds)
        if call.status == "completed":
            fields["Duration"] = str(-(-call.seconds // 60))  # billed minutes, begun ones counted whole
        if call.sip_code:
            fields["SipResponseCode"] = call.sip_code
    elif call.direction != "inbound" and call.stir is None:
        fields["StirStatus"] = "B"
    return tuple(fields.items())


def recording(made: Recording, call: Call | None, *, account: str, token: str, url: str) -> Fields:
    """A recording-status callback. It carries no From or To: the carrier leaves them out here."""
    fields = {
        "AccountSid": account,
        "CallSid": made.call_sid,
        "RecordingSid": made.sid,
        "RecordingUrl": url,
        "RecordingStatus": "in-progress" if made.status == "processing" else made.status,
        "RecordingChannels": str(made.channels),
        "RecordingStartTime": rfc2822(made.created_at),
        "RecordingSource": made.source,
        "RecordingTrack": made.track,
    }
    if made.conference_sid:
        fields["ConferenceSid"] = made.conference_sid
    if made.status == "completed":
        fields["RecordingDuration"] = str(made.seconds)
    if made.error_code:
        fields["ErrorCode"] = str(made.error_code)
    return (*fields.items(), *(pretended_time(call, token) if call else ()))


def _geography(name: str, number: str) -> dict[str, str]:
    prefix = max((known for known in _PLACES if number.startswith(known)), key=len, default=None)
    if prefix is None:
        return {}
    return {
        f"{name}{part}": value for part, value in zip(("City", "State", "Zip", "Country"), _PLACES[prefix], strict=True)
    }

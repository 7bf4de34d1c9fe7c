"""Calls, recordings and numbers as JSON, field for field as the carrier shows them."""

from datetime import datetime
from typing import Any

from simulator.carrier import Carrier
from simulator.clock import rfc2822
from simulator.parameters import API_VERSION
from simulator.records import Call, Number, Recording

_STATUS = {"initiated": "queued"}
"""States that webhooks know and the REST API does not."""


def call(carrier: Carrier, shown: Call) -> dict[str, Any]:
    """A call. Durations are texts, and `duration` is there only once the call is over."""
    uri = f"{_account(carrier)}/Calls/{shown.sid}"
    children = ("Events", "Notifications", "Payments", "Recordings", "Siprec", "Streams", "Transcriptions")
    return {
        "sid": shown.sid,
        "account_sid": carrier.account_sid,
        "annotation": None,
        "answered_by": shown.answered_by,
        "api_version": API_VERSION,
        "caller_name": shown.caller_name,
        "date_created": date(shown.created_at),
        "date_updated": date(shown.updated_at or shown.created_at),
        "direction": shown.direction,
        "duration": str(shown.seconds) if shown.over else None,
        "start_time": date(shown.started_at),
        "end_time": date(shown.ended_at),
        "forwarded_from": shown.forwarded_from,
        "from": shown.from_,
        "from_formatted": shown.from_,
        "group_sid": None,
        "parent_call_sid": shown.parent_sid,
        "phone_number_sid": shown.number_sid,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "status": _STATUS.get(shown.status, shown.status),
        "to": shown.to,
        "to_formatted": shown.to,
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {name.lower(): f"{uri}/{name}.json" for name in children},
    }


def recording(carrier: Carrier, shown: Recording) -> dict[str, Any]:
    """A recording's metadata. Its duration is -1 until it is complete, as the carrier has it."""
    uri = f"{_account(carrier)}/Recordings/{shown.sid}"
    return {
        "sid": shown.sid,
        "account_sid": carrier.account_sid,
        "api_version": API_VERSION,
        "call_sid": shown.call_sid,
        "conference_sid": shown.conference_sid,
        "channels": shown.channels,
        "date_created": date(shown.created_at),
        "date_updated": date(shown.updated_at or shown.created_at),
        "start_time": date(shown.created_at),
        "duration": str(shown.seconds),
        "encryption_details": None,
        "error_code": shown.error_code,
        "media_url": carrier.recorder.url(shown.sid),
        "price": None,
        "price_unit": "USD",
        "source": shown.source,
        "status": shown.status,
        "track": shown.track,
        "uri": f"{uri}.json",
        "subresource_uris": {
            "add_on_results": f"{uri}/AddOnResults.json",
            "transcriptions": f"{uri}/Transcriptions.json",
        },
    }


def number(carrier: Carrier, shown: Number) -> dict[str, Any]:
    """A number of the account."""
    return {
        "sid": shown.sid,
        "account_sid": carrier.account_sid,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "date_created": date(shown.created_at),
        "date_updated": date(shown.updated_at or shown.created_at),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": shown.friendly_name,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": shown.number,
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": "",
        "status": "in-use",
        "status_callback": shown.status_callback,
        "status_callback_method": shown.status_callback_method,
        "subresource_uris": {},
        "trunk_sid": None,
        "type": "local",
        "uri": f"{_account(carrier)}/IncomingPhoneNumbers/{shown.sid}.json",
        "voice_application_sid": "",
        "voice_caller_id_lookup": shown.caller_id_lookup,
        "voice_fallback_method": shown.voice_fallback_method,
        "voice_fallback_url": shown.voice_fallback_url,
        "voice_method": shown.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": shown.voice_url,
    }


def date(moment: datetime | None) -> str | None:
    """A date as the REST API writes it."""
    return rfc2822(moment) if moment else None


def _account(carrier: Carrier) -> str:
    return f"/{API_VERSION}/Accounts/{carrier.account_sid}"

"""/IncomingPhoneNumbers: the account's numbers, and where their calls go."""

from flask import Blueprint, Response, jsonify, request

from simulator.carrier import Carrier
from simulator.records import Number
from simulator.rest import forms, lists, pictures
from simulator.rest.errors import RestError, not_found

Answer = Response | tuple[Response, int] | tuple[str, int]

_ADDRESSES = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
}
_METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
}


def blueprint(carrier: Carrier) -> Blueprint:
    """The routes of this resource, below the account's."""
    routes = Blueprint("numbers", __name__)

    @routes.get("/IncomingPhoneNumbers.json")
    def index() -> Answer:
        wanted = request.args.get("PhoneNumber")
        found = [each for each in carrier.store.numbers.values() if not wanted or each.number == wanted]
        return lists.page("incoming_phone_numbers", found, lambda each: pictures.number(carrier, each))

    @routes.post("/IncomingPhoneNumbers.json")
    def create() -> Answer:
        number = forms.given("PhoneNumber") or ""
        if not forms.E164.fullmatch(number):
            raise RestError(400, 21421, f"PhoneNumber is invalid: {number!r}")
        if carrier.store.number(number) is not None:
            raise RestError(400, 21422, f"PhoneNumber {number} is taken")
        return jsonify(pictures.number(carrier, _change(carrier, carrier.add_number(number)))), 201

    @routes.get("/IncomingPhoneNumbers/<sid>.json")
    def fetch(sid: str) -> Answer:
        return jsonify(pictures.number(carrier, _known(carrier, sid)))

    @routes.post("/IncomingPhoneNumbers/<sid>.json")
    def update(sid: str) -> Answer:
        return jsonify(pictures.number(carrier, _change(carrier, _known(carrier, sid))))

    return routes


def _known(carrier: Carrier, sid: str) -> Number:
    number = carrier.store.numbers.get(sid)
    if number is None:
        raise not_found(request.path)
    return number


def _change(carrier: Carrier, number: Number) -> Number:
    # A field given empty clears an address, and one that is absent leaves it.
    addresses = {name: forms.url(name) or "" for name in _ADDRESSES if name in request.form}
    voice_url = addresses.get("VoiceUrl", number.voice_url)
    if addresses.get("VoiceFallbackUrl") and not voice_url:
        raise RestError(400, 21405, "VoiceFallbackUrl needs VoiceUrl")
    methods = {name: forms.choice(name, "GET", "POST") for name in _METHODS}
    for name, value in addresses.items():
        setattr(number, _ADDRESSES[name], value)
    for name, method in methods.items():
        if method is not None:
            setattr(number, _METHODS[name], method)
    number.friendly_name = forms.given("FriendlyName") or number.friendly_name
    number.caller_id_lookup = forms.flag("VoiceCallerIdLookup", default=number.caller_id_lookup)
    number.updated_at = carrier.now()
    carrier.store.save(number)
    return number

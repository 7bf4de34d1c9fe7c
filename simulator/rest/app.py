"""The REST API as one blueprint: who may ask, and the resources below the account."""

import hmac

from flask import Blueprint, Response, jsonify, request

from simulator.carrier import Carrier
from simulator.parameters import API_VERSION
from simulator.rest import calls, conferences, lying, numbers, pictures, queues, recordings
from simulator.rest.errors import RestError, not_found, refusal


def blueprint(carrier: Carrier) -> Blueprint:
    """All resources of this carrier's account, under /2010-04-01/Accounts/{AC}."""
    api = Blueprint("rest", __name__, url_prefix=f"/{API_VERSION}/Accounts")

    @api.before_request
    def authenticate() -> None:
        if not _known_user(carrier):
            raise RestError(401, 20003, "Authenticate")
        named = request.path.split("/")[3].removesuffix(".json")
        if named != carrier.account_sid:
            raise not_found(request.path)

    lying.install(api, carrier)

    @api.get("/<account>.json")
    def account(account: str) -> Response:
        return jsonify(
            {
                "sid": carrier.account_sid,
                "friendly_name": "Pretended carrier",
                "status": "active",
                "type": "Full",
                "date_created": pictures.date(carrier.began_at),
                "date_updated": pictures.date(carrier.began_at),
                "owner_account_sid": carrier.account_sid,
                "auth_token": None,
                "uri": request.path,
                "subresource_uris": {},
            }
        )

    @api.errorhandler(RestError)
    def refused(error: RestError) -> tuple[Response, int]:
        return refusal(error)

    for resource in (calls, recordings, numbers, queues, conferences):
        api.register_blueprint(resource.blueprint(carrier), url_prefix=f"/{carrier.account_sid}")
    return api


def _known_user(carrier: Carrier) -> bool:
    given = request.authorization
    if given is None or given.type != "basic":
        return False
    users = {carrier.account_sid: carrier.auth_token, **carrier.api_keys}
    secret = users.get(given.username or "")
    return secret is not None and hmac.compare_digest(secret.encode(), (given.password or "").encode())

"""/Queues and their Members: look up, make, delete, and take a caller out to perform something else."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.carrier import Carrier
from simulator.parameters import API_VERSION
from simulator.queues import LARGEST, Member, Queue
from simulator.rest import calls, forms, lists, pictures
from simulator.rest.errors import RestError, not_found
from simulator.steps import MovedError

Answer = Response | tuple[Response, int] | tuple[str, int]


def blueprint(carrier: Carrier) -> Blueprint:
    """The routes of this resource, below the account's."""
    routes = Blueprint("queues", __name__)

    @routes.get("/Queues.json")
    def index() -> Answer:
        found = list(reversed(tuple(carrier.queues.by_sid.values())))
        return lists.page("queues", found, lambda queue: _queue(carrier, queue))

    @routes.post("/Queues.json")
    def create() -> Answer:
        name = forms.given("FriendlyName") or ""
        if not 1 <= len(name) <= 64:
            raise RestError(400, 20001, "FriendlyName must have 1 to 64 characters")
        if carrier.queues.named(name) is not None:
            raise RestError(400, 22003, f"A queue named {name!r} exists")
        made = carrier.queues.create(name, largest=forms.whole("MaxSize", 1000, 1, LARGEST))
        return jsonify(_queue(carrier, made)), 201

    @routes.get("/Queues/<sid>.json")
    def fetch(sid: str) -> Answer:
        return jsonify(_queue(carrier, _known(carrier, sid)))

    @routes.delete("/Queues/<sid>.json")
    def delete(sid: str) -> Answer:
        if _known(carrier, sid).members:
            raise RestError(400, 22002, "The queue is not empty")
        carrier.queues.by_sid.pop(sid)
        return "", 204

    @routes.get("/Queues/<sid>/Members.json")
    def members(sid: str) -> Answer:
        queue = _known(carrier, sid)
        return lists.page("queue_members", tuple(queue.members), lambda member: _member(carrier, queue, member))

    @routes.get("/Queues/<sid>/Members/<call_sid>.json")
    def member(sid: str, call_sid: str) -> Answer:
        queue = _known(carrier, sid)
        return jsonify(_member(carrier, queue, _waiting(queue, call_sid)))

    @routes.post("/Queues/<sid>/Members/<call_sid>.json")
    def dequeue(sid: str, call_sid: str) -> Answer:
        queue = _known(carrier, sid)
        waiting = _waiting(queue, call_sid)
        step = calls.next_step()
        if step is None:
            raise RestError(400, 21205, "Url parameter is required")
        shown = _member(carrier, queue, waiting)
        waiting.leg.interrupt(MovedError(step))
        return jsonify(shown)

    return routes


def _known(carrier: Carrier, sid: str) -> Queue:
    queue = carrier.queues.by_sid.get(sid)
    if queue is None:
        raise not_found(request.path)
    return queue


def _waiting(queue: Queue, call_sid: str) -> Member:
    for member in tuple(queue.members):
        if call_sid in ("Front", member.leg.call.sid):
            return member
    raise not_found(request.path)


def _uri(carrier: Carrier, queue: Queue) -> str:
    return f"/{API_VERSION}/Accounts/{carrier.account_sid}/Queues/{queue.sid}"


def _queue(carrier: Carrier, queue: Queue) -> dict[str, Any]:
    return {
        "sid": queue.sid,
        "account_sid": carrier.account_sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queue.largest,
        "average_wait_time": queue.average_wait,
        "date_created": pictures.date(queue.created_at),
        "date_updated": pictures.date(queue.created_at),
        "uri": f"{_uri(carrier, queue)}.json",
        "subresource_uris": {"members": f"{_uri(carrier, queue)}/Members.json"},
    }


def _member(carrier: Carrier, queue: Queue, member: Member) -> dict[str, Any]:
    waited = (member.leg.clock.now() - member.enqueued_at).total_seconds()
    return {
        "call_sid": member.leg.call.sid,
        "date_enqueued": pictures.date(member.enqueued_at),
        "position": queue.members.index(member) + 1 if member in queue.members else 1,
        "queue_sid": queue.sid,
        "wait_time": round(waited),
        "uri": f"{_uri(carrier, queue)}/Members/{member.leg.call.sid}.json",
    }

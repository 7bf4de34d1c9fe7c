"""Which version of a thing a change was made from, as a request says it."""

import re

from flask import request

from api.problems import Fault, Problem

REFUSALS = {
    409: "The ticket is at another version than the body's (`conflicts` has both values).",
    412: "The ticket is at another version than If-Match (`conflicts` has both values).",
}


def asked_version(of_body: int | None = None) -> int | None:
    """The version in If-Match, else the body's; None: the change is made to the thing as it is. Raises Problem 400."""
    text = request.headers.get("If-Match")
    if text is None or text.strip() == "*":
        return of_body
    match = re.fullmatch(r'(?:W/)?"?([0-9]{1,9})"?', text.strip(), re.ASCII)
    if match is None:
        fault = Fault("If-Match", "it is not a version", 'send the ETag of the ticket, such as "3"')
        raise Problem(400, "invalid-header", f"If-Match: {fault.reason}.", faults=[fault], place="header")
    return int(match[1])

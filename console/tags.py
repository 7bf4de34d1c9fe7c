"""Parts of a page that ask for themselves again and again are told that nothing changed, instead of all of it anew.

As htmx's own extension hx-ptag has it: the answer names its tag, the next request brings it back.
"""

import hashlib

from flask import Response, request

from console.visit import Guest

HEADER = "HX-PTag"


def tagged(response: Response, guest: Guest) -> Response:
    """The answer to a page that asks by itself: with its tag, or a 304 where that is what the page has."""
    if not (guest.is_background and guest.is_fragment) or response.status_code != 200:
        return response
    # The proof in its forms is written anew each time, and says nothing.
    said = response.get_data(as_text=True).replace(guest.csrf, "")
    tag = hashlib.sha256(said.encode()).hexdigest()[:16]
    if request.headers.get(HEADER) == tag:
        response = Response(status=304)
        del response.headers["Content-Type"]
    response.headers[HEADER] = tag
    return response

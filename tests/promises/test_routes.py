"""Every route asks who is there: a carrier's signature, a token, or a sign-in. Nothing else is reachable."""

import pytest

from tests.ivr.conftest import door  # noqa: F401 - a fixture

OPEN_TO_EVERYBODY = {"/healthz", "/readyz", "/api/v1/openapi.json"}
"""These tell nothing about anybody."""


def is_of_the_console(app, rule):
    """The console's pages have their own promises: tests/console/test_doors.py."""
    return any(found.rule == rule and found.endpoint.startswith("console_") for found in app.url_map.iter_rules())


def routes(app):
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield rule.rule, method


def test_every_route_refuses_a_stranger(door, clock):  # noqa: F811
    seen = 0
    for rule, method in routes(door.app):
        if rule in OPEN_TO_EVERYBODY or (
            rule.startswith(("/api/<", "/api/")) and rule.endswith(("<path:rest>", "/api/"))
        ):
            continue
        if is_of_the_console(door.app, rule):
            continue
        clock.move(seconds=3)  # so many refusals in a minute would be told to wait
        path = rule.replace("<int:number>", "1001")
        for piece in rule.split("/"):
            if piece.startswith("<"):
                path = path.replace(piece, "1001")
        answer = door.client.open(path, method=method, data=b"", content_type="application/x-www-form-urlencoded")
        wanted = 403 if rule.startswith("/voice/") else 404 if rule == "/metrics" else 401
        assert answer.status_code == wanted, (rule, method, answer.status_code)
        seen += 1
    assert seen > 25


@pytest.mark.parametrize("path", sorted(OPEN_TO_EVERYBODY))
def test_what_is_open_to_everybody_answers(door, path):  # noqa: F811
    assert door.client.get(path).status_code == 200

"""What is shown when something is refused, missing or broken: forms sent wrong, other people's pages, failures."""

import pytest
from sqlalchemy.exc import OperationalError

from console import desk_queries
from tests.browser.catalogue import NAMED, Sight, declared, open_path
from tests.browser.looking import lost_focus
from tests.browser.refusals import REFUSALS, SHOW_NOTHING
from tests.browser.swept import faults, settle

SEND = """([path, fields]) => {
  const form = document.createElement('form');
  Object.assign(form, {method: 'post', action: path});
  const proof = document.querySelector('meta[name=csrf-token]').content;
  for (const [name, value] of Object.entries({csrf: proof, ...fields})) {
    const field = document.createElement('input');
    Object.assign(field, {type: 'hidden', name, value});
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""
"""Sends any form from any page, as the page with that form would."""


def test_every_form_is_either_refused_here_or_shows_nothing():
    sent = {page.path for page in declared("POST", "PUT", "PATCH", "DELETE")}
    refused = {refusal.path for refusal in REFUSALS}
    assert sent - refused - set(SHOW_NOTHING) == set()
    assert set(SHOW_NOTHING) - sent == set()


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_form_sent_wrong(refusal, sweep):
    house = sweep.served.house
    page = sweep.page(refusal.role)
    page.goto("/forgotten" if refusal.role == "stranger" else "/profile")
    fields = {
        name: str(house.one(NAMED[value[1:-1]])) if value[:1] == "{" else value for name, value in refusal.wrong.items()
    }
    answer = send(page, open_path(Sight(refusal.path, refusal.role), house), fields)
    assert answer.status == refusal.status
    found = lost_focus(page) if page.locator("[data-focus]").count() else []
    found += faults(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["/nobody-made-this", "/tickets/999999", "/calls/CA404", "/people/999999", "/link/x"])
def test_what_is_not_there(path, sweep):
    for role in ("stranger", "agent") if path in ("/nobody-made-this", "/link/x") else ("agent",):
        page, answer = sweep.open(role, path)
        assert answer.status == 404
        found = faults(page)
        assert not found, "\n".join(found)


def test_a_page_of_another_role(sweep):
    page, answer = sweep.open("agent", "/numbers")
    assert answer.status == 403
    found = faults(page)
    assert not found, "\n".join(found)


def test_a_form_that_is_out_of_date_shows_what_was_typed(sweep):
    page = sweep.page("agent")
    page.goto("/profile")
    assert send(page, "/profile", {"csrf": "old", "zone": "Europe/Berlin"}).status == 403
    assert page.get_by_label("zone").input_value() == "Europe/Berlin"
    found = faults(page)
    assert not found, "\n".join(found)


def test_a_form_sent_by_somebody_who_was_signed_out(sweep):
    page = sweep.page("stranger")
    page.goto("/forgotten")
    assert send(page, "/tickets/1001", {"note": "Not lost"}).status == 401
    found = faults(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("error", "status"), [(ZeroDivisionError(), 500), (OperationalError("select", {}, Exception("away")), 503)]
)
def test_a_page_that_fails(error, status, sweep, monkeypatch):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(desk_queries, "mine", fails)
    sweep.watch.expect(f"GET .*/desk: {status}")
    sweep.watch.expect(f"the server responded with a status of {status}")
    page, answer = sweep.open("supervisor", "/desk")
    assert answer.status == status
    found = faults(page)
    assert not found, "\n".join(found)


def send(page, path, fields):
    """Send a form and wait for the page that comes back."""
    with page.expect_navigation() as arriving:
        page.evaluate(SEND, [path, fields])
    settle(page)
    return arriving.value

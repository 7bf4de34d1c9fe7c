"""Every form brings a proof that it is ours, and without one nothing happens; no page holds anything inline, and every
answer tells the browser so."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import text

from core.database import Base
from tests.browser.catalogue import NO_PAGES, STRANGER, Sight, declared, open_path, sights, variants
from tests.browser.refusals import REFUSALS

ASKED = [*sights(), *variants()]
SENT = declared("POST", "PUT", "PATCH", "DELETE")
UNWATCHED = {"sign_in"}
"""When somebody was last seen is noted at every visit."""


class Reading(HTMLParser):
    """What a page says of its forms, and whatever in it a content policy would have to allow."""

    def __init__(self, page):
        super().__init__()
        self.forms, self.inline = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "form":
            self.forms.append((told.get("method", "get").lower(), told.get("action", ""), []))
        if tag == "input" and told.get("name") == "csrf" and self.forms:
            self.forms[-1][2].append(told.get("value"))
        inline = [name for name in told if name == "style" or name.startswith(("on", "hx-on"))]
        inline += [name for name, value in told.items() if (value or "").strip().lower().startswith("javascript:")]
        if tag == "style" or (tag == "script" and "src" not in told and told.get("type") != "application/json"):
            inline.append(tag)
        self.inline += [f"<{tag} {name}>" for name in inline]


def bodies(answer):
    """The page, and whatever HTML it holds as data."""
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("sight", ASKED, ids=str)
def test_every_form_of_a_page_brings_its_proof_and_nothing_is_inline(sight, inhabited, enter):
    client = enter(sight.role)
    answer = client.get(open_path(sight, inhabited.house))
    assert answer.status_code == 200
    reading = Reading(bodies(answer))
    assert reading.inline == []
    changing = [(action, proofs) for method, action, proofs in reading.forms if method == "post"]
    assert [action for action, proofs in changing if len(proofs) != 1 or not proofs[0]] == []
    assert {method for method, _, _ in reading.forms} <= {"get", "post", "dialog"}
    known = {page.path for page in SENT}
    assert [action for action, _ in changing if not leads_somewhere(action, known)] == []
    holds_the_policy(answer)


@pytest.mark.parametrize("path", [*NO_PAGES, "/nobody-made-this", "/tickets/999999", "/link/x"])
def test_every_other_answer_keeps_the_policy(path, inhabited, enter):
    holds_the_policy(enter("administrator").get(open_path(Sight(path, "administrator"), inhabited.house)))
    holds_the_policy(enter(STRANGER).get(open_path(Sight(path, STRANGER), inhabited.house)))


@pytest.mark.parametrize("page", SENT, ids=lambda page: f"{page.method} {page.path}")
@pytest.mark.parametrize("proof", [None, "x", "another's"])
def test_what_is_sent_without_its_proof_changes_nothing(page, proof, inhabited, enter):
    who = STRANGER if page.needs in ("public", "demo") else "administrator"
    house, client = inhabited.house, enter(who)
    fields = next((dict(refusal.wrong) for refusal in REFUSALS if refusal.path == page.path), {})
    fields |= {"text": "x", "place": "x", "name": "Changed", "note": "Changed", "status": "solved", "closed": "1"}
    if proof is not None:
        fields["csrf"] = proof_of(enter("supervisor"), "/profile") if proof == "another's" else proof
    path = open_path(Sight(page.path, who), house)
    before = everything(house)
    answer = client.open(path, method=page.method, data=fields)
    assert answer.status_code == 403
    assert everything(house) == before


def test_the_proof_is_what_was_missing(inhabited, enter):
    """The same form with its proof is taken: what is refused above is refused for that reason alone."""
    house, client = inhabited.house, enter("administrator")
    before = everything(house)
    proof = proof_of(client, "/profile")
    answer = client.post("/drafts", data={"place": "proved", "text": "x", "csrf": proof})
    assert answer.status_code == 200
    assert everything(house) != before


def leads_somewhere(action, known):
    """Whether a form's action is a page that takes it."""
    path = action.split("?")[0]
    return any(re.fullmatch(re.sub(r"<[^>]+>", "[^/]+", one), path) for one in known)


def holds_the_policy(answer):
    """Pages may run our own files; data may do nothing at all."""
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert policy["frame-ancestors"] == "'none'"
    if policy["default-src"] != "'none'" or answer.mimetype == "text/html":
        assert policy["default-src"] == policy["script-src"] == policy["form-action"] == "'self'"
        assert policy["object-src"] == policy["base-uri"] == "'none'"


def proof_of(client, path):
    return re.search(r'name="csrf-token" content="([^"]+)"', client.get(path).text)[1]


def everything(house):
    """A digest of every row of every table."""
    rows = "select coalesce(md5(string_agg(one::text, ' ' order by one::text)), '') from {} one"
    with house.engine.connect() as connection:
        return {
            name: connection.scalar(text(rows.format(f'"{name}"')))
            for name in sorted(Base.metadata.tables)
            if name not in UNWATCHED
        }

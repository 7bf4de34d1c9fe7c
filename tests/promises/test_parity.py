"""Everything the console can do, programs can do too: each form of a page has its counterpart, or a reason why not."""

from api.door import NOUNS
from console import door as console
from people.rights import Right
from tests.ivr.conftest import door  # noqa: F401 - a fixture

COUNTERPARTS = {
    "POST /calls/<sid>/caller": "PUT /calls/{sid}/customer",
    "POST /calls/new": "POST /calls",
    "POST /customers/new": "POST /customers",
    "POST /customers/<int:customer_id>/name": "PATCH /customers/{id}",
    "POST /customers/<int:customer_id>/numbers": "PATCH /customers/{id}",
    "POST /departments": "POST /departments",
    "POST /departments/<key>": "PATCH /departments/{key}",
    "POST /departments/<key>/closed": "PUT /departments/{key}/closed",
    "POST /departments/<key>/removal": "DELETE /departments/{key}",
    "POST /health/jobs/<int:job_id>/retry": "POST /jobs/{id}/retry",
    "POST /numbers": "POST /numbers",
    "POST /numbers/<int:number_id>": "PATCH /numbers/{id}",
    "POST /numbers/<int:number_id>/removal": "DELETE /numbers/{id}",
    "POST /people": "POST /agents",
    "POST /people/<int:account_id>": "PATCH /agents/{id}",
    "POST /people/<int:account_id>/link": "PUT /agents/{id}/link",
    "POST /profile/sign-ins/<int:sign_in_id>/end": "DELETE /agents/{id}/sign-ins/{sign_in}",
    "POST /tickets/<int:number>": "PATCH /tickets/{number}",
    "POST /tickets/<int:number>/quick": "PATCH /tickets/{number}",
    "POST /tickets/changes": "PATCH /tickets/{number}",
    "POST /voicemail/<int:recording_id>/done": "POST /messages/{id}/done",
    "POST /voicemail/<int:recording_id>/take": "PUT /tickets/{number}/assignment",
}
ONES_OWN = "it is how one person's console looks or behaves; a program has none"
AT_THE_DOOR = "it proves who a person is; a program has its token"
A_VIEW = "it keeps a list's address under a name, for tabs; a program keeps its own queries"
DEMO = "it is the demo's browser phone, played by the simulator"
REASONS = {
    "POST /drafts": "what a person is typing is theirs alone until it is sent",
    "POST /profile": ONES_OWN,
    "POST /profile/theme": ONES_OWN,
    "POST /profile/player": ONES_OWN,
    "POST /profile/password": AT_THE_DOOR,
    "POST /tickets/<int:number>/presence": "it says who looks at the page right now; a program looks at none",
    "POST /tickets/columns": ONES_OWN,
    "POST /tickets/views": A_VIEW,
    "POST /tickets/views/<int:view_id>": A_VIEW,
    "POST /tickets/views/<int:view_id>/delete": A_VIEW,
    "POST /tickets/views/first": A_VIEW,
    "POST /tickets/changes/<int:deed_id>/undo": "a program changes tickets one by one, and back the same way",
    "POST /tickets/seen": "what is news to a person is theirs; a program reads `updated_at`",
    "POST /forgotten": AT_THE_DOOR,
    "POST /link/<text>": AT_THE_DOOR,
    "POST /sign-in": AT_THE_DOOR,
    "POST /sign-out": AT_THE_DOOR,
    "POST /phone/calls": DEMO,
    "POST /phone/calls/<handle>/inputs": DEMO,
    "POST /phone/calls/<handle>/messages": DEMO,
    "DELETE /phone/calls/<handle>": DEMO,
}
LIGHTER = {
    "POST /profile/sign-ins/<int:sign_in_id>/end": "a person ends their own; a program ends anybody's",
    "POST /voicemail/<int:recording_id>/take": "a person takes it themselves; a program gives it to somebody",
}
"""Forms that everybody who may open the page can send, though their counterpart needs more."""


def forms(app):
    """The console's actions, from the application's own map."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console_")
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }


def operations():
    return {f"{one.method} {one.path}": one for noun in NOUNS for one in noun.operations}


def test_every_form_of_the_console_has_a_counterpart_or_a_reason(door):  # noqa: F811
    offered = forms(door.app)
    assert offered - set(COUNTERPARTS) - set(REASONS) == set(), "say where a program does this, or why it cannot"
    assert (set(COUNTERPARTS) | set(REASONS)) - offered == set(), "these forms are no more"
    assert set(COUNTERPARTS) & set(REASONS) == set()


def test_every_counterpart_is_offered():
    assert set(COUNTERPARTS.values()) <= set(operations())


def test_a_counterpart_needs_the_right_its_form_needs():
    needed = {f"{page.method} {page.path}": page.needs for noun in console.nouns() for page in noun.pages}
    offered = operations()
    for form, counterpart in COUNTERPARTS.items():
        if form not in LIGHTER:
            assert isinstance(needed[form], Right), form
            assert offered[counterpart].right == needed[form], form

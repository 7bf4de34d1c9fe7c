"""What the rooms below refuse reaches its page in the reader's language, and the API in English."""

import ast
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from console.language import current, pseudo
from console.refusals import sentence, words
from core.database import transaction
from people.models import Brand, Role
from people.refusals import FieldRefused, Listed, said
from tests.conftest import ROOT, execute
from tests.console.conftest import Person
from tests.factories.people import make_account, make_department, make_phone_number
from tests.factories.tickets import make_customer, make_ticket
from tickets.models import TicketStatus
from tickets.statuses import MoveRefused

ROOMS = ("health", "people", "recordings", "routing", "tickets")
RAISED = re.compile(
    r"^(ChangeRefused|MoveRefused|FieldRefused|AssigneeRefused|RequestRefused|HoursTextError|DraftRefused|PasswordTooWeak)$"
)


@pytest.fixture
def pseudo_language() -> Iterator[None]:
    token = current.set("zz")
    yield
    current.reset(token)


@pytest.mark.usefixtures("pseudo_language")
class TestSentences:
    def test_text_cure_and_codes_are_all_translated(self) -> None:
        refused = MoveRefused(
            "status",
            said("%(before)s does not go to %(after)s", before=TicketStatus.ON_HOLD, after=TicketStatus.NEW),
            said(
                "allowed from %(before)s: %(allowed)s", before=TicketStatus.ON_HOLD, allowed=Listed([TicketStatus.OPEN])
            ),
        )
        told = sentence(refused)
        for word in ("On hold", "New", "Open"):
            assert pseudo(word) in told
        assert "on_hold" not in told
        assert bare(told) == ""

    def test_a_refusal_without_a_cure_is_a_sentence_too(self) -> None:
        assert sentence(FieldRefused("x", said("it is %(what)s", what=7))) == pseudo("it is %(what)s") % {"what": 7}

    def test_words_within_words_are_translated(self) -> None:
        told = words(said("used by %(uses)s", uses=Listed([said("%(count)s people", count=2)])))
        assert pseudo("%(count)s people") % {"count": 2} in told


def test_in_english_it_is_a_plain_sentence() -> None:
    assert sentence(FieldRefused("name", said("it is empty"), said("give one"))) == "It is empty: give one."
    assert str(FieldRefused("name", said("it is empty"), said("give one"))) == "name: it is empty; give one"


def bare(text: str) -> str:
    """The letters that stand outside marked words."""
    while text != (text := re.sub(r"⟦[^⟦⟧]*⟧", "", text)):
        pass
    return re.sub(r"[^\w]|\d", "", text)


FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/departments", {"key": "Not a key", "name": "X"}),
    ("/departments", {"key": "billing", "name": "X"}),
    ("/departments/billing", {"name": "", "week": "Mon-Fri 09:00-17:00", "zone": "UTC"}),
    ("/departments/billing", {"name": "X", "week": "whenever", "zone": "UTC"}),
    ("/departments/billing", {"name": "X", "week": "Mon 09:00-12:00, 11:00-13:00", "zone": "UTC"}),
    ("/departments/billing", {"name": "X", "week": "", "zone": "Mars/One"}),
    ("/departments/billing/removal", {}),
    ("/numbers", {"number": "12", "flow": "main"}),
    ("/numbers", {"number": "+12025550199", "flow": "main"}),
    ("/numbers", {"number": "+12025550198", "flow": "nowhere"}),
    ("/people", {"email": "x", "name": "X", "role": "agent"}),
    ("/people", {"email": "grace@example.com", "name": "X", "role": "agent"}),
    ("/people", {"email": "new@example.com", "name": "", "role": "agent"}),
    ("/people", {"email": "new@example.com", "name": "X", "role": "king"}),
    ("/people/{grace}", {"role": "agent", "phone": "12", "active": "on"}),
    ("/people/{admin}", {"role": "agent", "active": "on"}),
    ("/tickets/{ticket}", {"subject": "x" * 300, "was_subject": ""}),
    ("/tickets/{ticket}", {"status": "closed", "was_status": "new"}),
    ("/tickets/{ticket}", {"status": "solved", "was_status": "new"}),
    ("/tickets/{ticket}", {"tags": "a" * 50, "was_tags": ""}),
    ("/tickets/{ticket}", {"reason": "No key", "was_reason": ""}),
    ("/customers/{customer}/name", {"name": "x" * 500}),
    ("/customers/{customer}/numbers", {"number": "call me"}),
    ("/calls/new", {"number": "12", "when": "never", "duration": "long"}),
    ("/profile/password", {"current": "the right one of hers", "password": "x", "again": "x"}),
)


def shown_words(page: str) -> str:
    """What stands on an error page beside its links and keys."""
    return re.sub(r"<kbd.*?</kbd>|<div class=.sheet.*", " ", page[page.index("<h1") :], flags=re.DOTALL)


REFUSED = re.compile(r'<p class="error".*?</p>|<div class="banner banner-bad" id="problems".*?</ul>', re.DOTALL)


@pytest.mark.parametrize(("path", "form"), FORMS, ids=[f"{path} {sorted(form)}" for path, form in FORMS])
def test_a_refused_form_says_so_in_the_readers_language(
    signed_in: Callable[..., Person], engine: Engine, brand: Brand, path: str, form: dict[str, str]
) -> None:
    admin = signed_in(Role.ADMINISTRATOR)
    email = admin.account.email if admin.account else ""
    with transaction(engine) as session:
        billing = make_department(session, brand)
        make_phone_number(session, brand, "+12025550199")
        ids = {
            "grace": make_account(session, brand, email="grace@example.com", departments=[billing]).id,
            "admin": admin.account.id if admin.account else 0,
            "ticket": make_ticket(session, brand, department_id=billing.id).number,
            "customer": make_customer(session, brand, "+12025550147").id,
        }
    execute(engine, 'insert into preference (account_id, choices) select id, \'{"language": "zz"}\' from account')
    answer = admin.post(path.format(**ids), form)
    assert answer.status_code in (403, 422)
    told = "".join(REFUSED.findall(answer.text)) if answer.status_code == 422 else shown_words(answer.text)
    text = re.sub(r"<[^>]+>", " ", told)
    assert "⟦" in text
    for typed in sorted({*form.values(), "billing", "grace@example.com", "+12025550199", email}, key=len, reverse=True):
        text = text.replace(typed, " ") if len(typed) > 1 else text
    assert bare(html.unescape(text)) == ""


def test_every_refusal_of_the_rooms_below_can_be_translated() -> None:
    """Each is raised with words made by `said`, from one literal: else nobody could collect them."""
    wrong = []
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            wrong += [f"{path.relative_to(ROOT)}:{node.lineno}" for problem in faults(node) if problem]
    assert wrong == []


def faults(node: ast.AST) -> list[bool]:
    if not isinstance(node, ast.Call):
        return []
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "said":
        return [not (isinstance(node.args[0], ast.Constant) or _is_known(node.args[0]))]
    if RAISED.match(name):
        said_by = node.args if name == "AssigneeRefused" else node.args[1:]
        return [isinstance(one, ast.Constant | ast.JoinedStr) for one in said_by]
    return []


def _is_known(text: ast.expr) -> bool:
    """The text of words said elsewhere, filled in with other values."""
    return isinstance(text, ast.Attribute) and text.attr == "text"


def test_the_collector_finds_the_words_of_every_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from ringback.commands import words as collector

    monkeypatch.setattr("console.language.FOLDER", tmp_path)
    assert CliRunner().invoke(collector.command).exit_code == 0
    text = (tmp_path / "console.pot").read_text("utf-8")
    for word in ("the note is empty", "nobody of that name works here", "Last webhook", "this is too easy to guess"):
        assert f'msgid "{word}"' in text, word

"""What the browser is given: within its budget, under names that change with the content, and nothing inline."""

import gzip
import re

import pytest
from jinja2 import nodes

from console.assets import BUILT, Assets
from console.rendering import TEMPLATES, environment

EVERY_TEMPLATE = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


KB = 1024
EVERYWHERE = 26 * KB
PAGES_OWN = {"phone.js": 10 * KB, "player.js": 26 * KB}
"""Bytes of script, packed; what is not named here is the little script of one list or form."""
LITTLE = 4 * KB
AT_ONCE, EVER = re.compile(r'(?:from|import)"\./([^"]+)"'), re.compile(r'"\./([^"]+\.js)"')
"""What a built script imports: before it runs, and at any time."""


@pytest.fixture(scope="module")
def names():
    return Assets().names()


def packed(file):
    return len(gzip.compress((BUILT / file).read_bytes(), 9, mtime=0))


def fetched(name, names, *, imports=AT_ONCE):
    """The files a browser fetches for an entry: itself, what it imports, and what those import."""
    found, waiting = set(), [names[name]]
    while waiting:
        file = waiting.pop()
        found.add(file)
        waiting += set(imports.findall((BUILT / file).read_text("utf-8"))) - found
    return found


def test_the_script_of_every_page_keeps_its_budget_and_is_one_file(names):
    assert fetched("core.js", names, imports=EVER) == {names["core.js"]}
    assert packed(names["core.js"]) <= EVERYWHERE


def test_styles_and_icons_keep_their_budget(names):
    assert packed(names["main.css"]) <= 16 * KB
    assert packed(names["icons.svg"]) <= 6 * KB


def test_the_script_of_one_page_keeps_its_budget_and_is_one_file(names):
    own = [name for name in names if name.endswith(".js") and name != "core.js"]
    assert set(PAGES_OWN) <= set(own)
    for name in own:
        assert packed(names[name]) <= PAGES_OWN.get(name, LITTLE), name
        shared = {names["core.js"], names["player.js"]} | {names[name]}
        assert fetched(name, names, imports=EVER) <= shared, f"{name} brings parts of its own"


def test_no_page_asks_for_more_script_than_its_budget(names):
    """Whatever scripts a template asks for, together: the core, its own, and the player or the phone."""
    for template in EVERY_TEMPLATE:
        asked = set(re.findall(r'<script type="module" src="\{\{ asset\("([^"]+)"\)', read(template)))
        files = {file for name in asked | {"core.js"} for file in fetched(name, names)}
        own = max([PAGES_OWN.get(name, 0) for name in asked], default=0)
        assert sum(packed(file) for file in files) <= EVERYWHERE + own + LITTLE * len(asked - set(PAGES_OWN)), template


def read(template):
    return (TEMPLATES / template).read_text("utf-8")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None), ("identity", None)],
)
def test_each_browser_gets_what_it_takes(stranger, accepted, coding):
    path = Assets().path("core.js")
    answer = stranger.get(path, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content_type.startswith("text/javascript")
    if coding == "gzip":
        assert gzip.decompress(answer.data) == (BUILT / path.rpartition("/")[2]).read_bytes()
    if coding:
        assert len(answer.data) < (BUILT / path.rpartition("/")[2]).stat().st_size / 2


def test_assets_are_kept_for_ever_under_their_hashed_name_only(stranger):
    path = Assets().path("main.css")
    answer = stranger.get(path, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    for other in ("/static/main.css", "/static/manifest.json", f"{path}.br", "/static/../door.py"):
        assert stranger.get(other).status_code == 404
    assert stranger.get("/static/%2e%2e/door.py").status_code == 404


def test_whoever_has_it_is_told_so(stranger):
    path = Assets().path("main.css")
    tags = {
        accepted: stranger.get(path, headers={"Accept-Encoding": accepted}).headers["ETag"]
        for accepted in ("br", "gzip")
    }
    assert tags["br"] != tags["gzip"]
    again = stranger.get(path, headers={"Accept-Encoding": "br", "If-None-Match": tags["br"]})
    assert (again.status_code, again.data) == (304, b"")


def test_without_assets_pages_are_plain_and_whole(tmp_path):
    assert Assets(tmp_path).path("core.js") is None


@pytest.mark.parametrize("name", EVERY_TEMPLATE)
def test_no_template_has_anything_inline(name):
    text = read(name)
    assert not re.search(r'<script(?![^>]*(\bsrc=|type="application/json"))', text)
    assert not re.search(r"<[^>]*\s(on[a-z]+|style|hx-on[^=]*)=", text)
    assert "javascript:" not in text
    assert not re.search(r'hx-(vals|headers)=.\s*js:|hx-trigger="[^"]*\[', text)


@pytest.mark.parametrize("name", EVERY_TEMPLATE)
def test_every_form_that_changes_something_brings_its_proof(name):
    for form in re.findall(r"<form\b.*?</form>", read(name), re.S):
        if 'method="post"' in form.split(">")[0] + form[:400]:
            assert "csrf_field()" in form or "caller()" in form, form[:200]


@pytest.mark.parametrize("name", EVERY_TEMPLATE)
def test_every_word_is_marked_for_translation(name):
    """Text between tags in a template that is not in _() would be English for everybody."""
    tree = environment().parse(read(name))
    text = "".join(piece.data if isinstance(piece, nodes.TemplateData) else "\x01" for piece in _pieces(tree))
    # Attributes that people read are between tags too, once the tags' own syntax is gone.
    outside = re.sub(r"<(style|script|code|kbd)\b.*?</\1>|<!--.*?-->|<[^>]*>", " ", text, flags=re.S)
    outside = re.sub(r"data-[a-z-]+|Ringback|&[a-z]+;", " ", outside)
    assert re.findall(r"[A-Za-z]{3,}", outside) == []


def _pieces(tree):
    for output in tree.find_all(nodes.Output):
        yield from output.nodes

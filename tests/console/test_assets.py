"""What the browser is given: within its budget, under names that change with the content, and nothing inline."""

import gzip
import re

import pytest
from jinja2 import nodes

from console.assets import BUILT, Assets
from console.rendering import TEMPLATES, environment

EVERY_TEMPLATE = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def packed(name):
    return len(gzip.compress((BUILT / Assets().names()[name]).read_bytes(), 9, mtime=0))


def with_parts(name, seen=None):
    """An entry's size with the chunks it imports."""
    seen = set() if seen is None else seen
    text = (BUILT / name).read_text("utf-8")
    for part in re.findall(r'from"\./([^"]+)"|import"\./([^"]+)"', text):
        part = part[0] or part[1]
        if part not in seen:
            seen.add(part)
            with_parts(part, seen)
    return seen


def test_scripts_and_styles_of_every_page_keep_their_budget():
    core = Assets().names()["core.js"]
    parts = {core} | with_parts(core)
    assert sum(len(gzip.compress((BUILT / part).read_bytes(), 9)) for part in parts) <= 26 * 1024
    assert packed("main.css") <= 16 * 1024
    assert packed("icons.svg") <= 6 * 1024


def test_assets_are_kept_for_ever_under_their_hashed_name_only(stranger):
    path = Assets().path("main.css")
    answer = stranger.get(path, headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.content_type.startswith("text/css")
    assert gzip.decompress(answer.data) == stranger.get(path).data
    for other in ("/static/main.css", "/static/manifest.json", "/static/../door.py", "/static/%2e%2e/door.py"):
        assert stranger.get(other).status_code == 404


def test_without_assets_pages_are_plain_and_whole(tmp_path):
    assert Assets(tmp_path).path("core.js") is None


@pytest.mark.parametrize("name", EVERY_TEMPLATE)
def test_no_template_has_anything_inline(name):
    text = (TEMPLATES / name).read_text("utf-8")
    assert not re.search(r'<script(?![^>]*(\bsrc=|type="application/json"))', text)
    assert not re.search(r"<[^>]*\s(on[a-z]+|style|hx-on[^=]*)=", text)
    assert "javascript:" not in text
    assert not re.search(r'hx-(vals|headers)=.\s*js:|hx-trigger="[^"]*\[', text)


@pytest.mark.parametrize("name", EVERY_TEMPLATE)
def test_every_form_that_changes_something_brings_its_proof(name):
    for form in re.findall(r"<form\b.*?</form>", (TEMPLATES / name).read_text("utf-8"), re.S):
        if 'method="post"' in form.split(">")[0] + form[:400]:
            assert "csrf_field()" in form or "caller()" in form, form[:200]


@pytest.mark.parametrize("name", EVERY_TEMPLATE)
def test_every_word_is_marked_for_translation(name):
    """Text between tags in a template that is not in _() would be English for everybody."""
    tree = environment().parse((TEMPLATES / name).read_text("utf-8"))
    text = "".join(piece.data if isinstance(piece, nodes.TemplateData) else "\x01" for piece in _pieces(tree))
    # Attributes that people read are between tags too, once the tags' own syntax is gone.
    outside = re.sub(r"<(style|script|code|kbd)\b.*?</\1>|<!--.*?-->|<[^>]*>", " ", text, flags=re.S)
    outside = re.sub(r"data-[a-z-]+|Ringback|&[a-z]+;", " ", outside)
    assert re.findall(r"[A-Za-z]{3,}", outside) == []


def _pieces(tree):
    for output in tree.find_all(nodes.Output):
        yield from output.nodes

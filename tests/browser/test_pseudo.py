"""Every page in the pseudo-language: no word of ours that is not marked, and room for words two fifths longer."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.catalogue import NO_PAGES, STRANGER, Sight, declared, open_path, roles, variants
from tests.browser.looking import sticks_out
from tests.browser.swept import Sweep, resize, settle
from tests.house import House

SIGHTS = [*(Sight(page.path, roles(page)[-1]) for page in declared("GET") if page.path not in NO_PAGES), *variants()]
SIZES = ((1440, 900), (390, 844))

LANGUAGES = ("English",)
"""A language is named in itself."""
WRITTEN = """
select name from account union select email from account
union select name from customer where name is not null union select email from customer where email is not null
union select note from customer where note is not null
union select key from department union select name from department union select name from brand
union select subject from ticket union select unnest(tags) from ticket
union select value from event, jsonb_each_text(content)
union select text from draft union select name from saved_view union select browser from sign_in
union select name from phone_number union select flow from phone_number union select initcap(flow) from call
union select job from outbox union select last_error from outbox where last_error is not null
union select failure from recording where failure is not null
"""
"""Columns that people, or machines outside, wrote: no words of ours."""

TEXTS = """() => {
  const skipped = 'script, style, template, noscript, code, kbd, samp, svg, [translate=no], [lang]:not(html)';
  const attributes = ['title', 'aria-label', 'placeholder', 'alt', 'data-key-label', 'aria-description'];
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest(skipped + ', textarea')) found.push(node.data);
  }
  for (const el of document.body.querySelectorAll('*')) {
    if (el.closest(skipped)) continue;
    for (const name of attributes) if (el.hasAttribute(name)) found.push(el.getAttribute(name));
    if (el.matches('input[type=submit], input[type=button]')) found.push(el.value);
  }
  return found.map((text) => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""

TIGHT = """() => {
  const kinds = 'button, .button, label, legend, summary, th, h1, h2, h3, .badge, .chip, .tab, nav a';
  const seen = (el) => el.checkVisibility({visibilityProperty: true}) && !el.closest('.hidden, [hidden], .clip');
  return [...document.querySelectorAll(kinds)].filter((el) => {
    if (!seen(el) || el.querySelector('.clip') || getComputedStyle(el).display === 'inline') return false;
    const box = el.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) return false;
    const low = getComputedStyle(el).overflowY !== 'visible' && el.scrollHeight > el.clientHeight + 2;
    return el.scrollWidth > el.clientWidth + 2 || low;
  }).map((el) => `${el.scrollWidth} in ${el.clientWidth} px: ${el.outerHTML.slice(0, 160)}`);
}"""


@pytest.fixture
def pseudo(sweep: Sweep) -> Iterator[Sweep]:
    """Everybody reads the pseudo-language for as long as one test lasts."""
    house = sweep.served.house
    house.rows(
        'insert into preference (account_id, choices) select id, \'{"language": "zz"}\' from account'
        " on conflict (account_id) do update set choices = preference.choices || excluded.choices returning 1"
    )
    yield sweep
    house.rows("update preference set choices = choices - 'language' returning 1")


@pytest.mark.parametrize("sight", SIGHTS, ids=str)
def test_page(sight: Sight, pseudo: Sweep) -> None:
    house = pseudo.served.house
    path = open_path(sight, house)
    if sight.role == STRANGER or path.startswith("/phone"):
        path += ("&" if "?" in path else "?") + "lang=zz"
    page, answer = pseudo.open(sight.role, path)
    assert answer.status == 200
    assert "⟦" in page.inner_text("main")
    found = [*unmarked(page, house), *(f"{size}: {one}" for size in SIZES for one in tight(page, size))]
    assert not found, "\n".join(found)


def unmarked(page: Page, house: House) -> list[str]:
    """What is left of the page's texts without marked words and without what people wrote."""
    written = sorted(
        {text.strip() for (text,) in house.rows(WRITTEN) if text and len(text.strip()) > 1}, key=len, reverse=True
    )
    lines = sorted({" ".join(line.split()) for text in written for line in (text, *text.split("\n"))}, key=len)[::-1]
    asked = [value for name, value in parse_qsl(urlsplit(page.url).query) if name in ("q", "tag")]
    return sorted({text for text in page.evaluate(TEXTS) if has_words(text, [*lines, *asked, *LANGUAGES])})


def has_words(text: str, written: list[str]) -> bool:
    bare = text
    while bare != (bare := re.sub(r"⟦[^⟦⟧]*⟧", " ", bare)):
        pass
    for line in written:
        bare = bare.replace(line, " ")
    bare = re.sub(r"\S+@\S+|https?://\S+|\b(Ringback|UTC|GMT|CET|CEST)\b", " ", bare)
    return re.search(r"[^\W\d_]{2,}", bare) is not None


def tight(page: Page, size: tuple[int, int]) -> list[str]:
    """What sticks out sideways, or does not fit its own box, at this size."""
    resize(page, size)
    settle(page)
    return [*sticks_out(page), *page.evaluate(TIGHT)]

"""Sheets and menus: each is opened by keyboard and looked at; Escape closes it, and the focus is where it was."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.catalogue import Sight, open_path
from tests.browser.looking import lost_focus, sticks_out
from tests.browser.overlays import OVERLAYS, in_templates
from tests.browser.swept import NARROW, TALL, WIDE, both_themes, resize

OPEN = "[open], :popover-open"
CHOSEN = "tr[data-ticket][aria-selected='true']"


def test_every_sheet_and_menu_of_the_templates_is_looked_at():
    assert set(in_templates()) == set(OVERLAYS)


@pytest.fixture(params=OVERLAYS.values(), ids=str)
def overlay(request):
    return request.param


def test_what_opens(overlay, sweep):
    page, _ = sweep.open(overlay.role, open_path(Sight(overlay.path, overlay.role), sweep.served.house))
    opened, opener = parts(page, overlay)
    open_by_keyboard(opened, opener)
    if overlay.inline:
        resize(page, (WIDE[0], TALL))  # where nothing needs to be scrolled, a bar at the edge covers no row
    faults = both_themes(page)
    resize(page, NARROW)
    faults += [f"narrow: {fault}" for fault in [*sticks_out(page), *beyond(page, opened), *axe(page)]]
    resize(page, WIDE)
    if not overlay.inline:
        page.keyboard.press("Escape")
        expect(page.locator(f"{overlay.selector}:is({OPEN})")).to_have_count(0)
        expect(opener).to_be_focused()
        faults += lost_focus(page)
    assert not faults, "\n".join(faults)


def parts(page, overlay):
    """What opens, and what opens it."""
    if overlay.first:
        page.locator(overlay.first).first.click()
    opened = page.locator(overlay.selector).first
    if opened.evaluate("(el) => el.matches('details')"):
        opened.evaluate("(el) => { el.open = false; }")
        return opened, opened.locator("> summary")
    return opened, page.locator(f'[popovertarget="{overlay.selector.removeprefix("#")}"]').first


def open_by_keyboard(opened, opener):
    opener.focus()
    opener.press("Enter")
    expect(opened.and_(opened.page.locator(OPEN))).to_be_visible()


def beyond(page, opened):
    """Whether part of what was opened lies where nobody can scroll: left of the window, or right of it."""
    body = opened.locator(".menu-body")
    box = (body if body.count() else opened).first.bounding_box()
    width = page.viewport_size["width"]
    return [] if box and box["x"] >= 0 and box["x"] + box["width"] <= width else [f"beyond the window: {box}"]


def test_the_help_of_keys_holds_the_keys_while_it_is_open_and_closes_when_the_focus_leaves_it(sweep):
    page, _ = sweep.open("agent", "/tickets")
    sheet = page.locator("#keys")
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(CHOSEN)).to_have_count(0)
    page.keyboard.press("Tab")
    expect(sheet.get_by_role("link")).to_be_focused()
    page.keyboard.press("Tab")
    expect(sheet).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator(CHOSEN)).to_have_count(1)

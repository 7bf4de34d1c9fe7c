"""The watch itself: each fault the sweep looks for is planted once, and must be found."""

from types import SimpleNamespace

import pytest

from tests.browser.axe import COLOURS, TAGS, axe
from tests.browser.forced import forced_faults
from tests.browser.looking import focus_faults, lost_focus, moves, sticks_out
from tests.browser.swept import faults, middle
from tests.browser.traffic import Traffic
from tests.browser.visitors import Visitors
from tests.browser.watching import Watch

URL = "http://127.0.0.1:1"
POLICY = "default-src 'self'"
PICTURE = "<img src=data:image/gif;base64,R0lGODlhAQABAAAAACw=>"
RIGHT = "<!doctype html><html lang=en><title>A page</title><main><h1>Right</h1>{}</main></html>"


@pytest.fixture
def planting(browser):
    """A page with this HTML and nothing behind it, and the watch over it."""
    watching = Watch()
    with Visitors(browser, SimpleNamespace(url=URL), watching) as entering:

        def plant(body, *, policy="", **how):
            page = entering.enter(**how)
            headers = {"Content-Type": "text/html"} | ({"Content-Security-Policy": policy} if policy else {})
            page.route("**/*", lambda route: route.fulfill(body=RIGHT.format(body), headers=headers))
            page.goto("/")
            return page, watching

        yield plant


def test_a_page_that_is_right_is_left_in_peace(planting):
    page, watching = planting("<a href=/>Home</a>", policy=POLICY, width=320)
    assert (axe(page), sticks_out(page), focus_faults(page), watching.unexpected()) == ([], [], [], [])


def test_a_picture_without_words_is_found(planting):
    page, _ = planting(PICTURE)
    [found] = axe(page)
    assert found.startswith("image-alt")


def test_too_little_contrast_is_found_in_the_dark_alone(planting):
    page, _ = planting("<style>@media (prefers-color-scheme: dark) { p { color: #999 } }</style><p>Words</p>")
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    assert axe(page)[0].startswith("color-contrast")


def test_no_rule_sees_a_theme_but_those_that_are_asked_in_both(planting):
    page, _ = planting("")
    axe(page)
    looking = page.evaluate(
        "(tags) => axe.getRules(tags).filter((rule) => rule.tags.includes('cat.color'))", list(TAGS)
    )
    assert {rule["ruleId"] for rule in looking} == set(COLOURS)


def test_a_middle_without_a_fault_is_known_and_one_with_a_fault_is_not(planting):
    wrong, known = planting(PICTURE)[0], set()
    assert [found.split(":")[1].strip() for found in faults(wrong, known=known)] == ["image-alt", "image-alt"]
    assert known == set()
    right = planting("<p>Words</p>")[0]
    assert faults(right, known=known) == []
    assert known == {middle(right)}


def test_what_is_around_a_known_middle_is_looked_at_all_the_same(planting):
    page, _ = planting(f"<p>Words</p></main>{PICTURE}<main>")
    [light, dark] = faults(page, known={middle(page)})
    assert (light.split(":")[:2], dark.split(":")[:2]) == (["light", " image-alt"], ["narrow and dark", " image-alt"])


def test_a_known_middle_is_looked_at_for_all_but_axe(planting):
    page, _ = planting("<div style='width: 800px'>wide</div><a href=/ style='outline: none'>Home</a>")
    found = faults(page, known={middle(page)})
    assert [fault.split(":")[0] for fault in found if "px wide" in fault] == ["zoomed", "narrow"]
    assert any("focus is not visible" in fault for fault in found)


def test_a_middle_is_the_same_whatever_proof_its_forms_hold_and_another_with_another_word(planting):
    form = "<form><input type=hidden name=csrf value={}>{}</form>"
    one, same, other = (planting(form.format(*told))[0] for told in (("x", "Word"), ("y", "Word"), ("x", "Other")))
    assert middle(one) == middle(same) != middle(other)


@pytest.mark.parametrize("told_by", ["background: #ddd", "box-shadow: inset 3px 0 0 blue", "color: red"])
def test_what_only_a_colour_of_ours_tells_is_found_with_forced_colours(planting, told_by):
    style = f"<style>a[aria-current] {{ {told_by} }}</style>"
    page, _ = planting(f"{style}<a href=/ aria-current=page>Here</a>")
    page.emulate_media(forced_colors="active")
    assert forced_faults(page) == ['cannot be told from the others: <a href="/" aria-current="page">Here</a>']


def test_what_a_line_tells_is_told_with_forced_colours_too(planting):
    page, _ = planting("<style>a[aria-current] { outline: 1px solid }</style><a href=/ aria-current=page>Here</a>")
    page.emulate_media(forced_colors="active")
    assert forced_faults(page) == []


def test_what_moves_is_found_where_somebody_asked_for_less_of_it(planting):
    page, _ = planting("<style>p { transition: color 1s }</style><p>Words</p>")
    assert moves(page) == ["<p>Words</p>"]


def test_a_focus_that_was_lost_is_found(planting):
    page, _ = planting("<a href=/>Home</a>")
    assert lost_focus(page) == ["the focus is on nothing"]
    page.keyboard.press("Tab")
    assert lost_focus(page) == []


def test_what_sticks_out_sideways_is_found(planting):
    page, _ = planting("<div style='width: 400px'>wide</div>", width=320)
    assert sticks_out(page)[0] == "408 px wide"


def test_a_focus_nobody_sees_is_found(planting):
    page, _ = planting("<style>a { outline: none }</style><a href=/>Home</a>")
    assert focus_faults(page) == ['focus is not visible on <a href="/">Home</a>']


def test_a_focus_under_a_bar_is_found(planting):
    bar = "<div style='position: fixed; inset: 0; background: white'></div>"
    page, _ = planting(f"<a href=/>Home</a>{bar}")
    assert focus_faults(page) == ['focus is covered on <a href="/">Home</a>']


def test_a_refusal_of_the_content_policy_is_a_complaint(planting):
    _, watching = planting("<p style='color: red'>Words</p>", policy=POLICY)
    [said] = watching.unexpected()
    assert "Content Security Policy" in said


def test_an_error_of_a_script_is_a_complaint_unless_expected(planting):
    page, watching = planting("<script>nobody.knows()</script>")
    page.wait_for_load_state()
    [said] = watching.unexpected()
    assert "nobody is not defined" in said
    watching.expect("nobody is not defined")
    assert watching.unexpected() == []


def test_traffic_counts_what_came(planting):
    page, _ = planting("")
    page.wait_for_load_state("networkidle")  # the browser asks for an icon when it has nothing else to do
    traffic = Traffic.of(page)
    page.evaluate("() => fetch('/other').then((answer) => answer.text())")
    assert [asked for asked in traffic.requests if not asked.endswith("/favicon.ico")] == [f"GET {URL}/other"]


def test_the_microphone_hears_what_is_played_to_it(planting):
    page, _ = planting("")
    loudest = page.evaluate(
        """async () => {
          const stream = await navigator.mediaDevices.getUserMedia({audio: true});
          const context = new AudioContext();
          const meter = context.createAnalyser();
          context.createMediaStreamSource(stream).connect(meter);
          const samples = new Float32Array(meter.fftSize);
          for (let loudest = 0; ; await new Promise(requestAnimationFrame)) {
            meter.getFloatTimeDomainData(samples);
            loudest = Math.max(loudest, Math.hypot(...samples) / Math.sqrt(samples.length));
            if (loudest > 0.01) return loudest;
          }
        }"""
    )
    assert loudest > 0.01

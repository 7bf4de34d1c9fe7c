"""What pages may cost: bytes and requests as the browser counts them, what moves while they load, what they keep.

Seconds are measured by `bin/bench pages` and never asserted here.
"""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.busy import busy
from tests.browser.catalogue import open_path, sights
from tests.browser.traffic import Traffic
from tests.browser.visitors import PATIENCE, Visitors
from tests.conftest import EMPTY, settings_for
from tests.factories.hour import hour_long

pytestmark = pytest.mark.xdist_group("budgets")

KB = 1024
MOST_SHIFT = 0.02
"""Cumulative layout shift; 0.1 is what the web calls good."""
FIRST_PAINT_FIRST = {"offline": False, "latency": 40, "downloadThroughput": 1_250_000, "uploadThroughput": 1_250_000}
"""A line on which scripts come after the page was painted, as they do for people (10 Mbit/s; bytes a second)."""
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  const parts = [];
  const take = (list) => {
    for (const shift of list.getEntries()) {
      if (shift.hadRecentInput) continue;
      sum += shift.value;
      for (const { node } of shift.sources) parts.push((node?.outerHTML ?? node?.textContent ?? "?").slice(0, 100));
    }
  };
  const seen = new PerformanceObserver(take);
  seen.observe({ type: "layout-shift", buffered: true });
  // Two frames later all that was laid out has been reported.
  const rest = () => (take({ getEntries: () => seen.takeRecords() }), done({ sum, parts }));
  requestAnimationFrame(() => requestAnimationFrame(rest));
})"""


@pytest.fixture(scope="module")
def shown(_shared_engine, servers, tmp_path_factory):
    """One busy installation for all that is measured here."""
    with _shared_engine.begin() as connection:
        connection.execute(EMPTY)
    folder = tmp_path_factory.mktemp("busy")
    with busy(settings=settings_for(servers, folder), engine=_shared_engine, folder=folder) as served:
        yield served


@pytest.fixture
def entering(browser, shown, watch):
    with Visitors(browser, shown, watch) as visitors:
        yield visitors


def test_the_list_of_tickets_is_light_when_it_is_first_opened_and_lighter_after(entering):
    page = entering.enter("agent")
    traffic = Traffic.of(page, cache=False)
    open_live(page, traffic, "/tickets")
    expect(page.locator("tr[data-ticket]")).to_have_count(50)
    assert len(traffic.requests) <= 8, traffic.requests
    assert 20 * KB < traffic.bytes <= 110 * KB, traffic.of_type
    traffic.clear()
    open_live(page, traffic, "/tickets")
    assert 2 * KB < traffic.bytes <= 25 * KB, traffic.of_type


# Each page once, as the one who sees most of it.
PAGES = {one.path: one for one in sights() if not one.path.endswith(".csv")}


@pytest.mark.parametrize("sight", PAGES.values(), ids=str)
def test_nothing_moves_while_a_page_loads(entering, shown, sight):
    page = entering.enter(None if sight.role == "stranger" else sight.role)
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", FIRST_PAINT_FIRST)
    traffic = Traffic.of(page, cache=False)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(open_path(sight, shown.house))
        if "text/html" not in answer.headers.get("content-type", ""):
            return
        settle(page, traffic)
        moved = page.evaluate(SHIFTS)
        assert moved["sum"] <= MOST_SHIFT, f"{width} px wide: {moved}"


def test_the_watch_for_what_moves_finds_it(entering):
    """Where nothing is ever found, the watch might be blind."""
    page = entering.enter()
    page.goto("/sign-in")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("() => { document.querySelector('main').style.marginTop = '200px'; }")
    assert page.evaluate(SHIFTS)["sum"] > MOST_SHIFT


@pytest.mark.parametrize("path", ["/", "/tickets", "/voicemail", "/calls", "/health"])
def test_a_page_left_alone_asks_for_little(entering, path):
    page = entering.enter("administrator")
    page.clock.install()
    traffic = Traffic.of(page)
    open_live(page, traffic, path)
    idle(page, traffic)


def test_a_page_without_the_stream_asks_for_little_too(entering, shown):
    shown.stream.stop()
    try:
        page = entering.enter("agent")
        page.clock.install()
        traffic = Traffic.of(page)
        open_live(page, traffic, "/tickets", state="poll")
        idle(page, traffic)
    finally:
        shown.stream.start(shown.house.settings)


def idle(page, traffic):
    """Let most of a minute go by for the page, each answer coming in the second it was asked for.

    Not the whole minute: at its end a page would miss the stream's beats, which go by the true clock. The four of a
    minute are a hundred bytes.
    """
    seconds = 50
    page.clock.run_for(12_000)  # parts that keep themselves fresh have learnt what to ask for
    settle(page, traffic)
    traffic.clear()
    for _ in range(seconds):
        page.clock.run_for(1000)
        settle(page, traffic)
    assert len(traffic.requests) <= 15 * seconds / 60, traffic.requests
    assert traffic.bytes <= 6 * KB * seconds / 60, (traffic.bytes, traffic.requests)


def test_a_recording_of_an_hour_is_fetched_as_it_is_heard(entering, shown, long_ticket):
    page = entering.enter("agent")
    traffic = Traffic.of(page, cache=False)
    page.goto(f"/tickets/{long_ticket}")
    expect(page.locator("[data-drawn]")).to_be_visible()
    settle(page, traffic)
    assert not [one for one in traffic.requests if one.endswith("/audio")]
    assert traffic.bytes <= 400 * KB, traffic.of_type
    page.locator('[data-part="play"]').click()
    expect(page.locator('[data-part="time"]')).to_contain_text("0:01")
    page.locator('[data-part="slider"]').press("End")
    page.locator('[data-part="slider"]').press("Shift+ArrowLeft")
    expect(page.locator('[data-part="time"]')).to_contain_text("59:4")
    sound = traffic.of_type["Media"]
    assert 0 < sound <= 16 * 1024 * KB, "of 110 MB"
    assert heap(page) <= 60 * 1024 * KB


@pytest.fixture(scope="module")
def long_ticket(shown):
    storage = shown.house.app.extensions["console"].parts.storage()
    with shown.house.session() as session, session.begin():
        return hour_long(session, storage, now=shown.house.clock())


def heap(page):
    """Bytes that scripts hold once what they let go of is collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"]


def test_an_answer_within_200_ms_shows_no_bar_and_a_later_one_does(entering):
    page = entering.enter("agent")
    page.clock.install()
    page.goto("/tickets")
    held = []
    page.route("**/preview*", lambda route: held.append(route))
    page.clock.pause_at(page.evaluate("() => Date.now()") + 60_000)
    page.keyboard.press("j")
    bar = page.locator(".loading")
    page.clock.run_for(195)
    expect(bar).not_to_have_attribute("data-on", "")
    page.clock.run_for(10)
    expect(bar).to_have_attribute("data-on", "")
    expect(bar).to_have_css("opacity", "1")
    assert bar.bounding_box()["height"] <= 4
    page.clock.resume()
    held[0].continue_()
    expect(page.locator("[data-previewed]")).to_be_visible()
    expect(bar).not_to_have_attribute("data-on", "")


def open_live(page, traffic, path, state="on"):
    page.goto(path)
    expect(page.locator("#live-mark")).to_have_attribute("data-state", state)
    settle(page, traffic)


def settle(page, traffic):
    """Wait until nothing is under way that will end."""
    page.wait_for_load_state()
    give_up_at = time.monotonic() + PATIENCE / 1000
    while traffic.underway:
        assert time.monotonic() < give_up_at, traffic.requests
        page.wait_for_timeout(20)

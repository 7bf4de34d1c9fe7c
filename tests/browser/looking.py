"""What is looked for on every page besides axe's rules: nothing sticks out sideways, and the focus can be seen."""

from playwright.sync_api import Page

NARROW = 320
"""Pixels: what is left of 1280 at 400 % (WCAG 2.2, 1.4.10)."""
MOST_STOPS = 60

_STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const scrolls = (el) =>
    el && el !== document.body && (getComputedStyle(el).overflowX !== 'visible' || scrolls(el.parentElement));
  const parts = [...document.body.querySelectorAll('*')].filter((el) => {
    const box = el.getBoundingClientRect();
    return box.width > 0 && box.right > wide && getComputedStyle(el).position !== 'fixed' && !scrolls(el.parentElement);
  });
  const names = parts.slice(-3).map((el) => el.outerHTML.slice(0, 120));
  return [`${document.documentElement.scrollWidth} px wide`, ...names];
}"""

_FOCUSED = """() => {
  const el = document.activeElement;
  if (!el || el === document.body || el === document.documentElement) return null;
  const name = el.outerHTML.slice(0, 120);
  if (el.closest('[data-seen-by-sweep]')) return {name, again: true};
  el.setAttribute('data-seen-by-sweep', '');
  const shows = (node) => {
    const style = getComputedStyle(node);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
  };
  const box = el.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const labels = [...(el.labels || [])];
  const uncovered = !top || [el, ...labels].some((one) => one.contains(top)) || top.contains(el);
  return {name, again: false, visible: [el, ...labels].some(shows), uncovered};
}"""


def sticks_out(page: Page) -> list[str]:
    """What makes the page wider than its window; empty is right."""
    found: list[str] = page.evaluate(_STICKS_OUT)
    return found


def focus_faults(page: Page) -> list[str]:
    """Goes through the page by Tab, and says where the focus could not be seen, or was covered; empty is right."""
    page.evaluate("() => { document.activeElement?.blur?.(); window.scrollTo(0, 0); }")
    faults = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop is None or stop["again"]:
            break
        if not stop["visible"]:
            faults.append(f"focus is not visible on {stop['name']}")
        if not stop["uncovered"]:
            faults.append(f"focus is covered on {stop['name']}")
    return faults

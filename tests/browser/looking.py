"""What is looked for on every page besides axe's rules: nothing sticks out sideways, and the focus can be seen."""

from typing import Any

from playwright.sync_api import Page

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
    const style = getComputedStyle(node); // a shadow alone would be gone with forced colours
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  };
  const box = el.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const labels = [...(el.labels || [])];
  const uncovered = !top || [el, ...labels].some((one) => one.contains(top)) || top.contains(el);
  return {name, again: false, visible: [el, ...labels].some(shows), uncovered};
}"""

_FORGET = """() => {
  for (const el of document.querySelectorAll('[data-seen-by-sweep]')) el.removeAttribute('data-seen-by-sweep');
}"""

_MOVES = """() => [...document.querySelectorAll('*')].filter((el) => {
  const style = getComputedStyle(el);
  const lasts = (times) => times.split(', ').some((time) => parseFloat(time) > 0);
  const animated = style.animationName !== 'none' && lasts(style.animationDuration);
  return animated || lasts(style.transitionDuration) || style.scrollBehavior === 'smooth';
}).map((el) => el.outerHTML.slice(0, 120))"""


def sticks_out(page: Page) -> list[str]:
    """What makes the page wider than its window; empty is right."""
    found: list[str] = page.evaluate(_STICKS_OUT)
    return found


def moves(page: Page) -> list[str]:
    """What moves by itself on a page whose reader asked for less of that; empty is right."""
    found: list[str] = page.evaluate(_MOVES)
    return found


def lost_focus(page: Page) -> list[str]:
    """What is wrong with where the focus is now: on nothing, not to be seen, or covered; empty is right."""
    page.evaluate(_FORGET)
    stop = page.evaluate(_FOCUSED)
    return ["the focus is on nothing"] if stop is None else _faults_of(stop)


def focus_faults(page: Page) -> list[str]:
    """Goes through the page by Tab, and says where the focus could not be seen, or was covered; empty is right."""
    page.evaluate("() => { document.activeElement?.blur?.(); window.scrollTo(0, 0); }")
    faults = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop is None or stop["again"]:
            break
        faults += _faults_of(stop)
    page.evaluate("() => document.activeElement?.blur?.()")  # a link to skip the bar lies over it as long as it has it
    return faults


def _faults_of(stop: dict[str, Any]) -> list[str]:
    faults = {"focus is not visible": stop["visible"], "focus is covered": stop["uncovered"]}
    return [f"{fault} on {stop['name']}" for fault, is_right in faults.items() if not is_right]

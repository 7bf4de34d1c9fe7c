"""Forced colours (Windows' contrast themes): the browser puts a few system colours in the place of all of ours, so what
is told by background or shadow alone is told no more."""

from playwright.sync_api import Page

MARKED = '[aria-current], [aria-selected="true"], [aria-pressed="true"], .is-here, [data-here]'
"""What is marked as being here, chosen or pressed."""

_FAULTS = """(marked) => {
  const TOLD_BY = [
    'color', 'fontWeight', 'fontStyle', 'textDecorationLine', 'visibility', 'display',
    'borderTopStyle', 'borderTopWidth', 'borderTopColor', 'borderBottomStyle', 'borderBottomWidth', 'borderBottomColor',
    'borderLeftStyle', 'borderLeftWidth', 'borderLeftColor', 'outlineStyle', 'outlineWidth', 'outlineColor',
  ];
  const ground = (el) => {
    for (let one = el; one; one = one.parentElement) {
      const { backgroundColor } = getComputedStyle(one);
      if (!/^(transparent|rgba\\(.*, 0\\))$/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const MARKS = ['class', 'aria-current', 'aria-selected', 'aria-pressed', 'data-here'];
  const look = (el) => [el, ...el.querySelectorAll('*')].map((one) =>
    ['', '::before', '::after'].map((part) => {
      const style = getComputedStyle(one, part || undefined);
      if (part && style.content === 'none') return '';
      return [ground(one), ...TOLD_BY.map((told) => style[told])].join();
    }).join('|')).join('\\n');
  const isShown = (el) => el.checkVisibility() && el.getBoundingClientRect().width > 0;
  const name = (el) => el.outerHTML.slice(0, 120).replace(/\\s+/g, ' ');
  const found = [];
  for (const el of document.querySelectorAll(marked)) {
    if (!isShown(el)) continue;
    const [before, called] = [look(el), name(el)];
    const was = MARKS.map((mark) => [mark, el.getAttribute(mark)]).filter(([, value]) => value !== null);
    for (const [mark] of was) if (mark !== 'class') el.removeAttribute(mark);
    el.classList.remove('is-here');
    const after = look(el);
    for (const [mark, value] of was) el.setAttribute(mark, value);
    if (before === after) found.push(`cannot be told from the others: ${called}`);
  }
  for (const icon of document.querySelectorAll('svg.icon')) {
    if (!isShown(icon) || getComputedStyle(icon).visibility === 'hidden') continue;
    if (getComputedStyle(icon).stroke === ground(icon)) found.push(`an icon as its ground: ${name(icon)}`);
  }
  return found;
}"""


def forced_faults(page: Page) -> list[str]:
    """What cannot be seen on this page, which must be shown with forced colours; empty is right."""
    found: list[str] = page.evaluate(_FAULTS, MARKED)
    return found

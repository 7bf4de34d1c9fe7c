"""Contrast of every pair of tokens that meet, in both themes, by the formula of WCAG 2.2 (relative luminance)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "console/assets/css"
TOKENS = (CSS / "tokens.css").read_text("utf-8")
PHONE = (CSS / "pages/phone.css").read_text("utf-8")
"""The demo's phone is a thing with colours of its own, the same in both themes."""
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
}
TONES = ("info", "ok", "warn", "bad", "live")
GROUNDS = ("page", "surface", "raised", "hover")
TEXT_PAIRS = [
    *[(text, ground) for text in ("text", "muted", "accent", *TONES) for ground in GROUNDS],
    *[(tone, f"{tone}-tint") for tone in TONES],
    *[("text", f"{tone}-tint") for tone in (*TONES, "plain")],
    *[("muted", f"{tone}-tint") for tone in ("info", "plain")],
    ("accent", "info-tint"),
    ("on-accent", "accent"),
    ("on-accent", "bad"),
    ("page", "text"),
]
SHAPE_PAIRS = [(shape, ground) for shape in ("border", "accent") for ground in GROUNDS]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_words_are_readable(pair, theme):
    front, ground = (COLOURS[name][theme] for name in pair)
    assert contrast(front, ground) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("pair", SHAPE_PAIRS, ids="-on-".join)
def test_edges_of_controls_are_seen(pair, theme):
    front, ground = (COLOURS[name][theme] for name in pair)
    assert contrast(front, ground) >= 3


def both_named():
    """Rules that give words a colour and a ground at once: (front, ground, selector)."""
    for path in sorted(CSS.rglob("*.css")):
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", path.read_text("utf-8")):
            front = re.search(r"(?<![-\w])color: var\(--([a-z-]+)\)", body)
            ground = re.search(r"background(?:-color)?: var\(--([a-z-]+)\)", body)
            if front and ground:
                yield pytest.param(front[1], ground[1], id=f"{path.stem} {selector.strip()[-60:]}")


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground"), list(both_named()))
def test_words_are_readable_on_the_ground_they_are_given(front, ground, theme):
    assert contrast(COLOURS[front][theme], COLOURS[ground][theme]) >= 4.5


def test_the_phone_is_readable():
    grounds = re.findall(r"background: (#[0-9a-f]{6})", PHONE)
    assert grounds
    for front in re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", PHONE):
        assert [ground for ground in grounds if contrast(front, ground) < 4.5] == [], front
    for edge in re.findall(r"box-shadow: inset 0 0 0 \d+px (#[0-9a-f]{6})", PHONE):
        assert [ground for ground in grounds if contrast(edge, ground) < 3] == [], edge


def test_no_colour_stands_outside_the_tokens():
    for path in CSS.rglob("*.css"):
        if path.name in ("tokens.css", "print.css", "phone.css"):
            continue
        found = re.findall(r"(#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\()", path.read_text("utf-8"))
        assert [colour for colour in found if colour != "#0008"] == [], path.name

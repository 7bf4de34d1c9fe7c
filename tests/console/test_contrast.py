"""Contrast of every pair of tokens that meet, in both themes, by the formula of WCAG 2.2 (relative luminance)."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "console/assets/css/tokens.css").read_text("utf-8")
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


def test_no_colour_stands_outside_the_tokens():
    for path in Path(__file__).resolve().parents[2].glob("console/assets/css/**/*.css"):
        if path.name in ("tokens.css", "print.css", "phone.css"):  # the demo's phone is a thing with colours of its own
            continue
        found = re.findall(r"(#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\()", path.read_text("utf-8"))
        assert [colour for colour in found if colour != "#0008"] == [], path.name

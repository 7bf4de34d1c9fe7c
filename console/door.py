"""Mounts the console on an application."""

import importlib
from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from console import assets, errors
from console.nouns import Noun
from console.parts import Parts
from console.serving import Door, blueprint

PAGES = Path(__file__).parent / "pages"


def register(app: Flask, parts: Parts, *, also: Sequence[Noun] = ()) -> None:
    """Add the console's pages, assets and error pages to `app`. Opens no connection.

    also: nouns of whoever mounts this, for pages that only they can make, such as the demo's phone.
    """
    found = [*nouns(), *also]
    paths = frozenset(page.path for noun in found for page in noun.pages if page.method == "GET")
    door = Door(parts=parts, assets=assets.Assets(), paths=paths)
    app.extensions["console"] = door
    for noun in found:
        app.register_blueprint(blueprint(noun, door))
    app.register_blueprint(assets.make_blueprint(door.assets))
    errors.register(app, door)


def nouns() -> list[Noun]:
    """Every noun that a module in console/pages declares."""
    found = []
    for path in sorted(PAGES.glob("[a-z]*.py")):
        module = importlib.import_module(f"console.pages.{path.stem}")
        found += [value for value in vars(module).values() if isinstance(value, Noun)]
    return found

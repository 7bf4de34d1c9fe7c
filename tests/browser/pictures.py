"""Pictures for the README and the documentation, made by the same run that proves the pages."""

import os
from pathlib import Path

from playwright.sync_api import Locator, Page

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
ASKED = "RB_PICTURES"


def picture(page: Page, name: str, *, of: Locator | None = None) -> None:
    """Keep what the page looks like as docs/pictures/NAME.png, if this run was asked for pictures."""
    if os.environ.get(ASKED):
        FOLDER.mkdir(parents=True, exist_ok=True)
        (of or page).screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")

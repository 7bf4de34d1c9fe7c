"""Templates: strict, escaped, translated, with our filters for times, durations and numbers."""

import json
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from console import csrf, moments
from console.assets import Assets
from console.browsers import browser_name
from console.language import gettext, ngettext
from console.navigation import rail
from console.visit import Guest
from people.rights import Right

_place: ContextVar[tuple[Guest, Assets]] = ContextVar("place")
"""Who reads the page being rendered: macros and filters need it without being handed it."""

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, *, guest: Guest, assets: Assets, **values: Any) -> str:
    """The template's text. Besides `values` it knows `visit` (the `Guest` or `Visit`) and what `environment` gives."""
    token = _place.set((guest, assets))
    try:
        entries = rail(guest) if guest.account is not None else []
        return environment().get_template(template).render(visit=guest, rail=entries, **({"undo": 0} | values))
    finally:
        _place.reset(token)


@cache
def environment() -> Environment:
    """The templates' own world: nothing of Flask's is in it. An unknown name is an error, never an empty place."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "brief": _brief,
        "full": _full,
        "clock": _clock,
        "machine": moments.machine,
        "when": _when,
        "duration": moments.duration,
        "phone": moments.phone,
        "count": moments.count,
        "browser": browser_name,
    }
    made.globals |= {"csrf_field": _csrf_field, "asset": _asset, "script_words": _script_words, "Right": Right}
    return made


def _brief(moment: datetime) -> str:
    guest, _ = _place.get()
    return moments.brief(moment, zone=guest.zone, now=guest.now)


def _full(moment: datetime) -> str:
    return moments.full(moment, zone=_place.get()[0].zone)


def _clock(moment: datetime) -> str:
    return moments.clock_time(moment, zone=_place.get()[0].zone)


def _when(moment: datetime | None) -> Markup:
    """A <time> element: brief, with the full stamp in its title; a dash for none."""
    if moment is None:
        return Markup("–")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moments.machine(moment), _full(moment), _brief(moment)
    )


def _csrf_field() -> Markup:
    """The hidden field of every form that changes something."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, _place.get()[0].csrf)


def _asset(name: str) -> str | None:
    return _place.get()[1].path(name)


def _script_words() -> str:
    """What our scripts say, as JSON for the page's <body>."""
    said = {
        "saved": gettext("Saved %s"),
        "restored": gettext("Restored from this browser"),
        "offline": gettext("Not saved: no connection. Kept in this browser."),
        "signed_out": gettext("Not saved: you were signed out. Kept in this browser."),
        "not_saved": gettext("Not saved on the server. Kept in this browser."),
        "undo": gettext("Undo"),
        "live_on": gettext("Live"),
        "live_poll": gettext("Every 10 s"),
        "live_away": gettext("Not live since %s"),
        "live_out": gettext("Signed out"),
    }
    return json.dumps(said, ensure_ascii=False)

"""Collect the words people read, for translators."""

import click

ROOMS = ("console", "health", "people", "recordings", "ringback/phone", "routing", "tickets")


@click.command()
def command() -> None:
    """Write every marked word that reaches a page to console/translations/console.pot."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir
    from babel.messages.pofile import write_po

    from console.language import FOLDER
    from core.config import ROOT

    catalog = Catalog(project="Ringback", version="1", charset="utf-8")
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "mark": None, "said": None, "ngettext": (1, 2)}
    options = {"templates/**.html": {"trimmed": "true", "extensions": "jinja2.ext.do"}}
    for room in ROOMS:
        found = extract_from_dir(str(ROOT / room), methods, options, keywords=keywords)
        for name, line, message, comments, context in found:
            catalog.add(message, None, [(f"{room}/{name}", line)], auto_comments=comments, context=context)
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "console.pot").open("wb") as file:
        write_po(file, catalog, sort_by_file=True, omit_header=False)
    click.echo(f"{len(catalog)} messages in console/translations/console.pot")

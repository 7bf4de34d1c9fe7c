"""Collect the console's words for translators."""

import click


@click.command()
def command() -> None:
    """Write every marked word of the console to console/translations/console.pot."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir
    from babel.messages.pofile import write_po

    from console.language import FOLDER
    from core.config import ROOT

    catalog = Catalog(project="Ringback", version="1", charset="utf-8")
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}
    options = {"templates/**.html": {"trimmed": "true", "extensions": "jinja2.ext.do"}}
    for name, line, message, comments, context in extract_from_dir(
        str(ROOT / "console"), methods, options, keywords=keywords
    ):
        catalog.add(message, None, [(f"console/{name}", line)], auto_comments=comments, context=context)
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "console.pot").open("wb") as file:
        write_po(file, catalog, sort_by_file=True, omit_header=False)
    click.echo(f"{len(catalog)} messages in console/translations/console.pot")

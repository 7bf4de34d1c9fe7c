"""Small flows to read and to break."""

HEAD = """\
flow: small
start: hello
operator: person
failed: person
last_resort: leave
"""

STEPS = """\
steps:
  hello:
    kind: say
    words: hello
    next: pick
  pick:
    kind: menu
    ask: pick
    choices:
      - key: 1
        words: sales
        next: person
      - key: 2
        words: repairs
        next: bye
  person:
    kind: department
    department: general
    otherwise: leave
  leave:
    kind: message
  bye:
    kind: goodbye
    words: bye
    outcome: informed
"""

WORDS = """\
words:
  en:
    hello: Hello.
    pick: What is it about?
    bye: Goodbye.
    sales: {name: sales, phrases: [sales, buying]}
    repairs: {name: repairs, phrases: [repairs, broken]}
"""

SMALL = HEAD + STEPS + WORDS


def broken(old: str, new: str) -> str:
    """The small flow with one thing changed."""
    assert SMALL.count(old) >= 1, old
    return SMALL.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    """The line on which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1

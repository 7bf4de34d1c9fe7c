"""Read stories from YAML: strictly, and every error names the line, the field and the cure."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import yaml

from simulator.records import OVER
from simulator.story import HangsUp, Hears, Leaves, Line, Presses, Says, StaysSilent, Story

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_KEYS = re.compile(r"[0-9*#]+")
_FIELDS = ("story", "caller", "calls", "at", "lines", "ends", "ended by")
_WITHHELD = "anonymous"


class StoryError(ValueError):
    """A story that cannot be read; the text says where, what and how to mend it."""

    def __init__(self, node_or_line: "yaml.Node | int", field: str, cure: str, *, source: str = "") -> None:
        self.line = node_or_line if isinstance(node_or_line, int) else node_or_line.start_mark.line + 1
        self.field = field
        self.cure = cure
        self.source = source
        super().__init__(f"{source + ', ' if source else ''}line {self.line}, {field}: {cure}")


def read_file(path: Path) -> tuple[Story, ...]:
    """The stories in a file, separated by `---` lines; raises StoryError, and OSError when it cannot be read."""
    return read_stories(path.read_text(encoding="utf-8"), source=path.name)


def read_story(text: str, *, source: str = "") -> Story:
    """The one story in this text; raises StoryError."""
    stories = read_stories(text, source=source)
    if len(stories) != 1:
        raise StoryError(1, "story", f"there are {len(stories)} stories here; give exactly one", source=source)
    return stories[0]


def read_stories(text: str, *, source: str = "") -> tuple[Story, ...]:
    """All stories in this text; raises StoryError."""
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = mark.line + 1 if mark else 1
        raise StoryError(where, "YAML", f"{error.problem}; mend the file's layout", source=source) from error
    except yaml.YAMLError as error:
        raise StoryError(1, "YAML", f"{error}; mend the file", source=source) from error
    stories = []
    for document in documents:
        try:
            stories.append(_story(document, source))
        except StoryError as error:
            raise StoryError(error.line, error.field, error.cure, source=source) from None
    return tuple(stories)


def _story(node: "yaml.Node | None", source: str) -> Story:
    if node is None:
        raise StoryError(1, "story", "the file is empty; begin with `story: what happens`")
    fields = _mapping(node, "story", _FIELDS)
    for needed in ("story", "lines"):
        if needed not in fields:
            raise StoryError(node, needed, f"is missing; add `{needed}:`")
    lines = fields["lines"]
    if not isinstance(lines, yaml.SequenceNode) or not lines.value:
        raise StoryError(lines, "lines", "must be a list with at least one line, each beginning with `- `")
    return Story(
        name=_text(fields["story"], "story"),
        lines=tuple(_line(item) for item in lines.value),
        caller=_caller(fields.get("caller")),
        calls=_calls(fields.get("calls")),
        at=_moment(fields.get("at")),
        ends=_word(fields.get("ends"), "ends", tuple(sorted(OVER))),
        ended_by=_word(fields.get("ended by"), "ended by", ("caller", "line")),
        source=source,
    )


def _line(node: yaml.Node) -> Line:
    where = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        if node.value == "silence":
            return StaysSilent(line=where)
        if node.value == "hang up":
            return HangsUp(line=where)
        raise StoryError(node, "lines", f"{node.value!r} is no line; write one of {_ALLOWED}")
    fields = _mapping(node, "lines", tuple(_READERS))
    if len(fields) != 1:
        raise StoryError(node, "lines", f"one line does one thing; write one of {_ALLOWED}")
    [(name, value)] = fields.items()
    return _READERS[name](value, where)


def _hears(node: yaml.Node, where: int) -> Line:
    wanted: list[str] = []
    unwanted: list[str] = []
    for item in node.value if isinstance(node, yaml.SequenceNode) else [node]:
        if isinstance(item, yaml.MappingNode):
            refused = _mapping(item, "hears", ("not",))["not"]
            parts = refused.value if isinstance(refused, yaml.SequenceNode) else [refused]
            unwanted.extend(_text(part, "hears: not") for part in parts)
        else:
            wanted.append(_text(item, "hears"))
    if not wanted and not unwanted:
        raise StoryError(node, "hears", "is empty; give the words to be heard")
    return Hears(tuple(wanted), tuple(unwanted), line=where)


def _press(node: yaml.Node, where: int) -> Line:
    keys = node.value if isinstance(node, yaml.ScalarNode) else ""
    if not _KEYS.fullmatch(keys):
        raise StoryError(node, "press", 'give keys out of 0-9, * and #, in quotes, such as press: "2" or press: "#"')
    return Presses(keys, line=where)


def _say(node: yaml.Node, where: int) -> Line:
    if isinstance(node, yaml.ScalarNode):
        return Says(_text(node, "say"), line=where)
    fields = _mapping(node, "say", ("words", "confidence"))
    if "words" not in fields:
        raise StoryError(node, "say", "needs words, such as say: {words: billing, confidence: 0.55}")
    sure = _number(fields["confidence"], "say: confidence") if "confidence" in fields else 0.93
    if not 0 <= sure <= 1:
        raise StoryError(fields["confidence"], "say: confidence", "must be from 0 to 1")
    return Says(_text(fields["words"], "say: words"), sure, line=where)


def _record(node: yaml.Node, where: int) -> Line:
    if isinstance(node, yaml.ScalarNode):
        return Leaves(_text(node, "record"), line=where)
    fields = _mapping(node, "record", ("words", "seconds", "end"))
    if "words" not in fields:
        raise StoryError(node, "record", "needs words, such as record: {words: please call me, seconds: 12}")
    seconds = _number(fields["seconds"], "record: seconds") if "seconds" in fields else None
    if seconds is not None and not 0 < seconds <= 14400:
        raise StoryError(fields["seconds"], "record: seconds", "must be more than 0 and at most 14400")
    end = fields["end"].value if "end" in fields else None
    if end is not None and end not in ("hangup", "silence", *"0123456789*#"):
        raise StoryError(fields["end"], "record: end", 'must be one key in quotes, such as "#", or hangup, or silence')
    return Leaves(_text(fields["words"], "record: words"), seconds, end, line=where)


def _mapping(node: yaml.Node, field: str, allowed: tuple[str, ...]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise StoryError(node, field, f"must have fields: {', '.join(allowed)}")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value)
        if name not in allowed:
            raise StoryError(key, name, f"is not known here; there are: {', '.join(allowed)}")
        if name in found:
            raise StoryError(key, name, "is given twice; keep one")
        found[name] = value
    if not found:
        raise StoryError(node, field, f"is empty; there are: {', '.join(allowed)}")
    return found


def _text(node: yaml.Node, field: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        raise StoryError(node, field, "needs words; put them in quotes if they begin with # or contain a colon")
    return str(node.value)


def _number(node: yaml.Node, field: str) -> float:
    try:
        return float(_text(node, field))
    except ValueError:
        raise StoryError(node, field, "must be a number") from None


def _caller(node: yaml.Node | None) -> str:
    if node is None:
        return Story.caller
    if node.value == "withheld":
        return _WITHHELD
    return _e164(node, "caller", ", or write withheld")


def _calls(node: yaml.Node | None) -> str | None:
    return None if node is None else _e164(node, "calls", "")


def _e164(node: yaml.Node, field: str, otherwise: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or not _NUMBER.fullmatch(node.value):
        raise StoryError(node, field, f'must be a number such as "+14155550100", in quotes{otherwise}')
    return str(node.value)


def _moment(node: yaml.Node | None) -> datetime | None:
    if node is None:
        return None
    try:
        moment = datetime.fromisoformat(_text(node, "at"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise StoryError(node, "at", "must be a date and time with its zone, such as 2026-11-23T10:00:00Z")
    return moment


def _word(node: yaml.Node | None, field: str, allowed: tuple[str, ...]) -> str | None:
    if node is None:
        return None
    if node.value not in allowed:
        raise StoryError(node, field, f"must be one of: {', '.join(allowed)}")
    return str(node.value)


_READERS: dict[str, Callable[[yaml.Node, int], Line]] = {
    "hears": _hears,
    "press": _press,
    "say": _say,
    "record": _record,
}
_ALLOWED = "hears: …, press: …, say: …, silence, record: …, hang up"

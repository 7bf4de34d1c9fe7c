"""Write a story as YAML that `story_file` reads back as the same story."""

from typing import Any

import yaml

from simulator.story import Hears, Leaves, Line, Presses, Says, StaysSilent, Story

_WITHHELD = "anonymous"


def written(story: Story) -> str:
    """The story as a document of a story file."""
    fields: dict[str, Any] = {
        "story": story.name,
        "caller": "withheld" if story.caller.lower() == _WITHHELD else story.caller,
        "calls": story.calls,
        "at": story.at.isoformat().replace("+00:00", "Z") if story.at else None,
        "lines": [_line(line) for line in story.lines],
        "ends": story.ends,
        "ended by": story.ended_by,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    return yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=110)


def _line(line: Line) -> Any:
    if isinstance(line, Hears):
        return {"hears": _hears(line)}
    if isinstance(line, Presses):
        return {"press": line.keys}
    if isinstance(line, Says):
        sure = line.confidence
        return {"say": line.words if sure in (None, 0.93) else {"words": line.words, "confidence": sure}}
    if isinstance(line, Leaves):
        parts = {"words": line.words, "seconds": line.seconds, "end": line.end}
        given = {name: value for name, value in parts.items() if value is not None}
        return {"record": line.words if len(given) == 1 else given}
    return "silence" if isinstance(line, StaysSilent) else "hang up"


def _hears(line: Hears) -> Any:
    if not line.unwanted:
        return line.wanted[0] if len(line.wanted) == 1 else list(line.wanted)
    return [*line.wanted, {"not": list(line.unwanted)}]

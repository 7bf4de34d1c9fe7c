"""A ticket's timeline as a page shows it: each call as one block with its path, exchanges and recordings, the rest as
lines between them, in the order things began."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console import call_words, ticket_words
from console.event_words import Names, sentence
from console.refusals import words_of
from recordings.models import Recording
from tickets.models import Call, Event
from tickets.path import passed_in

APART = frozenset(
    {"note_added", "ticket_changed", "change_undone", "assigned", "unassigned", "nobody_to_assign", "ticket_solved"}
)
"""Told on their own, also where a call caused them: they are about the ticket."""
EXCHANGES = frozenset({"caller_turn"})
SILENT = frozenset({"call_started", "recording_ready", "recording_stored", "ticket_opened"})
"""What the block of a call shows anyhow, in its head or as a player."""
ALARMS = frozenset({"recording_missing", "job_failed", "caller_ambiguous", "callback_exhausted"})
ICONS: Mapping[str, str] = {
    "note_added": "note",
    "ticket_changed": "pencil",
    "change_undone": "undo",
    "assigned": "user",
    "unassigned": "user",
    "nobody_to_assign": "user",
    "ticket_solved": "check",
    "job_failed": "alert",
    "recording_missing": "alert",
    "caller_ambiguous": "alert",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One sentence. words: a note's own text, which keeps its line breaks."""

    event: Event
    text: str
    icon: str
    words: str = ""
    aside: str = ""
    """Why, where it takes a second sentence."""
    is_alarm: bool = False

    @property
    def at(self) -> datetime:
        return self.event.happened_at

    @property
    def is_note(self) -> bool:
        return self.event.type == "note_added"

    kind = "line"


@dataclass(frozen=True, kw_only=True)
class CallBlock:
    """A call: who, how long, the way through the menu, what was pressed and said, what was recorded."""

    call: Call
    path: tuple[str, ...]
    exchanges: tuple[Line, ...]
    lines: tuple[Line, ...]
    recordings: tuple[Recording, ...]

    @property
    def at(self) -> datetime:
        return self.call.started_at

    @property
    def refused(self) -> bool:
        """The caller did not want to be recorded."""
        return self.call.unrecorded

    kind = "call"


Entry = Line | CallBlock


def story(
    *, events: Iterable[Event], calls: Sequence[Call], recordings: Sequence[Recording], names: Names
) -> list[Entry]:
    """The entries of a ticket's timeline, the oldest first."""
    of_call: dict[int, list[Event]] = defaultdict(list)
    shown = {call.id for call in calls}
    entries: list[Entry] = []
    for event in events:
        if event.call_id in shown and event.type not in APART:
            of_call[event.call_id].append(event)
        else:
            entries.append(line(event, names))
    for call in calls:
        entries.append(_block(call, of_call[call.id], recordings, names))
    # Of one moment the call comes first: the rest is what it brought about.
    return sorted(entries, key=lambda entry: (entry.at, isinstance(entry, Line)))


def line(event: Event, names: Names) -> Line:
    """One event as a line."""
    text = event.content.get("text") if event.type == "note_added" else None
    why = words_of(event.content, "reason") if event.type == "assigned" else ""
    return Line(
        event=event,
        text=sentence(event, names),
        icon=ICONS.get(event.type, "phone-out" if event.type.startswith("callback_") else "dot"),
        words=text if isinstance(text, str) else "",
        aside=why,
        is_alarm=event.type in ALARMS or event.facts.get("level") == "alert",
    )


def path_of(events: Iterable[Event], *, flow: str | None, names: Names) -> tuple[str, ...]:
    """`Main › Billing › Message`: the flow, then what was chosen in it."""
    chosen = [choice for event in events for choice in passed_in(event.facts)]
    said = [names.departments.get(choice) or call_words.step(choice) for choice in chosen]
    steps = [word for n, word in enumerate(said) if n == 0 or said[n - 1] != word]
    return (ticket_words.plain(flow), *steps) if flow else tuple(steps)


def _block(call: Call, events: Sequence[Event], recordings: Sequence[Recording], names: Names) -> CallBlock:
    told = [event for event in events if event.type not in EXCHANGES | SILENT]
    return CallBlock(
        call=call,
        path=path_of(events, flow=call.flow, names=names),
        exchanges=tuple(line(event, names) for event in events if event.type in EXCHANGES),
        lines=tuple(line(event, names) for event in told),
        recordings=tuple(recording for recording in recordings if recording.call_id == call.id),
    )

"""Conferences: several calls in one room, each in its own thread; what happens there is told to whoever subscribed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.clock import rfc2822
from simulator.leg import Leg
from simulator.records import Address, Recording
from simulator.steps import Fields
from simulator.tape import Tape

if TYPE_CHECKING:
    from simulator.carrier import Carrier


@dataclass
class Participant:
    """A call in a conference. `inbox` holds what others said: when, and words; `out` is set once it has to leave."""

    leg: Leg
    label: str | None = None
    muted: bool = False
    hold: bool = False
    hold_url: str | None = None
    coaching: str | None = None
    start_on_enter: bool = True
    end_on_exit: bool = False
    joined_at: datetime | None = None
    inbox: list[tuple[datetime, str]] = field(default_factory=list)
    announcements: list[str] = field(default_factory=list)
    out: str | None = None


@dataclass
class Conference:
    """One conference, from the first who joins to its end. `status` is `init`, `in-progress` or `completed`."""

    sid: str
    name: str
    created_at: datetime
    region: str = "us1"
    status: str = "init"
    callback: Address | None = None
    events_sent: int = 0
    participants: dict[str, Participant] = field(default_factory=dict)
    tape: Tape | None = None
    recording_callback: Address | None = None
    reason_ended: str | None = None
    ended_by: str | None = None
    updated_at: datetime | None = None


class Conferences:
    """All conferences of a carrier. Safe to share between threads; nobody is told anything under the lock."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._lock = threading.RLock()
        self.by_sid: dict[str, Conference] = {}

    def named(self, name: str) -> Conference | None:
        """The conference of this name that is not over."""
        with self._lock:
            return next(
                (room for room in self.by_sid.values() if room.name == name and room.status != "completed"), None
            )

    def join(
        self,
        name: str,
        participant: Participant,
        *,
        callback: Address | None,
        largest: int,
        recorded: bool,
        recording_callback: Address | None,
        region: str,
    ) -> Conference | str:
        """Join the conference of this name, made when it is not there; else `full` or `label taken`.

        What its creator subscribes to counts for the whole conference.
        """
        with self._lock:
            room = self.named(name)
            if room is None:
                room = Conference(self._carrier.new_sid("CF"), name, participant.leg.clock.now(), region)
                room.callback, room.recording_callback = callback, recording_callback
                room.tape = Tape() if recorded else None
                self.by_sid[room.sid] = room
            if len(room.participants) >= largest:
                return "full"
            if participant.label and any(other.label == participant.label for other in room.participants.values()):
                return "label taken"
            participant.joined_at = participant.leg.clock.now()
            room.participants[participant.leg.call.sid] = participant
        self._tell(room, "participant-join", participant)
        self._start(room, participant)
        return room

    def leave(self, room: Conference, participant: Participant, reason: str) -> None:
        """A call leaves; the conference ends with the last, or with one that ends it by leaving."""
        with self._lock:
            if room.participants.pop(participant.leg.call.sid, None) is None:
                return
            last = not room.participants
        why = (("ReasonParticipantLeft", reason), ("ParticipantCallStatus", participant.leg.call.status))
        self._tell(room, "participant-leave", participant, why)
        kind = "kicked" if reason == "participant_updated_via_api" else "left"
        if participant.end_on_exit:
            self.end(room, f"participant-with-end-conference-on-exit-{kind}", participant)
        elif last:
            self.end(room, f"last-participant-{kind}", participant)

    def end(self, room: Conference, reason: str, by: Participant | None = None) -> None:
        """The conference is over, and all who are still there leave it."""
        with self._lock:
            if room.status == "completed":
                return
            room.status, room.reason_ended = "completed", reason
            room.ended_by = by.leg.call.sid if by else None
            left = tuple(room.participants.values())
        for participant in left:
            api = reason == "conference-ended-via-api"
            participant.out = participant.out or ("conference_ended_via_api" if api else "moderator_ended_conference")
            participant.leg.poke()
        speaker = by or (left[0] if left else None)
        if speaker is not None:
            ending = (("CallSidEndingConference", room.ended_by),) if room.ended_by else ()
            self._tell(room, "conference-end", speaker, (("ReasonConferenceEnded", reason), *ending), about=False)
            self._record(room, speaker)

    def say(self, room: Conference, speaker: Participant, words: str, seconds: float) -> None:
        """Everybody else hears it, unless the speaker is muted or coaches: then only the coached one does."""
        if speaker.muted:
            return
        with self._lock:
            others = [other for other in room.participants.values() if other is not speaker and not other.hold]
            if speaker.coaching:
                others = [other for other in others if other.leg.call.sid == speaker.coaching]
            if room.tape is not None and not speaker.coaching:
                room.tape.add("caller", words, seconds)
            for other in others:
                other.inbox.append((speaker.leg.clock.now(), words))
        for other in others:
            other.leg.poke()

    def changed(self, room: Conference, participant: Participant, event: str) -> None:
        """A participant was muted, held or otherwise changed from outside."""
        self._tell(room, event, participant)
        participant.leg.poke()

    def _start(self, room: Conference, participant: Participant) -> None:
        with self._lock:
            ready = any(each.start_on_enter for each in room.participants.values()) and len(room.participants) > 1
            if room.status != "init" or not ready:
                return
            room.status = "in-progress"
            others = tuple(room.participants.values())
        self._tell(room, "conference-start", participant, about=False)
        for each in others:
            each.leg.poke()

    def _record(self, room: Conference, speaker: Participant) -> Recording | None:
        if room.tape is None or not room.tape.words:
            return None
        recorder = self._carrier.recorder
        made = recorder.keep(
            speaker.leg,
            room.tape.wav(channels=1, speaker=self._carrier.speaker),
            source="Conference",
            words=room.tape.words,
            callback=room.recording_callback,
            conference_sid=room.sid,
        )
        recorder.complete(speaker.leg, made)
        return made

    def _tell(
        self, room: Conference, event: str, participant: Participant, extra: Fields = (), *, about: bool = True
    ) -> None:
        room.updated_at = participant.leg.clock.now()
        if room.callback is None or _SUBSCRIBED[event] not in room.callback.events:
            return
        with self._lock:
            number = room.events_sent
            room.events_sent += 1
        fields = (
            ("ConferenceSid", room.sid),
            ("FriendlyName", room.name),
            ("AccountSid", self._carrier.account_sid),
            ("SequenceNumber", str(number)),
            ("Timestamp", rfc2822(participant.leg.clock.now())),
            ("StatusCallbackEvent", event),
            *(_about(participant) if about else ()),
            *extra,
        )
        self._carrier.tell(participant.leg, room.callback, fields, kind="conference-status", bare=True)


_SUBSCRIBED = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


def _about(participant: Participant) -> Fields:
    label = (("ParticipantLabel", participant.label),) if participant.label else ()
    return (
        ("CallSid", participant.leg.call.sid),
        ("Muted", _flag(participant.muted)),
        ("Hold", _flag(participant.hold)),
        ("Coaching", _flag(bool(participant.coaching))),
        ("EndConferenceOnExit", _flag(participant.end_on_exit)),
        ("StartConferenceOnEnter", _flag(participant.start_on_enter)),
        *label,
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"

"""Recordings: made, announced, started and stopped on a call that lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import audio, parameters
from simulator.leg import Leg
from simulator.records import Address, Recording
from simulator.steps import Fields
from simulator.tape import Tape

if TYPE_CHECKING:
    from simulator.carrier import Carrier


class NotRecordingError(KeyError):
    """There is no such recording in progress on this call."""


class Recorder:
    """The recordings of one carrier's calls. A callback is sent for each state somebody subscribed to, once."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def keep(
        self,
        leg: Leg,
        wav: bytes,
        *,
        source: str,
        words: str = "",
        callback: Address | None = None,
        conference_sid: str | None = None,
    ) -> Recording:
        """A recording that was just made, not announced yet: `complete` does that."""
        if leg.foreseen is not None and source == leg.foreseen.source:
            return leg.foreseen
        made = self._new(leg, source, audio.channels(wav), callback, status="processing")
        made.conference_sid, made.words = conference_sid, words
        self._finish(made, wav)
        return made

    def complete(self, leg: Leg, made: Recording) -> None:
        """The recording can be fetched from now on."""
        if made.status == "completed":
            return
        made.status = "completed"
        made.updated_at = leg.clock.now()
        self._carrier.store.save(made)
        self._announce(leg, made)

    def absent(self, leg: Leg, callback: Address | None, *, source: str = "RecordVerb") -> None:
        """Nothing was said: there is no recording, and only those who asked to know are told."""
        if callback is not None and "absent" in callback.events:
            self._announce(leg, self._new(leg, source, 1, callback, status="absent"))

    def start(
        self,
        leg: Leg,
        *,
        source: str,
        channels: int,
        callback: Address | None = None,
        track: str = "both",
        name: str = "",
    ) -> Recording:
        """Record the call from now on, until `stop` or its end."""
        made = self._new(leg, source, channels, callback, status="in-progress")
        made.track = track
        leg.tapes[made.sid] = Tape(name)
        self._carrier.store.save(made)
        return made

    def stop(self, leg: Leg, sid: str) -> Recording:
        """End a recording in progress; it is complete, and announced, at once. Raises NotRecordingError."""
        made = self.ended(leg, sid)
        self.complete(leg, made)
        return made

    def ended(self, leg: Leg, sid: str) -> Recording:
        """End a recording in progress, not announced yet; raises NotRecordingError."""
        tape = leg.tapes.pop(sid, None)
        made = self._carrier.store.recordings.get(sid)
        if tape is None or made is None:
            raise NotRecordingError(sid)
        made.words = tape.words
        made.status = "processing"
        self._finish(made, tape.wav(channels=made.channels, speaker=self._carrier.speaker))
        return made

    def pause(self, leg: Leg, sid: str, behaviour: str) -> Recording:
        """Stop listening for a while: `skip` leaves that time out, `silence` keeps it, empty."""
        return self._set(leg, sid, "paused", behaviour)

    def resume(self, leg: Leg, sid: str) -> Recording:
        """Listen again."""
        return self._set(leg, sid, "in-progress", None)

    def url(self, sid: str) -> str:
        """A recording's address, without extension, as webhooks give it."""
        account = self._carrier.account_sid
        return f"{self._carrier.api_url}/{parameters.API_VERSION}/Accounts/{account}/Recordings/{sid}"

    def params(self, made: Recording) -> Fields:
        """How a call's own webhooks name a recording of it."""
        return (
            ("RecordingUrl", self.url(made.sid)),
            ("RecordingSid", made.sid),
            ("RecordingDuration", str(made.seconds)),
        )

    def _new(self, leg: Leg, source: str, channels: int, callback: Address | None, *, status: str) -> Recording:
        made = Recording(
            sid=self._carrier.new_sid("RE"),
            call_sid=leg.call.parent_sid or leg.call.sid,
            source=source,
            channels=channels,
            created_at=leg.clock.now(),
            status=status,
            callback=callback,
            fate=self._carrier.liar.fate(leg.call.number, leg.made["recording"]),
        )
        leg.made["recording"] += 1
        self._carrier.store.save(made)
        if callback is not None and "in-progress" in callback.events and status != "absent":
            self._announce(leg, made)
        return made

    def _finish(self, made: Recording, wav: bytes) -> None:
        made.seconds = max(1, round(audio.seconds(wav)))
        self._carrier.store.keep_sound(made.sid, wav)
        self._carrier.store.save(made)

    def _set(self, leg: Leg, sid: str, status: str, behaviour: str | None) -> Recording:
        tape = leg.tapes.get(sid)
        made = self._carrier.store.recordings.get(sid)
        if tape is None or made is None:
            raise NotRecordingError(sid)
        tape.listen(behaviour)
        made.status = status
        self._carrier.store.save(made)
        return made

    def _announce(self, leg: Leg, made: Recording) -> None:
        state = "in-progress" if made.status == "processing" else made.status
        if made.callback is None or state not in made.callback.events:
            return
        carrier = self._carrier
        params = parameters.recording(
            made, leg.call, account=carrier.account_sid, token=carrier.auth_token, url=self.url(made.sid)
        )
        carrier.tell(leg, made.callback, params, kind="recording-status", bare=True)

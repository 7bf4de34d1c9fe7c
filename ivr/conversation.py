"""One turn of a call: facts, engine, record, answer. The one place that knows both call flows and tickets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
import structlog

from callflows.engine import UnknownStep, advance, begin, resume
from callflows.flow import Flow, Heard, Needs, Position, Turn
from core.clock import Clock
from core.connection_overrides import RETRIED
from ivr import emergency, facts
from ivr.answers_kept import KeptAnswers
from ivr.flows import Flows
from ivr.forms import Parties
from ivr.position import PocketTooLarge, Seal, from_query, from_stored, to_query, to_stored
from ivr.turn_rows import Place, turn_values
from ivr.writing import Writing
from people.directory import Directory

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A webhook's circumstances: who is on the call, and the time a demo caller chose, if any."""

    parties: Parties
    pretended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thought:
    """What the engine makes of a turn. knew: whether the facts it needed were had; None: it needed none."""

    turn: Turn
    knew: bool | None


class Conversation:
    """Answers callers. Holds what every turn needs; keeps no state of any call."""

    def __init__(
        self,
        *,
        flows: Flows,
        directory: Callable[[], Directory],
        connections: facts.Statements,
        writing: Writing,
        kept: KeptAnswers,
        seal: Seal,
        clock: Clock,
        public_url: str,
        demo: bool,
    ) -> None:
        self._flows = flows
        self._directory = directory
        self._connections = connections
        self._writing = writing
        self._kept = kept
        self._seal = seal
        self._clock = clock
        self._url = public_url
        self._demo = demo

    def incoming(self, call: Call) -> str:
        """The first answer to a caller: TwiML."""
        flow = self._flows.current(self._directory().flow_of(call.parties.called))
        thought = self._think(call, lambda known: begin(flow, facts=known))
        return self._record(call, thought, number=0, flow=flow, step=flow.start)

    def turn(self, call: Call, query: str, heard: Heard) -> str:
        """The answer to what a caller did. query: of the URL we handed out. A position nobody knows starts again."""
        try:
            number, position = from_query(query, call=call.parties.call_sid, seal=self._seal)
        except ValueError as problem:
            log.error("position_spoiled", call=call.parties.call_sid, why=str(problem))
            return emergency.take_message(self._url)
        flow = self._flows.revision(position.flow, position.revision)
        if flow is not None:
            try:
                thought = self._think(call, lambda known: advance(flow, position, heard, facts=known))
                return self._record(call, thought, number=number, flow=flow, step=position.step)
            except UnknownStep:
                pass
        log.error("position_gone", call=call.parties.call_sid, flow=position.flow, step=position.step)
        return self._begin_again(call, position, number)

    def _begin_again(self, call: Call, position: Position, number: int) -> str:
        """The place where the call stood is gone: apologise, and keep what the call has learned."""
        flow = self._flows.current(position.flow)
        thought = self._think(
            call, lambda known: resume(flow, facts=known, language=position.language, pocket=position.pocket)
        )
        return self._record(call, thought, number=number, flow=flow, step=position.step)

    def _think(self, call: Call, engine: Callable[[Mapping[str, object]], Turn | Needs]) -> Thought:
        """Ask the engine; when it needs facts, read them once. What cannot be read is unknown, and it answers that."""
        directory, now = self._directory(), self._clock()
        brand = directory.brand_of(call.parties.called)
        hours = directory.hours(brand, call.pretended or now, always_open=self._demo and call.pretended is None)
        known = facts.cheap(call.parties, hours, zone=brand.zone, now=call.pretended or now)
        turn, knew = engine(known), None
        if isinstance(turn, Needs):
            try:
                known |= facts.read(self._connections, call.parties, brand_id=brand.id, zone=brand.zone)
                knew = True
            except psycopg.Error as problem:
                log.error("facts_unknown", call=call.parties.call_sid, why=type(problem).__name__)
                known |= facts.unknown()
                knew = False
            turn = engine(known)
        if isinstance(turn, Needs):
            raise LookupError(f"facts nobody can read: {sorted(turn.facts)}")
        return Thought(turn, knew)

    def _record(self, call: Call, thought: Thought, *, number: int, flow: Flow, step: str) -> str:
        """Write the turn down and answer with what is in force: the first writer's answer, always."""
        parties, turn, directory = call.parties, thought.turn, self._directory()
        key = (parties.account_sid, parties.call_sid, number)
        if thought.knew is False and (kept := self._kept.find(key)) is not None:
            return self._render(kept, call=parties.call_sid, number=number)
        brand = directory.brand_of(parties.called)
        place = Place(
            brand_id=brand.id,
            departments=directory.department_ids(brand),
            default_department=directory.default_department(brand),
        )
        answer, now = _answer(turn, flow), self._clock()
        values = turn_values(
            turn,
            number=number,
            answer=answer,
            parties=parties,
            place=place,
            flow=flow.key,
            revision=flow.revision,
            step=step,
            now=now,
            demo=self._demo,
        )
        in_force = self._writing.turn(values, now=now)
        if thought.knew:
            self._kept.keep(key, in_force)
        return self._render(in_force, call=parties.call_sid, number=number)

    def _render(self, answer: Mapping[str, Any], *, call: str, number: int) -> str:
        script = self._flows.script(answer["f"], answer["r"])
        if script is None:
            return emergency.take_message(self._url)
        position = from_stored(answer["next"]) if answer["next"] else None
        return script.render(
            answer["prompts"],
            answer["values"],
            language=answer["l"],
            action=self._action(position, number + 1, call) if position else "",
            recording=f"{self._url}/voice/recording?part={number}{RETRIED}",
        )

    def _action(self, position: Position, turn: int, call: str) -> str:
        try:
            query = to_query(position, turn=turn, call=call, seal=self._seal)
        except PocketTooLarge:
            # Nothing a flow can learn today comes near the limit; losing it costs a question, not the call.
            log.error("pocket_too_large", call=call)
            query = to_query(replace(position, pocket={}), turn=turn, call=call, seal=self._seal)
        return f"{self._url}/voice/turn?{query}{RETRIED}"


def _answer(turn: Turn, flow: Flow) -> dict[str, Any]:
    """What is stored of an answer: enough to render it again, to the byte."""
    return {
        "f": flow.key,
        "r": flow.revision,
        "l": turn.position.language if turn.position else flow.language,
        "prompts": list(turn.prompts),
        "values": dict(turn.values),
        "next": to_stored(turn.position) if turn.position else None,
    }

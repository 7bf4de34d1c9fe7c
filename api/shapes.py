"""Parts of the JSON shapes that several nouns share."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from core.clock import rfc3339
from tickets.models import CallStatus, Event, Leg, LegRole

Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "RFC 3339, UTC."}),
]
OpaqueId = Annotated[str, Field(description="An opaque id.")]
E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="A number in E.164, such as +12025550147.")]


class Shape(BaseModel):
    """Base of all that the API answers with."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class EventShape(Shape):
    """One line of a timeline."""

    id: OpaqueId
    at: Moment
    """When it happened."""
    recorded_at: Moment
    type: str
    """A stable word, such as `ticket_opened`."""
    actor: str
    """`caller`, `carrier`, `system`, `account:ID` or `token:ID`."""
    facts: dict[str, Any]
    """Never personal; by type."""
    content: dict[str, Any]
    """Names, numbers and words; empty once erased."""

    @classmethod
    def of(cls, event: Event) -> "EventShape":
        return cls(
            id=str(event.id),
            at=event.happened_at,
            recorded_at=event.recorded_at,
            type=event.type,
            actor=event.actor,
            facts=event.facts,
            content=event.content,
        )


class LegShape(Shape):
    """One connection of a call."""

    sid: str
    role: LegRole
    parent: str | None
    """SID of the leg that called for it."""
    from_: str | None = Field(serialization_alias="from")
    to: str | None
    status: CallStatus
    started_at: Moment
    answered_at: Moment | None
    ended_at: Moment | None
    duration: int | None
    """Whole seconds."""

    @classmethod
    def of(cls, leg: Leg) -> "LegShape":
        return cls(
            sid=leg.sid,
            role=LegRole(leg.role),
            parent=leg.parent_sid,
            from_=leg.from_number,
            to=leg.to_number,
            status=CallStatus(leg.status),
            started_at=leg.started_at,
            answered_at=leg.answered_at,
            ended_at=leg.ended_at,
            duration=leg.duration,
        )

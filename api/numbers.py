"""Numbers of ours, and the flow that answers each."""

from pydantic import Field

from api.bodies import Body
from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.people import after_id, page_by_id
from api.problems import not_found
from api.shapes import OpaqueId, Shape
from callflows.library import shipped
from people import phone_numbers
from people.models import Brand, PhoneNumber
from people.rights import Right

NOUN = Noun("numbers", "Numbers of ours, and the flow that answers each.")


class NumberShape(Shape):
    """One number."""

    id: OpaqueId
    number: str
    """E.164."""
    flow: str
    """The key of the flow that answers it."""
    name: str
    """What people call it."""

    @classmethod
    def of(cls, row: PhoneNumber) -> "NumberShape":
        return cls(id=str(row.id), number=row.e164, flow=row.flow, name=row.name)


class NumberList(ListOf[NumberShape]):
    """A page of numbers, oldest first."""


class NumberSent(Body):
    """A number to set up."""

    number: str = Field(max_length=64, description="E.164, or as it is written in the brand's country.")
    flow: str = Field("main", max_length=100, description="The key of a flow.")
    name: str = Field("", max_length=phone_numbers.MOST_NAME)


class NumberChange(Body):
    """What to change; what is left out stays."""

    flow: str = Field("main", max_length=100, description="The key of a flow.")
    name: str = Field("", max_length=phone_numbers.MOST_NAME)


@NOUN.offers("GET", "/numbers", right=Right.MANAGE_DEPARTMENTS, query=ListQuery, answer=NumberList)
def list_numbers(asked: Asked[ListQuery, None]) -> object:
    """List our numbers, oldest first."""
    rows = phone_numbers.numbers(
        asked.session, brand_id=asked.who.brand_id, limit=asked.query.limit + 1, after_id=after_id(asked)
    )
    page = page_by_id(asked, rows, [row.id for row in rows])
    return page_of(page, NumberShape.of, settings=asked.parts.settings, as_type=NumberList)


@NOUN.offers("POST", "/numbers", right=Right.MANAGE_DEPARTMENTS, sends=NumberSent, answer=NumberShape, status=201)
def add_number(asked: Asked[None, NumberSent]) -> NumberShape:
    """Set a number up: from now on its flow answers it."""
    added = phone_numbers.add_number(
        asked.session,
        brand_id=asked.who.brand_id,
        number=asked.body.number,
        flow=asked.body.flow,
        flows=shipped(),
        name=asked.body.name,
        country=asked.session.get_one(Brand, asked.who.brand_id).country,
        now=asked.now,
        actor=asked.who.actor,
    )
    return NumberShape.of(added)


@NOUN.offers("PATCH", "/numbers/{id}", right=Right.MANAGE_DEPARTMENTS, sends=NumberChange, answer=NumberShape)
def change_number(asked: Asked[None, NumberChange], id: int) -> NumberShape:
    """Have another flow answer a number, or call it something else."""
    number, sent = _found(asked, id), asked.body.model_fields_set
    phone_numbers.change_number(
        asked.session,
        number,
        flow=asked.body.flow if "flow" in sent else number.flow,
        flows=shipped(),
        name=asked.body.name if "name" in sent else number.name,
        now=asked.now,
        actor=asked.who.actor,
    )
    return NumberShape.of(number)


@NOUN.offers("DELETE", "/numbers/{id}", right=Right.MANAGE_DEPARTMENTS, status=204)
def remove_number(asked: Asked[None, None], id: int) -> None:
    """Forget a number: calls to it are answered by the main flow."""
    phone_numbers.remove_number(asked.session, _found(asked, id), now=asked.now, actor=asked.who.actor)


def _found(asked: Asked[object, object], id: int) -> PhoneNumber:
    number = asked.session.get(PhoneNumber, id)
    if number is None or number.brand_id != asked.who.brand_id:
        raise not_found(f"number {id}")
    return number

"""Customers: who calls, and from which numbers."""

from pydantic import Field

from api.bodies import Body
from api.lists import ListOf, ListQuery, page_of
from api.operations import Asked, Noun
from api.problems import not_found
from api.shapes import E164, Moment, OpaqueId, Shape
from people.rights import Right
from tickets import customer_queries, customers, fields
from tickets.customer_queries import CustomerView

NOUN = Noun("customers", "People and companies that call, known by their numbers.")


class CustomerShape(Shape):
    """One customer."""

    id: OpaqueId
    name: str | None
    """Null until somebody asked."""
    email: str | None
    numbers: list[str]
    """E.164; a number may be shared by several customers."""
    tier: str
    created_at: Moment

    @classmethod
    def of(cls, view: CustomerView) -> "CustomerShape":
        customer = view.customer
        return cls(
            id=str(customer.id),
            name=customer.name,
            email=customer.email,
            numbers=list(view.numbers),
            tier=customer.tier,
            created_at=customer.created_at,
        )


class CustomerList(ListOf[CustomerShape]):
    """A page of customers, the latest first."""


class CustomerQuery(ListQuery):
    """Which customers."""

    number: E164 | None = Field(None, description="A number they call from (`+` as `%2B`).")


class CustomerSent(Body):
    """A customer to make."""

    name: str | None = Field(None, max_length=fields.MOST_NAME)
    email: str | None = Field(None, max_length=fields.MOST_EMAIL, pattern=fields.EMAIL)
    numbers: list[E164] = Field([], max_length=20)


class CustomerChange(Body):
    """What to change; what is left out stays."""

    name: str | None = Field(None, max_length=fields.MOST_NAME)
    add_numbers: list[E164] = Field([], max_length=20, description="Numbers they call from too.")


@NOUN.offers("GET", "/customers", right=Right.READ_CUSTOMERS, query=CustomerQuery, answer=CustomerList)
def list_customers(asked: Asked[CustomerQuery, None]) -> object:
    """List customers, the latest first."""
    page = customer_queries.customers(
        asked.session,
        brand_id=asked.who.brand_id,
        number=asked.query.number,
        limit=asked.query.limit,
        after=asked.query.after(),
    )
    return page_of(page, CustomerShape.of, settings=asked.parts.settings, as_type=CustomerList)


@NOUN.offers("GET", "/customers/{id}", right=Right.READ_CUSTOMERS, answer=CustomerShape)
def show_customer(asked: Asked[object, object], id: int) -> CustomerShape:
    """Read one customer."""
    return CustomerShape.of(_found(asked, id))


@NOUN.offers("POST", "/customers", right=Right.WRITE_CUSTOMERS, sends=CustomerSent, answer=CustomerShape, status=201)
def create_customer(asked: Asked[None, CustomerSent]) -> CustomerShape:
    """Make a customer.

    A number that others have already is shared from now on: their calls then ask who it was.
    """
    customer = customers.create(
        asked.session,
        brand_id=asked.who.brand_id,
        now=asked.now,
        numbers=tuple(asked.body.numbers),
        name=asked.body.name,
        email=asked.body.email,
    )
    return show_customer(asked, customer.id)


@NOUN.offers("PATCH", "/customers/{id}", right=Right.WRITE_CUSTOMERS, sends=CustomerChange, answer=CustomerShape)
def change_customer(asked: Asked[None, CustomerChange], id: int) -> CustomerShape:
    """Rename a customer, or add numbers they call from."""
    customer = _found(asked, id).customer
    if "name" in asked.body.model_fields_set:
        customers.rename(asked.session, customer=customer, name=asked.body.name)
    for e164 in sorted(asked.body.add_numbers):
        customers.add_number(asked.session, customer=customer, e164=e164)
    return show_customer(asked, id)


def _found(asked: Asked[object, object], id: int) -> CustomerView:
    view = customer_queries.customer(asked.session, brand_id=asked.who.brand_id, id=id)
    if view is None:
        raise not_found(f"customer {id}")
    return view

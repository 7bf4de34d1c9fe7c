"""What a call does next: fetch a document, perform a given one, or end."""

from dataclasses import dataclass

from simulator.twiml import Element

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fetch:
    """Ask the product for the next document."""

    url: str
    method: str = "POST"
    params: Fields = ()
    kind: str = "action"


@dataclass(frozen=True)
class Given:
    """A document that came with a REST request; addresses in it must be absolute."""

    twiml: str


Step = Fetch | Given


@dataclass(frozen=True)
class Document:
    """What is being performed, and the address that relative ones in it refer to (empty for a given one)."""

    verbs: tuple[Element, ...]
    url: str
    method: str = "POST"


class EndedError(Exception):
    """The call is over. `by` is `caller` (the person on this leg) or `line`; `status` is the final one."""

    def __init__(self, by: str, status: str = "completed") -> None:
        self.by = by
        self.status = status
        super().__init__(f"{status}, ended by the {by}")


class MovedError(Exception):
    """Somebody sent the call elsewhere while it was doing something: by REST, or out of a queue."""

    def __init__(self, step: Step, *, why: str = "redirected") -> None:
        self.step = step
        self.why = why
        super().__init__(why)


class TakenError(Exception):
    """Somebody came for a caller who waits in a queue."""


class LeftError(Exception):
    """A caller leaves the queue, by the verb Leave."""

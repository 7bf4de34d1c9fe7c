"""What is refused, in words that can be said in the reader's language, and the field to mend.

The English text is the message's key: programs and logs read it as it is, pages look up their own language's text by it
and fill in the same values. `bin/ringback words` collects the texts from the calls of `said`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """Words for a person: `text` with places such as ``%(most)d``, and the `values` that stand in them."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text

    def kept(self) -> dict[str, Any]:
        """As JSON values, for a row that is read in another language later."""
        plain = {name: one if isinstance(one, int | float) else str(one) for name, one in self.values.items()}
        return {"text": self.text, "values": plain}


def told_before(kept: Mapping[str, Any]) -> Said:
    """What `Said.kept` wrote down."""
    return Said(kept["text"], kept["values"])


NOTHING = Said("")


class Listed(tuple[object, ...]):
    """Several values as one: written with commas between."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self))


def said(text: str, /, **values: object) -> Said:
    """Words for a person. Give `text` as one literal, so that it can be collected for translators."""
    return Said(text, values)


class FieldRefused(ValueError):
    """A value that cannot be taken; trying again never helps. `field` is the one to mend, `cure` says how.

    The cure is empty where the reason says it already.
    """

    def __init__(self, field: str, reason: Said, cure: Said = NOTHING) -> None:
        super().__init__(f"{field}: {reason}; {cure}" if cure.text else f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.cure = cure

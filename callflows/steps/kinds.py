"""The kinds of step a flow may use. A new kind is one file and one line here."""

from collections.abc import Mapping
from typing import Protocol

from callflows.steps.callback import CallbackStep
from callflows.steps.department import DepartmentStep
from callflows.steps.existing import ExistingStep
from callflows.steps.fields import Fields
from callflows.steps.goodbye import Goodbye
from callflows.steps.hours import HoursStep
from callflows.steps.menu import Menu
from callflows.steps.message import MessageStep
from callflows.steps.say import SayStep
from callflows.steps.step import Step


class Kind(Protocol):
    """A class of steps, as reading uses it."""

    kind: str

    def parse(self, name: str, fields: Fields) -> Step:
        """A step from its fields; what is wrong is noted there, never raised."""


KINDS: Mapping[str, Kind] = {
    kind.kind: kind
    for kind in (
        SayStep,
        Menu,
        HoursStep,
        DepartmentStep,
        MessageStep,
        CallbackStep,
        ExistingStep,
        Goodbye,
    )
}

"""What the caller's path needs to know about people, as one immutable value in memory: brands, numbers, departments.

A webhook reads it without asking the database. `people.directory_loading` makes it, `people.directory_keeping` keeps it
fresh. A number nobody has set up belongs to the first brand and is answered by the flow `main`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from people.hours import Schedule, is_open, next_opening

DEFAULT_FLOW = "main"
DEFAULT_DEPARTMENT = "general"


class EmptyDirectoryError(LookupError):
    """There is no brand: the installation was never set up. Try again once `people.setup` has run."""


class Opening(NamedTuple):
    """Whether a department is open, and when it opens next: now while open, None when nobody knows."""

    open: bool
    next_opening: datetime | None


@dataclass(frozen=True, slots=True)
class Brand:
    """A company that is answered for."""

    id: int
    key: str
    name: str
    zone: str
    country: str


@dataclass(frozen=True, slots=True)
class CarrierAccount:
    """An account at the carrier; `tokens` are sealed, None means that the environment has them."""

    account_sid: str
    brand_id: int
    tokens: bytes | None
    api_base: str | None


@dataclass(frozen=True, slots=True)
class Number:
    """A number of ours and the flow that answers it."""

    e164: str
    brand_id: int
    flow: str
    name: str


@dataclass(frozen=True)
class Department:
    """A group of people that answers for one kind of matter, with its hours."""

    id: int
    brand_id: int
    key: str
    name: str
    schedule: Schedule
    missed_is_work: bool
    callback_number: str | None


@dataclass(frozen=True)
class Directory:
    """All of it, in order of id. `revision` is the number of `people.revision` it was read at."""

    revision: int
    brands: tuple[Brand, ...]
    accounts: tuple[CarrierAccount, ...]
    numbers: tuple[Number, ...]
    departments: tuple[Department, ...]

    def number(self, e164: str | None) -> Number | None:
        """A number of ours, None when nobody has set it up."""
        return self._numbers.get(e164 or "")

    def account(self, sid: str) -> CarrierAccount | None:
        """The carrier account with this SID."""
        return self._accounts.get(sid)

    def brand_of(self, called: str | None) -> Brand:
        """The brand that is answered for on this number. Raises `EmptyDirectoryError` when there is none at all."""
        number = self.number(called)
        brand = self._brands.get(number.brand_id) if number else None
        if brand is None:
            if not self.brands:
                raise EmptyDirectoryError("no brand has been set up yet")
            return self.brands[0]
        return brand

    def flow_of(self, called: str | None) -> str:
        """The key of the flow that answers this number."""
        number = self.number(called)
        return number.flow if number else DEFAULT_FLOW

    def departments_of(self, brand: Brand) -> Mapping[str, Department]:
        """A brand's departments by key."""
        return self._departments.get(brand.id, {})

    def department(self, brand: Brand, key: str) -> Department | None:
        """One department of a brand."""
        return self.departments_of(brand).get(key)

    def department_ids(self, brand: Brand) -> Mapping[str, int]:
        """The ids of a brand's departments by key."""
        return {key: department.id for key, department in self.departments_of(brand).items()}

    def default_department(self, brand: Brand) -> str:
        """The key of the department for what nobody chose: `general`, or the oldest where that was done away with."""
        departments = self.departments_of(brand)
        return DEFAULT_DEPARTMENT if DEFAULT_DEPARTMENT in departments else next(iter(departments), DEFAULT_DEPARTMENT)

    def hours(self, brand: Brand, now: datetime, *, always_open: bool = False) -> Mapping[str, Opening]:
        """Which of a brand's departments are open at `now`, by key; `always_open` is how the demo answers."""
        return {
            key: Opening(True, now) if always_open else opening(department.schedule, now)
            for key, department in self.departments_of(brand).items()
        }

    @cached_property
    def _brands(self) -> Mapping[int, Brand]:
        return {brand.id: brand for brand in self.brands}

    @cached_property
    def _accounts(self) -> Mapping[str, CarrierAccount]:
        return {account.account_sid: account for account in self.accounts}

    @cached_property
    def _numbers(self) -> Mapping[str, Number]:
        return {number.e164: number for number in self.numbers}

    @cached_property
    def _departments(self) -> Mapping[int, Mapping[str, Department]]:
        grouped: dict[int, dict[str, Department]] = {brand.id: {} for brand in self.brands}
        for department in self.departments:
            grouped.setdefault(department.brand_id, {})[department.key] = department
        return grouped


def opening(schedule: Schedule, now: datetime) -> Opening:
    """Whether a department with these hours is open at `now`, else when it opens."""
    return Opening(True, now) if is_open(schedule, now) else Opening(False, next_opening(schedule, now))

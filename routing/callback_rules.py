"""The rules callbacks are made by, put together once from the settings and handed to every verb."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from routing.destinations import DialPolicy
from routing.retries import RetryPlan
from routing.windows import DEFAULT_WINDOW, CallingWindow


@dataclass(frozen=True, kw_only=True)
class CallbackRules:
    """How callbacks are judged, placed and tried again on this installation."""

    country: str
    """Where national numbers belong, and the one country that is dialled (ISO 3166-1 alpha-2)."""
    account_sid: str
    public_url: str
    dialling: DialPolicy
    window: CallingWindow = DEFAULT_WINDOW
    plan: RetryPlan = field(default_factory=lambda: RetryPlan(agent_gap=timedelta(0), leaves_message=False))
    """The next agent is rung at once; a machine is left nothing, so that nobody's voicemail hears about a matter."""
    agent_fallback_url: str | None = None
    """What an agent whom we ring hears when we cannot be reached: a document elsewhere. None: one of our own."""
    longest_seconds: int = 3600
    """The carrier ends a talk after this: a leg that hangs for ever costs for ever."""
    agent_ring_seconds: int = 25
    agent_wait: timedelta = timedelta(minutes=5)
    """Until it is looked again whether somebody is free to call."""
    agent_rest: timedelta = timedelta(minutes=10)
    """For so long an agent who did not take a callback is not rung for the same one."""
    hold: timedelta = timedelta(minutes=10)
    """Until it is looked again whether dialling out is allowed at all."""
    keep_for: timedelta = timedelta(days=3)
    """A promise not kept by then has expired: calling later would only puzzle people."""
    other_numbers_day: int = 3
    """Callbacks to other numbers than their own one caller may ask for in 24 hours (docs/decisions/0004)."""
    other_numbers_withheld_day: int = 20
    """The same for all withheld callers of a brand together, as they cannot be told apart."""


class RuleSettings(Protocol):
    """The settings read here."""

    @property
    def country(self) -> str: ...
    @property
    def twilio_account_sid(self) -> str | None: ...
    @property
    def public_url(self) -> str: ...
    @property
    def callbacks(self) -> bool: ...
    @property
    def agent_fallback_url(self) -> str | None: ...


def rules_from(settings: RuleSettings) -> CallbackRules:
    """The rules of an installation: its own country's ordinary lines and nothing else."""
    return CallbackRules(
        country=settings.country,
        account_sid=settings.twilio_account_sid or "",
        public_url=settings.public_url,
        agent_fallback_url=settings.agent_fallback_url,
        dialling=DialPolicy(countries=frozenset({settings.country}), stopped=not settings.callbacks),
    )

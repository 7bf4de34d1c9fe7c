"""When a callback is tried again: the plan as data, and one pure function that applies it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.dial_outcomes import Outcome
from routing.models import CallbackState


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """How often and how soon a customer is tried again. A busy line is a try like any other, but free again sooner."""

    attempts: int = 3
    gaps: tuple[timedelta, ...] = (timedelta(minutes=10), timedelta(minutes=60))
    """After the first try, after the second; the last holds for all that follow."""
    busy_gap: timedelta = timedelta(minutes=5)
    ring_seconds: int = 25
    """How long the customer's phone rings: over the 15 seconds that rules ask for (47 CFR 64.1200(a)(6))."""
    carrier_gap: timedelta = timedelta(minutes=2)
    agent_gap: timedelta = timedelta(minutes=2)
    agent_rounds: int = 5
    """Agents asked in a row before somebody is told and the pace is slowed to `agent_rest`."""
    agent_rest: timedelta = timedelta(minutes=15)
    leaves_message: bool = True
    """Whether a machine is left one short message, which counts as reached; else a machine is like no answer."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried for one callback up to now, the try that has just ended included."""

    attempts: int
    """Tries to reach the customer; an agent who did not accept is not one."""
    agent_rounds: int = 0
    messages_left: int = 0


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of the callback: its state, the reason for it, and when to go on (None: never).

    `alarm` means that somebody in charge has to be told, because the promise is in danger.
    """

    at: datetime | None
    state: CallbackState
    reason: str
    alarm: bool = False


DEFAULT_PLAN = RetryPlan()


def after(outcome: Outcome, *, tried: Tried, now: datetime, plan: RetryPlan = DEFAULT_PLAN) -> Next:
    """What follows one try that ended with `outcome`. The calling window is for the caller to apply to `at`."""
    match outcome:
        case Outcome.CONNECTED:
            return Next(None, CallbackState.CONNECTED, "connected")
        case Outcome.INVALID:
            return Next(None, CallbackState.INVALID, "invalid")
        case Outcome.REFUSED:
            # Asking again would be refused again; a person has to look.
            return Next(None, CallbackState.BLOCKED, "carrier_refused", alarm=True)
        case Outcome.AGENT_NOT_ACCEPTED:
            return _after_agent(tried, now, plan)
        case Outcome.CARRIER_TROUBLE:
            return Next(now + plan.carrier_gap, CallbackState.QUEUED, outcome.value)
        case Outcome.MACHINE if plan.leaves_message:
            return Next(None, CallbackState.COMPLETED, "message_left" if tried.messages_left else "machine")
        case Outcome.MACHINE | Outcome.NO_ANSWER | Outcome.BUSY | Outcome.UNREACHABLE:
            return _after_failure(outcome, tried, now, plan)


def may_leave_message(tried: Tried, *, plan: RetryPlan = DEFAULT_PLAN) -> bool:
    """Whether a machine may be left a message now: at most once for a callback, whatever else happens."""
    return plan.leaves_message and tried.messages_left == 0


def _after_failure(outcome: Outcome, tried: Tried, now: datetime, plan: RetryPlan) -> Next:
    if tried.attempts >= plan.attempts:
        return Next(None, CallbackState.EXHAUSTED, outcome.value)
    if outcome is Outcome.BUSY:
        return Next(now + plan.busy_gap, CallbackState.QUEUED, outcome.value)
    gap = plan.gaps[min(max(tried.attempts, 1), len(plan.gaps)) - 1]
    return Next(now + gap, CallbackState.QUEUED, outcome.value)


def _after_agent(tried: Tried, now: datetime, plan: RetryPlan) -> Next:
    """The customer's promise does not suffer from agents who do not pick up: it goes on, slower, with an alarm."""
    worn = tried.agent_rounds > 0 and tried.agent_rounds % plan.agent_rounds == 0
    gap = plan.agent_rest if tried.agent_rounds >= plan.agent_rounds else plan.agent_gap
    return Next(now + gap, CallbackState.QUEUED, Outcome.AGENT_NOT_ACCEPTED.value, alarm=worn)

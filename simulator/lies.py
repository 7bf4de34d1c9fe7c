"""What a carrier and the roads from it may do wrong, as one written value: how often, and how badly.

Every number is a chance from 0 to 1, unless it says otherwise. Each webhook meets at most one lie on its way and each
attempt at it at most one obstacle, drawn in the order in which they stand here.
"""

from dataclasses import dataclass, fields, replace

_MEASURES = frozenset({"longest", "most_asks"})


@dataclass(frozen=True, kw_only=True)
class Lies:
    """A policy. The one without any lie is `HONEST`."""

    lost: float = 0.0
    """A callback is never sent. What steers a call is always sent, for somebody waits."""
    swapped: float = 0.0
    """A callback waits until another has gone before it."""
    late: float = 0.0
    """A callback comes up to `longest` seconds late, and so out of order."""
    longest: float = 2.0
    duplicate: float = 0.0
    """A webhook comes twice with one token; one that steers a call, twice at the same time."""

    unreachable: float = 0.0
    """No connection (11205)."""
    cut_request: float = 0.0
    """Half of the request arrives, then the connection ends (11200)."""
    throttled: float = 0.0
    """Something in between answers 429, and the request does not arrive (11200)."""
    gateway: float = 0.0
    """Something in between answers 502: before the request arrived, or after (11200)."""
    timed_out: float = 0.0
    """The request arrives, and its answer comes too late (11200)."""
    cut_answer: float = 0.0
    """Half of the answer arrives; that is never retried (11200)."""

    recording_late: float = 0.0
    """Its sound cannot be had (404) the first few times it is asked for, at most `most_asks`."""
    recording_short: float = 0.0
    """Its sound breaks off in the middle, the first few times."""
    recording_corrupt: float = 0.0
    """Something that is no sound comes under its name, the first few times."""
    recording_never: float = 0.0
    """There is no sound, ever, though it was announced."""
    recording_broken: float = 0.0
    """Its sound breaks off in the middle, every time."""
    most_asks: int = 3

    rest_busy: float = 0.0
    """REST answers 429 (20429); the request was not processed."""
    rest_fails: float = 0.0
    """REST answers 503; the request was not processed."""
    rest_fails_late: float = 0.0
    """REST answers 503 although the request was processed."""
    rest_silent: float = 0.0
    """REST processes the request and ends the connection without an answer."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in _MEASURES:
                if value < 0:
                    raise ValueError(f"{field.name}: must be at least 0, not {value}")
            elif not 0 <= value <= 1:
                raise ValueError(f"{field.name}: is a chance, from 0 to 1, not {value}")

    @property
    def honest(self) -> bool:
        """Whether there is no lie in it."""
        return all(not getattr(self, field.name) for field in fields(self) if field.name not in _MEASURES)


HONEST = Lies()

CARELESS = Lies(
    lost=0.005,
    swapped=0.05,
    late=0.05,
    duplicate=0.05,
    unreachable=0.01,
    cut_request=0.005,
    throttled=0.002,
    gateway=0.005,
    timed_out=0.005,
    cut_answer=0.005,
    recording_late=0.1,
    recording_short=0.03,
    recording_corrupt=0.02,
    recording_never=0.002,
    recording_broken=0.001,
    rest_busy=0.03,
    rest_fails=0.02,
    rest_fails_late=0.01,
    rest_silent=0.005,
)
"""A carrier on a bad day."""

HOSTILE = Lies(
    lost=0.05,
    swapped=0.15,
    late=0.15,
    duplicate=0.25,
    unreachable=0.04,
    cut_request=0.03,
    throttled=0.02,
    gateway=0.03,
    timed_out=0.03,
    cut_answer=0.03,
    recording_late=0.2,
    recording_short=0.1,
    recording_corrupt=0.1,
    recording_never=0.02,
    recording_broken=0.02,
    rest_busy=0.1,
    rest_fails=0.1,
    rest_fails_late=0.05,
    rest_silent=0.05,
)
"""Worse than any carrier is for long."""

PRESETS = {"honest": HONEST, "careless": CARELESS, "hostile": HOSTILE}


def only(**chances: float) -> Lies:
    """These lies and no others: `only(duplicate=1)`."""
    return replace(HONEST, **chances)  # type: ignore[arg-type]

"""Health: what the console's Health page shows. Failed jobs: api/jobs.py."""

from pydantic import Field

from api.operations import Asked, Noun
from api.shapes import Moment, Shape
from health.checks import Check, Tone, checks
from health.figures import figures
from people.rights import Right

NOUN = Noun("health", "Whether everything is running, and the cure where it is not.")


class CheckShape(Shape):
    """One part of the installation."""

    part: str
    """A stable word, such as `signatures`."""
    tone: Tone
    """`ok`, `warn` (to be looked at) or `bad` (needs a person now)."""
    seen: str
    """What was seen, in English."""
    cure: str
    """What to do about it; empty when well."""
    at: Moment | None
    """A moment that belongs to it, such as that of the last webhook."""

    @classmethod
    def of(cls, check: Check) -> "CheckShape":
        return cls(part=check.part, tone=check.tone, seen=str(check.seen), cure=str(check.cure), at=check.at)


class HealthShape(Shape):
    """Every check, in the order of their importance."""

    tone: Tone
    """The worst of them."""
    checks: list[CheckShape] = Field(description="Every check.")


@NOUN.offers("GET", "/health", right=Right.RETRY_JOBS, answer=HealthShape)
def show_health(asked: Asked[None, None]) -> HealthShape:
    """Read every check of the installation, each with its cure."""
    settings = asked.parts.settings
    seen = figures(asked.session, brand_id=asked.who.brand_id, now=asked.now)
    made = checks(seen, data=settings.data, public_url=settings.public_url, now=asked.now)
    worst = max((check.tone for check in made), key=list(Tone).index)
    return HealthShape(tone=worst, checks=[CheckShape.of(check) for check in made])

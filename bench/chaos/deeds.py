"""What really happened, as the simulator knows it: the first of the three sources that are compared."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from bench.chaos.callers import Account
from simulator.carrier import Carrier
from simulator.delivery import Disagreement
from simulator.lying import Lying


@dataclass(frozen=True)
class CallDeed:
    """One leg as it was. `status` is the carrier's word; `ended_at` None only while it lasts.

    `silences` tells where the person heard nothing; `promised` is the number somebody said they would call back on.
    """

    sid: str
    number: int
    direction: str
    from_: str
    to: str
    parent_sid: str | None
    status: str
    seconds: int
    started_at: datetime
    ended_at: datetime | None
    silences: tuple[str, ...] = ()
    promised: str | None = None
    told: bool = True
    """The product has had word of it, and said so to the carrier."""
    problems: tuple[str, ...] = ()
    """What the carrier complained about: not compared, but it explains a case."""


@dataclass(frozen=True)
class RecordingDeed:
    """One recording as it was. `sha256` of its sound; None where there is none. `fate` as in `simulator.liar`.

    `told`: the product has had word of it, and said so. Of those left with the fallback document it has none.
    """

    sid: str
    call_sid: str
    status: str
    source: str
    fate: str
    sha256: str | None
    told: bool = True

    @property
    def obtainable(self) -> bool:
        """Whether somebody who asks often enough gets its sound."""
        return self.status == "completed" and self.sha256 is not None and self.fate not in ("never", "broken")


@dataclass(frozen=True)
class Deeds:
    """Everything the simulator did; `disagreements` are webhooks answered differently when they came twice."""

    calls: tuple[CallDeed, ...]
    recordings: tuple[RecordingDeed, ...]
    disagreements: tuple[str, ...] = ()
    silences: tuple[str, ...] = ()
    """What people who were rung did not hear."""

    def save(self, file: Path) -> None:
        """Keep them as JSON."""
        file.write_text(json.dumps(asdict(self), default=str, indent=1))

    @classmethod
    def load(cls, file: Path) -> "Deeds":
        """Read what `save` kept."""
        kept = json.loads(file.read_text())
        return cls(
            calls=tuple(_call(each) for each in kept["calls"]),
            recordings=tuple(RecordingDeed(**each) for each in kept["recordings"]),
            disagreements=tuple(kept["disagreements"]),
            silences=tuple(kept["silences"]),
        )


def deeds_of(carrier: Carrier, accounts: Iterable[Account]) -> Deeds:
    """What this carrier did, with what its callers tell of their calls (by SID)."""
    accounts = tuple(accounts)
    told = {account.sid: account for account in accounts if account.sid}
    rung = tuple(silence for account in accounts if not account.sid for silence in account.silences)
    nobody = Account()
    calls = tuple(
        CallDeed(
            sid=call.sid,
            number=call.number,
            direction=call.direction,
            from_=call.from_,
            to=call.to,
            parent_sid=call.parent_sid,
            status=call.status,
            seconds=call.seconds,
            started_at=call.started_at or call.created_at,
            ended_at=call.ended_at,
            silences=tuple(told.get(call.sid, nobody).silences),
            promised=told.get(call.sid, nobody).promised,
            told=call.sid in carrier.wire.acknowledged,
            problems=tuple(f"{problem.code}: {problem.message}" for problem in call.problems),
        )
        for call in tuple(carrier.store.calls.values())
    )
    recordings = tuple(
        RecordingDeed(
            sid=made.sid,
            call_sid=made.call_sid,
            status=made.status,
            source=made.source,
            fate=made.fate,
            sha256=_digest(carrier, made.sid),
            told=made.sid in carrier.wire.acknowledged,
        )
        for made in tuple(carrier.store.recordings.values())
    )
    delivery = carrier.delivery
    differing = delivery.disagreements if isinstance(delivery, Lying) else []
    # Agents hear either what they were called for, or that the records are away: that may differ from try to try.
    ours = {call.sid for call in calls if call.direction == "inbound"}
    return Deeds(
        calls, recordings, tuple(_difference(each) for each in differing if each.webhook.call_sid in ours), rung
    )


def _difference(found: Disagreement) -> str:
    """Whose webhook it was, and where the two answers part."""
    first, second = found.first.decode(errors="replace"), found.second.decode(errors="replace")
    same = next((at for at, (one, other) in enumerate(zip(first, second, strict=False)) if one != other), 0)
    parts = f"…{first[max(0, same - 20) : same + 60]!r} and …{second[max(0, same - 20) : same + 60]!r}"
    return f"{found.webhook.call_sid} {found.webhook.kind} {urlsplit(found.webhook.url).path}: {parts}"


def _digest(carrier: Carrier, sid: str) -> str | None:
    sound = carrier.store.sound(sid)
    return hashlib.sha256(sound).hexdigest() if sound is not None else None


def _call(kept: dict[str, object]) -> CallDeed:
    moments = {
        name: datetime.fromisoformat(str(kept[name])) if kept[name] else None for name in ("started_at", "ended_at")
    }
    lists = {name: tuple(cast(list[str], kept[name])) for name in ("silences", "problems")}
    return CallDeed(**kept | moments | lists)  # type: ignore[arg-type]

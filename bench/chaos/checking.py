"""The checker: what the simulator did, the database and the bucket, compared. It knows nothing of the product's code.

`python -m bench.chaos.checking DEEDS DATABASE_URL RECORDINGS JOURNAL` looks at a run again that was kept.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.chaos.checks import CHECKS
from bench.chaos.deeds import Deeds
from bench.chaos.evidence import Bucket, Evidence, FolderBucket, gather

SHOWN = 15
"""Cases told of each column; all are counted."""


@dataclass(frozen=True)
class Report:
    """Every case of every column, and how much was compared."""

    cases: Mapping[str, tuple[str, ...]]
    compared: Mapping[str, int]

    @property
    def clean(self) -> bool:
        """Whether there is zero in every column."""
        return not any(self.cases.values())

    def lines(self) -> Iterator[str]:
        """The table, and the first cases of what is not zero."""
        yield "compared: " + ", ".join(f"{number} {name}" for name, number in self.compared.items())
        width = max(len(name) for name in self.cases)
        for name, cases in self.cases.items():
            yield f"  {name:<{width}}  {len(cases):>6}"
        for name, cases in self.cases.items():
            yield from (f"  {name}: {case}" for case in cases[:SHOWN])
            if len(cases) > SHOWN:
                yield f"  {name}: … and {len(cases) - SHOWN} more"


def check(deeds: Deeds, evidence: Evidence) -> Report:
    """Compare the three sources."""
    return Report(
        cases={name: tuple(cases(deeds, evidence)) for name, cases in CHECKS.items()},
        compared={
            "calls": len(deeds.calls),
            "recordings": len(deeds.recordings),
            "tickets": len(evidence["ticket"]),
            "callbacks": len(evidence["callback"]),
            "jobs": len(evidence["job"]),
            "objects": len(evidence.objects),
        },
    )


def look(deeds: Deeds, database_url: str, bucket: Bucket, journal: Path) -> Report:
    """Read database, bucket and journal, and compare."""
    return check(deeds, gather(database_url, bucket, journal))


if __name__ == "__main__":
    kept, database, folder, journal = sys.argv[1:5]
    report = look(Deeds.load(Path(kept)), database, FolderBucket(Path(folder)), Path(journal))
    print("\n".join(report.lines()))  # noqa: T201
    sys.exit(0 if report.clean else 1)

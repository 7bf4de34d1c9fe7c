"""`bin/bench`: all benchmarks; `bin/bench NAME …`: some; `bin/bench chaos --help`: the chaos run."""

import importlib
import os
import platform
import sys

NAMES = ("twiml", "signature", "flow", "webhook", "pages", "lists", "call", "storm", "recording", "jobs", "boot")


def main(names: list[str]) -> int:
    """Run them and print their lines; 2 for a name that does not exist."""
    if names[:1] == ["chaos"]:
        from bench.chaos import running

        return running.main(names[1:])
    if unknown := [name for name in names if name not in (*NAMES, "all")]:
        print(f"bench: no benchmark {unknown[0]!r}; there are: {', '.join(NAMES)}, all", file=sys.stderr)  # noqa: T201
        return 2
    chosen = NAMES if not names or "all" in names else names
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")  # noqa: T201
    for name in chosen:
        for line in importlib.import_module(f"bench.{name}").run():
            print(line, flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

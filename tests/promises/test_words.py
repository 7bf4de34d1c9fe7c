"""What the project says of itself: no machine's paths, no open ends."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPEN_ENDS = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError\(\)|pytest\.mark\.(skip|xfail))\b")


def files(*patterns):
    listed = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split()]


def test_nothing_is_left_open():
    here = Path(__file__).name
    found = [path for path in files("*.py", "bin/*") if path.name != here and OPEN_ENDS.search(path.read_text("utf-8"))]
    assert found == []


def test_no_module_of_the_product_is_longer_than_a_screenful_of_screens():
    long = {path.relative_to(ROOT): lines for path in files("*.py")
            if "migrations" not in path.parts and "tests" not in path.parts
            and (lines := len(path.read_text("utf-8").splitlines())) > 300}  # fmt: skip
    assert long == {}

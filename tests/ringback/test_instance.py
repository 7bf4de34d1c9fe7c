"""Orphans of our programs are adopted and collected, while our own children are left to whoever waits for them."""

import subprocess
import sys

from core.config import ROOT

SCRIPT = """
import os, subprocess, time
from pathlib import Path
from ringback import instance

instance.reap_orphans(known=[])  # without any child
instance.adopt_orphans()
ours = subprocess.Popen(["false"])
os.waitid(os.P_PID, ours.pid, os.WEXITED | os.WNOWAIT)
instance.reap_orphans(known=[ours.pid])
print(ours.wait())

parent = subprocess.Popen(["sh", "-c", "sleep 0.2 >/dev/null & echo $!"], stdout=subprocess.PIPE)
orphan = int(parent.communicate()[0])
print(instance._parent(orphan) == os.getpid())
while Path(f"/proc/{orphan}").exists():
    instance.reap_orphans(known=[])
    time.sleep(0.01)
"""


def test_an_orphan_that_ended_is_collected_and_no_childs_status_is_lost() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (0, "1\nTrue\n"), done.stderr

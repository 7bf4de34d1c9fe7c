"""The web process imports what callers and pages need, and nothing heavier."""

import subprocess
import sys

HEAVY = ("boto3", "rq", "redis", "phonenumbers", "holidays", "twilio.rest", "simulator", "alembic")


def test_the_web_application_is_light():
    code = f"import sys, ringback.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

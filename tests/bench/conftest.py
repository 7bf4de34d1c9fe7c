"""The houses of stories serve here too. What runs whole benchmarks at a small size takes minutes: with RB_LONG only."""

import os

from tests.stories.conftest import opened

__all__ = ["opened"]

collect_ignore = [] if os.environ.get("RB_LONG") else ["test_sizes.py", "test_running_small.py", "test_webhook.py"]

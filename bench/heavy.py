"""The baseline of `boot`: our server, whose workers import every library and every module of ours before they serve."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

LIBRARIES = ("flask", "sqlalchemy.orm", "psycopg", "boto3", "redis", "rq", "requests", "twilio.rest", "structlog")
ROOMS = (
    "core", "people", "tickets", "callflows", "recordings", "routing", "ivr", "health", "api", "console", "stream",
    "workers", "ringback", "simulator",
)  # fmt: skip


def import_everything() -> None:
    """Every library, an S3 client, and every module of ours."""
    for name in LIBRARIES:
        importlib.import_module(name)
    import boto3

    boto3.client("s3", region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")  # noqa: S106
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def application() -> Callable[..., Any]:
    """What each worker loads."""
    import_everything()
    from ringback.web import application as ours

    return ours()


if __name__ == "__main__":
    from core.config import load
    from ringback.web import serve

    serve(load(), target="bench.heavy:application")

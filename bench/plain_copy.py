"""The baseline of `recording`: boto3 alone, as its documentation shows it, with its own ten threads and 8 MB parts.

`python -m bench.plain_copy SIZE…` prints one line for each size: seconds, processor seconds and megabytes grown, first
of fetching over HTTP straight into upload_fileobj, then of upload_fileobj of bytes made here. Nothing is hashed,
checked, measured or written down by it.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
import requests
from botocore.config import Config

from bench.processes import cpu_seconds, forget_peak, memory
from bench.sound import Sound, sid_of
from core.config import Settings, load


def main(sizes: list[int]) -> None:
    """Copy a recording of each size in both ways; settings come from the environment."""
    settings = load()
    client = _client(settings)
    for size in sizes:
        told = [
            *_measured(lambda size=size: _fetch_and_upload(client, settings, size)),  # type: ignore[misc]
            *_measured(lambda size=size: _upload(client, settings, size)),  # type: ignore[misc]
        ]
        print(*told, flush=True)  # noqa: T201


def _fetch_and_upload(client: Any, settings: Settings, size: int) -> None:
    url = f"{settings.twilio_api_url}/2010-04-01/Accounts/{settings.twilio_account_sid}/Recordings/{sid_of(size)}.wav"
    with requests.get(url, stream=True, timeout=30) as answer:
        client.upload_fileobj(answer.raw, settings.s3_bucket, "plain/fetched.wav")


def _upload(client: Any, settings: Settings, size: int) -> None:
    client.upload_fileobj(Sound(size), settings.s3_bucket, "plain/made.wav")


def _measured(work: Callable[[], None]) -> tuple[float, float, float]:
    pid = os.getpid()
    forget_peak(pid)
    before, began, cpu = memory(pid).rss, time.perf_counter(), cpu_seconds(pid)
    work()
    return time.perf_counter() - began, cpu_seconds(pid) - cpu, memory(pid).peak - before


def _client(settings: Settings) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint_url,
        region_name=settings.s3_region,
        aws_access_key_id=settings.aws_access_key_id,
        aws_secret_access_key=settings.aws_secret_access_key,
        # Its own checksums go in a trailer which this store cannot read.
        config=Config(request_checksum_calculation="when_required", response_checksum_validation="when_required"),
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])

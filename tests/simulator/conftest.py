from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from simulator.carrier import Carrier
from simulator.speech import Speaker
from tests.simulator.product import Product, nothing

NUMBER = "+14155550199"
START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def product() -> Iterator[Product]:
    running = Product("0123456789abcdef0123456789abcdef")
    running.answers["/status"] = nothing()
    running.answers["/recording"] = nothing()
    yield running
    running.close()
    assert not running.forged, f"wrong signature on {running.forged}"


@pytest.fixture
def carrier(product: Product) -> Iterator[Carrier]:
    made = Carrier(
        auth_token="0123456789abcdef0123456789abcdef", now=lambda: START, speaker=Speaker(spoken=False), seed=7
    )
    made.add_number(
        NUMBER,
        voice_url=product.url + "/voice",
        voice_fallback_url=product.url + "/fallback",
        status_callback=product.url + "/status",
    )
    yield made
    made.close()

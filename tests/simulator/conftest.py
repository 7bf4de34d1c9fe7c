import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from werkzeug.serving import make_server

from simulator.carrier import Carrier
from simulator.server import create_app
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


class LocalHttp(TwilioHttpClient):
    """Sends the carrier's own client library to the simulator."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self._base = base

    def request(self, method: str, url: str, *rest: Any, **named: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self._base), *rest, **named)


@pytest.fixture
def api(carrier: Carrier) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(carrier), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(carrier: Carrier, api: str) -> Client:
    return Client(carrier.account_sid, carrier.auth_token, http_client=LocalHttp(api))

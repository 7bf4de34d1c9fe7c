"""The carrier as a server: its REST API, the control API, and a folder in which it outlives a restart."""

import json
import secrets
import threading
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from simulator import control
from simulator.carrier import Carrier
from simulator.clock import CallClock, Now, real_now
from simulator.desk import Desk
from simulator.leg import Leg
from simulator.lies import HONEST, Lies
from simulator.person import Passive
from simulator.rest import app as rest
from simulator.speech import Speaker
from simulator.steps import EndedError


def create_app(carrier: Carrier, desk: Desk | None = None) -> Flask:
    """The carrier's web application (WSGI)."""
    app = Flask("simulator", static_folder=None)
    app.register_blueprint(rest.blueprint(carrier))
    app.register_blueprint(control.blueprint(carrier, desk or Desk(carrier)))
    return app


def open_carrier(
    state_dir: Path,
    *,
    api_url: str,
    account_sid: str | None = None,
    auth_token: str | None = None,
    speaker: Speaker | None = None,
    now: Now = real_now,
    lies: Lies = HONEST,
    lies_seed: int | None = None,
) -> Carrier:
    """The carrier that lives in this folder, made at the first time with a SID and a token of its own.

    A SID and token given replace those; `lies` and `lies_seed` as in `Carrier`. `tidy_up` then ends the calls that an
    earlier run left in progress.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    sid, token = _account(state_dir / "account.json", account_sid, auth_token)
    return Carrier(
        account_sid=sid,
        auth_token=token,
        api_url=api_url,
        state_dir=state_dir / "kept",
        speaker=speaker,
        now=now,
        lies=lies,
        lies_seed=lies_seed,
    )


def tidy_up(carrier: Carrier) -> int:
    """End the calls that an earlier run left in progress, and tell of it as of any end; how many there were."""
    lost = [call for call in carrier.store.calls.values() if not call.over]
    for call in lost:
        leg = Leg(call, Passive(), CallClock(carrier.now))
        carrier.finish(leg, EndedError("line", "completed" if call.answered_at else "failed"))
    for made in tuple(carrier.store.recordings.values()):
        if made.status in ("in-progress", "paused", "processing"):
            kept = carrier.store.sound(made.sid) is not None
            made.status = "completed" if kept else "absent"
            carrier.store.save(made)
    return len(lost)


class Server:
    """Serves one carrier until it is closed. Port 0 takes a free one, which `url` then tells."""

    def __init__(self, carrier: Carrier, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.carrier = carrier
        self.desk = Desk(carrier)
        self._server = make_server(
            host, port, create_app(carrier, self.desk), threaded=True, request_handler=_QuietHandler
        )
        # A poll for news may hold its thread for long; the process must not wait for it when it stops.
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="carrier", daemon=True)

    @property
    def url(self) -> str:
        """The address it serves at."""
        host = "127.0.0.1" if self._server.host == "0.0.0.0" else self._server.host  # noqa: S104 - only compared
        return f"http://{host}:{self._server.server_port}"

    def start(self) -> None:
        """Serve from now on, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """End every call, telling of it, and serve no more."""
        self.carrier.close()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def serve(
    *,
    host: str,
    port: int,
    state_dir: Path,
    stop: threading.Event,
    api_url: str | None = None,
    account_sid: str | None = None,
    auth_token: str | None = None,
    lies: Lies = HONEST,
    lies_seed: int | None = None,
) -> None:
    """Serve the carrier that lives in this folder until `stop` is set; raises OSError when the port is taken."""
    place = api_url or f"http://{host}:{port}"
    carrier = open_carrier(
        state_dir, api_url=place, account_sid=account_sid, auth_token=auth_token, lies=lies, lies_seed=lies_seed
    )
    server = Server(carrier, host=host, port=port)
    server.start()
    threading.Thread(target=tidy_up, args=(carrier,), name="tidy-up", daemon=True).start()
    try:
        stop.wait()
    finally:
        server.close()


class _QuietHandler(WSGIRequestHandler):
    """Keeps quiet about every single request, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _account(file: Path, sid: str | None, token: str | None) -> tuple[str, str]:
    kept = json.loads(file.read_text()) if file.exists() else {}
    found = {
        "account_sid": sid or kept.get("account_sid") or f"AC{secrets.token_hex(16)}",
        "auth_token": token or kept.get("auth_token") or secrets.token_hex(16),
    }
    if found != kept:
        file.touch(mode=0o600)
        file.write_text(json.dumps(found))
    return found["account_sid"], found["auth_token"]

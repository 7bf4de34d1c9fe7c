"""A tiny product: a Flask app in a thread that answers webhooks with what a test gives it, and checks signatures."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

Reply = str | Response | Callable[[dict[str, str]], Any]


class Product:
    """`answers[path]` is TwiML, a response, or a function of the form; `asked` lists (path, form) in order."""

    def __init__(self, token: str) -> None:
        self.answers: dict[str, Reply | list[Reply]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.forged: list[str] = []
        self._validator = RequestValidator(token)
        self._lock = threading.Lock()
        app = Flask(__name__)
        app.add_url_rule("/<path:path>", view_func=self._view, methods=["GET", "POST"])
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forms(self, path: str) -> list[dict[str, str]]:
        return [form for asked, form in self.asked if asked == path]

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def _view(self, path: str) -> Any:
        path = "/" + path
        form = dict(request.form if request.method == "POST" else request.args)
        signature = request.headers.get("X-Twilio-Signature", "")
        with self._lock:
            self.asked.append((path, form))
            self.headers.append(dict(request.headers))
            if not self._validator.validate(request.url, request.form, signature):
                self.forged.append(path)
            answer = self.answers.get(path, Response(status=404))
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        given = answer(form) if callable(answer) and not isinstance(answer, Response) else answer
        return twiml(given) if isinstance(given, str) else given


def twiml(text: str) -> Response:
    """TwiML as an answer; the <Response> around it is added when absent."""
    body = text if text.startswith("<?xml") or "<Response" in text else f"<Response>{text}</Response>"
    return Response(body, content_type="text/xml; charset=utf-8")


def nothing() -> Response:
    """The right answer to a callback."""
    return Response(status=204)

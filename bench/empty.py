"""The baseline that does nothing: an empty Flask route with a constant TwiML answer."""

from flask import Flask

app = Flask(__name__)


@app.post("/voice/turn")
def turn() -> tuple[str, dict[str, str]]:
    """A constant."""
    return "<Response><Say>Hello</Say></Response>", {"Content-Type": "text/xml"}

"""The carrier as a web server: its REST API, and the doors through which people take part in calls."""

from flask import Flask

from simulator.carrier import Carrier
from simulator.rest import app as rest


def create_app(carrier: Carrier) -> Flask:
    """The carrier's web application (WSGI)."""
    app = Flask("simulator", static_folder=None)
    app.register_blueprint(rest.blueprint(carrier))
    return app

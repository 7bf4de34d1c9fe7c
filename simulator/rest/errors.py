"""Errors in the carrier's JSON shape: code, message, more_info, status."""

from flask import Response, jsonify


class RestError(Exception):
    """A request the carrier refuses; `code` is the carrier's number, `status` the HTTP one."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


def refusal(error: RestError) -> tuple[Response, int]:
    """The refusal as it is answered."""
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    return jsonify(body), error.status


def not_found(path: str) -> RestError:
    """There is nothing at this address."""
    return RestError(404, 20404, f"The requested resource {path} was not found")

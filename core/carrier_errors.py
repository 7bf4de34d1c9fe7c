"""How a request to the carrier can end badly: try again, or never will."""

_ALREADY_OVER = {21220}
_INVALID_NUMBER = {21211, 21214, 21217}
_NOT_PERMITTED = {21203, 21215, 21216}


class CarrierError(Exception):
    """A request to the carrier did not do what was asked. The text holds no number, address or secret."""


class CarrierUnavailable(CarrierError):
    """Not now: no connection, time ran out, too many requests (429, code 20429), 5xx, or a nonsense answer.

    `retry_after` is in seconds, where the carrier named it. `maybe_done` tells that the request may have taken
    effect all the same: before placing a call again, look whether there is one.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, maybe_done: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.maybe_done = maybe_done


class CarrierRefused(CarrierError):
    """The carrier said no, and will again. `code` is its own error code where it gave one, else the status.

    `message` is the carrier's text for the operator; it may quote a caller's number, so it is not for logs.
    """

    def __init__(self, message: str, *, status: int = 0, code: int | None = None) -> None:
        self.status = status
        self.code = status if code is None else code
        self.message = message
        super().__init__(f"the carrier refused: status {status}, code {self.code}")

    @property
    def already_over(self) -> bool:
        """The call had ended before the request came: a benign race (21220)."""
        return self.code in _ALREADY_OVER

    @property
    def invalid_number(self) -> bool:
        """The number cannot be called: wrong, or not reachable from here (21211, 21214, 21217)."""
        return self.code in _INVALID_NUMBER

    @property
    def not_permitted(self) -> bool:
        """The account may not call that place or number (21203, 21215, 21216)."""
        return self.code in _NOT_PERMITTED


class MediaNotReady(CarrierError):
    """The carrier has no audio of that recording (404): not yet, or not any more; only a deadline tells."""

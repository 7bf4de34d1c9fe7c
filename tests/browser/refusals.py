"""What is sent, to be refused: every form of the console, and the page that its refusal shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ALWAYS_MOVES = "does what it says, or there is no such thing: it shows no page of its own"
FOR_SCRIPTS = "answers our own scripts"


@dataclass(frozen=True)
class Refusal:
    """A form as somebody sends it. wrong: its fields; role: who sends it; status: of the page that comes back."""

    path: str
    wrong: Mapping[str, str] = field(default_factory=dict)
    role: str = "administrator"
    status: int = 422

    def __str__(self) -> str:
        return f"{self.path} {self.status}"


_NUMBER = {"number": "12"}
REFUSALS: tuple[Refusal, ...] = (
    Refusal("/sign-in", {"email": "nobody@example.com", "password": "wrong"}, role="stranger"),
    Refusal("/forgotten", {"email": "nobody@example.com"}, role="stranger", status=200),
    Refusal("/link/<text>", {"password": "short", "again": "short"}, role="stranger"),
    Refusal("/link/nobody-made-it", {"password": "short", "again": "short"}, role="stranger", status=404),
    Refusal("/profile", {"zone": "Nowhere"}, role="agent"),
    Refusal("/profile/password", {"current": "wrong", "password": "x", "again": "x"}, role="reviewer"),
    Refusal("/tickets/<int:number>", {"priority": "9", "was_priority": "1", "note": "Kept"}, role="agent"),
    Refusal(
        "/tickets/<int:number>",
        {"subject": "Mine", "was_subject": "never so", "priority": "4", "was_priority": "3"},
        role="supervisor",
        status=409,
    ),
    Refusal("/tickets/<int:number>/quick", {"status": "nonsense"}, role="agent"),
    Refusal("/tickets/changes", {"ticket": "{closed}", "status": "open", "back": "/tickets"}, role="agent"),
    Refusal("/tickets/changes", {"status": "no such", "ticket": "{closed}", "back": "/tickets"}, role="supervisor"),
    Refusal("/tickets/views", {"name": "", "back": "/tickets?status=open"}, role="agent"),
    Refusal("/tickets/views/<int:view_id>", {"name": ""}, role="agent"),
    Refusal("/calls/<sid>/caller", {"customer": "new"}, role="agent"),
    Refusal("/calls/{shared}/caller", {"customer": "new"}, role="agent"),
    Refusal("/calls/new", {"number": "12", "when": "never", "duration": "long"}, role="agent"),
    Refusal("/customers/<int:customer_id>/name", {"name": "x" * 500}, role="agent"),
    Refusal("/customers/<int:customer_id>/numbers", _NUMBER, role="agent"),
    Refusal("/customers/new", {"name": "", "number": "12", "email": "x"}, role="agent"),
    Refusal("/departments", {"key": "Not a key"}),
    Refusal("/departments/<key>", {"name": "Billing", "week": "whenever", "zone": "UTC"}),
    Refusal("/departments/<key>/removal", status=403),
    Refusal("/numbers", _NUMBER),
    Refusal("/numbers/<int:number_id>", {"flow": "none"}),
    Refusal("/people", {"name": "", "email": "x"}),
    Refusal("/people/<int:account_id>", {"role": "king"}),
    Refusal("/people/<int:account_id>/link", status=200),
    Refusal("/people/{gone}/link", status=403),
    Refusal("/health/jobs/0/retry", status=404),
    Refusal("/voicemail/0/take", role="agent", status=404),
)
SHOW_NOTHING: Mapping[str, str] = {
    "/drafts": FOR_SCRIPTS,
    "/profile/player": FOR_SCRIPTS,
    "/profile/theme": ALWAYS_MOVES,
    "/profile/sign-ins/<int:sign_in_id>/end": ALWAYS_MOVES,
    "/sign-out": ALWAYS_MOVES,
    "/tickets/columns": ALWAYS_MOVES,
    "/tickets/seen": ALWAYS_MOVES,
    "/tickets/changes/<int:deed_id>/undo": ALWAYS_MOVES,
    "/tickets/views/<int:view_id>/delete": ALWAYS_MOVES,
    "/tickets/views/first": ALWAYS_MOVES,
    "/tickets/<int:number>/presence": FOR_SCRIPTS,
    "/departments/<key>/closed": ALWAYS_MOVES,
    "/numbers/<int:number_id>/removal": ALWAYS_MOVES,
    "/health/jobs/<int:job_id>/retry": ALWAYS_MOVES,
    "/voicemail/<int:recording_id>/take": ALWAYS_MOVES,
    "/voicemail/<int:recording_id>/done": ALWAYS_MOVES,
    "/phone/calls": FOR_SCRIPTS,
    "/phone/calls/<handle>/inputs": FOR_SCRIPTS,
    "/phone/calls/<handle>/messages": FOR_SCRIPTS,
    "/phone/calls/<handle>": FOR_SCRIPTS,
}
"""Forms without a refusal to look at, and why."""

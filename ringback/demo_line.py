"""The demo's telephone number, and how the simulated carrier is told where its webhooks go."""

from core.config import Settings, SettingsError
from core.connection_overrides import RETRIED

NUMBER = "+12025550199"
"""From the range kept for fiction. A number nobody has set up is answered by the main flow."""


def webhooks(settings: Settings) -> dict[str, str]:
    """Addresses of the number at the carrier."""
    base = f"{settings.public_url}/voice"
    return {
        "voice_url": f"{base}/incoming{RETRIED}",
        "voice_fallback_url": f"{base}/fallback{RETRIED}",
        "status_callback": f"{base}/status{RETRIED}",
    }


def account_of(settings: Settings) -> tuple[str, str]:
    """The fake account's SID and token. Raises SettingsError outside demo mode."""
    if not settings.demo or settings.twilio_account_sid is None:
        raise SettingsError("RINGBACK_DEMO: the simulated carrier is part of the demo; set it to 1 to use it")
    return settings.twilio_account_sid, settings.twilio_auth_tokens[0]

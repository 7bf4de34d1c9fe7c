"""Mail through the installation's SMTP server."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from core.outbox import Never, TryAgain

SECONDS = 20
_PORTS = {"smtp": 587, "smtps": 465}


def send(message: EmailMessage, *, smtp_url: str) -> None:
    """Send one message. smtp://user:password@host:587 starts TLS where the server offers it and always before a
    password; smtps://… is TLS from the first byte. Raises `TryAgain`, `Never`.
    """
    parts = urlsplit(smtp_url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    context = ssl.create_default_context()
    try:
        with _connected(parts.scheme, host, port, context) as server:
            server.ehlo()
            if parts.scheme == "smtp" and (server.has_extn("starttls") or parts.username):
                server.starttls(context=context)
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPNotSupportedError) as error:
        raise Never(f"the mail server refuses the message: {type(error).__name__}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise TryAgain(f"the mail server does not take the message: {type(error).__name__}") from error


def _connected(scheme: str, host: str, port: int, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    return smtplib.SMTP(host, port, timeout=SECONDS)

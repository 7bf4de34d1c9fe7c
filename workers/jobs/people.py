"""Jobs about people who work here."""

from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from core.outbox import Never
from people import links
from people.models import Account
from people.sign_in_models import LinkPurpose
from workers import mail
from workers.work import Work

_SUBJECTS = {
    LinkPurpose.INVITE: "Your account at Ringback",
    LinkPurpose.RESET: "A new password for Ringback",
}
_TEXT = """Hello {name},

open this link to choose a password. It works once, until {until}:

{url}

If you did not ask for it, do nothing; your password stays as it is.
"""


def send_link(work: Work) -> None:
    """Mail somebody a one-time link, made here so that it stands nowhere else. args: account_id, purpose.

    When sending fails the link is not kept; the next try makes another.
    """
    settings = work.settings
    if settings.smtp_url is None:
        raise Never("there is no SMTP_URL to send mail through; `ringback user link` prints a link")
    purpose = LinkPurpose(work.args["purpose"])
    with work.transaction() as session:
        account = session.get(Account, work.args["account_id"])
        if account is not None and account.active:
            given = links.make(session, account=account, purpose=purpose, now=work.now())
            until = given.expires_at.strftime("%Y-%m-%d %H:%M UTC")
            text = _TEXT.format(name=account.name, until=until, url=settings.public_url + given.path)
            mail.send(_message(account.email, purpose, text, settings.public_url), smtp_url=settings.smtp_url)
        work.done(session)


def _message(to: str, purpose: LinkPurpose, text: str, public_url: str) -> EmailMessage:
    host = urlsplit(public_url).hostname or "localhost"
    message = EmailMessage()
    message["From"] = f"Ringback <ringback@{host}>"
    message["To"] = to
    message["Subject"] = _SUBJECTS[purpose]
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=host)
    message.set_content(text)
    return message

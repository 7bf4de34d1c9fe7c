"""One-time links: forgotten passwords and invitations."""

from flask import Response

from console.language import _
from console.nouns import Access, Noun
from console.refusals import sentence
from console.visit import Answer, Guest, Shown, shown
from core.outbox import ask
from people import attempts, links, passwords
from people.accounts import find_account
from people.sign_in_models import LinkPurpose

NOUN = Noun("links")


@NOUN.page("GET", "/forgotten", needs=Access.PUBLIC)
def show_forgotten(guest: Guest) -> Answer:
    return shown("sign_in/forgotten.html", asked=False, email="", problem="", mails=bool(guest.settings.smtp_url))


@NOUN.page("POST", "/forgotten", needs=Access.PUBLIC)
def ask_for_link(guest: Guest) -> Answer:
    """The same answer whether or not somebody has this address; the mail is made by a job, so it takes as long."""
    email = guest.form.get("email", "").strip()
    mails = bool(guest.settings.smtp_url)
    values = {"asked": True, "email": email, "problem": "", "mails": mails}
    try:
        attempts.check(guest.session, kind="link", key=email, now=guest.now)
        attempts.check(guest.session, kind="link", key=guest.address, now=guest.now)
    except attempts.Locked:
        return Shown(template="sign_in/forgotten.html", values=values)
    attempts.note(guest.session, kind="link", key=email, now=guest.now)
    attempts.note(guest.session, kind="link", key=guest.address, now=guest.now)
    account = find_account(guest.session, email)
    if mails and account is not None and account.active:
        args = {"account_id": account.id, "purpose": LinkPurpose.RESET.value}
        ask(guest.session, job="send_link", args=args, now=guest.now)
    return Shown(template="sign_in/forgotten.html", values=values)


@NOUN.page("GET", "/link/<text>", needs=Access.PUBLIC)
def show_link(guest: Guest, text: str) -> Answer:
    try:
        account = links.holder(guest.session, text, now=guest.now)
    except links.LinkUnknown:
        return shown("sign_in/link_unknown.html", status=404)
    return shown("sign_in/choose.html", text=text, email=account.email, name=account.name, problem="")


@NOUN.page("POST", "/link/<text>", needs=Access.PUBLIC)
def use_link(guest: Guest, text: str) -> Answer:
    password = guest.form.get("password", "")
    try:
        account = links.holder(guest.session, text, now=guest.now)
        problem = "" if password == guest.form.get("again", "") else _("The two passwords are not the same.")
        if not problem:
            links.use(guest.session, text, password=password, now=guest.now, address=guest.address)
    except links.LinkUnknown:
        return shown("sign_in/link_unknown.html", status=404)
    except passwords.PasswordTooWeak as weak:
        problem = sentence(weak)
    if problem:
        return shown(
            "sign_in/choose.html", status=422, text=text, email=account.email, name=account.name, problem=problem
        )
    return Response(status=303, headers={"Location": "/sign-in"})

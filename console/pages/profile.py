"""One's own profile: how the console looks and behaves, password, where one is signed in."""

import zoneinfo
from dataclasses import replace

from console.language import PSEUDO, _
from console.nouns import Access, Noun
from console.refusals import problems
from console.visit import Answer, Data, Moved, Visit, shown
from people import links, passwords, sign_ins
from people.preferences import DENSITIES, THEMES, save

NOUN = Noun("profile")


@NOUN.page("GET", "/profile", needs=Access.SIGNED_IN)
def show_profile(visit: Visit) -> Answer:
    return _profile(visit)


@NOUN.page("POST", "/profile", needs=Access.SIGNED_IN)
def change_preferences(visit: Visit) -> Answer:
    form = visit.form
    zone = form.get("zone", "").strip()
    if zone and zone not in zoneinfo.available_timezones():
        return _profile(visit, problems={"zone": _("Nobody knows this zone; give one such as Europe/Berlin.")})
    wanted = replace(
        visit.preferences,
        theme=form.get("theme", visit.preferences.theme),
        density=form.get("density", visit.preferences.density),
        letter_keys=form.get("letter_keys") == "on",
        zone=zone,
        language=form.get("language", visit.preferences.language),
    )
    save(visit.session, account_id=visit.account.id, preferences=wanted)
    return Moved(to="/profile", told=_("Saved"))


@NOUN.page("POST", "/profile/theme", needs=Access.SIGNED_IN)
def change_theme(visit: Visit) -> Answer:
    """The switch in the top bar: by script, or by a form that comes back."""
    wanted = replace(visit.preferences, theme=visit.form.get("theme", "system"))
    save(visit.session, account_id=visit.account.id, preferences=wanted)
    if visit.form.get("by") == "script":
        return Data(body={"theme": wanted.theme})
    return Moved(to="/profile")


@NOUN.page("POST", "/profile/player", needs=Access.SIGNED_IN)
def change_player(visit: Visit) -> Answer:
    """The speed of playback and the silence switch, remembered across calls."""
    try:
        speed = float(visit.form.get("speed", visit.preferences.speed))
    except ValueError:
        speed = visit.preferences.speed
    wanted = replace(visit.preferences, speed=speed, skip_silence=visit.form.get("skip_silence") == "on")
    save(visit.session, account_id=visit.account.id, preferences=wanted)
    return Data(body={"speed": speed})


@NOUN.page("POST", "/profile/password", needs=Access.SIGNED_IN)
def change_password(visit: Visit) -> Answer:
    form = visit.form
    if not passwords.is_right(form.get("current", ""), visit.account.password):
        return _profile(visit, problems={"current": _("This is not your present password.")})
    if form.get("password", "") != form.get("again", ""):
        return _profile(visit, problems={"again": _("The two passwords are not the same.")})
    try:
        links.set_password(
            visit.session,
            account=visit.account,
            password=form.get("password", ""),
            now=visit.now,
            address=visit.address,
            keep=visit.sign_in.id,
        )
    except passwords.PasswordTooWeak as weak:
        return _profile(visit, problems=problems(weak))
    return Moved(to="/profile", told=_("Password changed; you were signed out everywhere else."))


@NOUN.page("POST", "/profile/sign-ins/<int:sign_in_id>/end", needs=Access.SIGNED_IN)
def end_sign_in(visit: Visit, sign_in_id: int) -> Answer:
    sign_ins.end(visit.session, sign_in_id=sign_in_id, account_id=visit.account.id, now=visit.now)
    return Moved(to="/profile", told=_("Signed out there."))


def _profile(visit: Visit, *, problems: dict[str, str] | None = None) -> Answer:
    return shown(
        "profile/profile.html",
        status=422 if problems else 200,
        problems=problems or {},
        form=visit.form,
        themes=THEMES,
        densities=DENSITIES,
        zones=sorted(zoneinfo.available_timezones()),
        # A language nobody speaks: for whoever asks for it, /profile?lang=zz, and whoever has it.
        for_translators="lang" in visit.query or visit.preferences.language == PSEUDO,
        places=sign_ins.of_account(visit.session, account_id=visit.account.id, now=visit.now),
    )

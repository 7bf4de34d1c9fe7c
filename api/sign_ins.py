"""Where somebody is signed in, and signing them out there."""

from api.lists import ListOf
from api.operations import Asked
from api.people import NOUN as NOUN  # the operations below complete it
from api.people import found
from api.problems import not_found
from api.shapes import Moment, OpaqueId, Shape
from people import audit, sign_ins
from people.rights import Right
from people.sign_in_models import SignIn


class SignInShape(Shape):
    """One browser somebody is signed in with."""

    id: OpaqueId
    created_at: Moment
    seen_at: Moment
    """When it was last used, to the minute."""
    expires_at: Moment
    address: str
    """The network address it was begun from."""
    browser: str
    """What the browser calls itself."""

    @classmethod
    def of(cls, row: SignIn) -> "SignInShape":
        return cls(
            id=str(row.id),
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
            address=row.address,
            browser=row.browser,
        )


class SignInList(ListOf[SignInShape]):
    """All browsers somebody is signed in with, the one last used first."""


@NOUN.offers("GET", "/agents/{id}/sign-ins", right=Right.MANAGE_PEOPLE, answer=SignInList)
def list_sign_ins(asked: Asked[None, None], id: int) -> SignInList:
    """List where somebody is signed in. They are few: all stand on one page."""
    rows = sign_ins.of_account(asked.session, account_id=found(asked, id).id, now=asked.now)
    return SignInList(items=[SignInShape.of(row) for row in rows], next=None)


@NOUN.offers("DELETE", "/agents/{id}/sign-ins/{sign_in}", right=Right.MANAGE_PEOPLE, status=204)
def end_sign_in(asked: Asked[None, None], id: int, sign_in: int) -> None:
    """Sign somebody out in one browser."""
    account = found(asked, id)
    if not sign_ins.end(asked.session, sign_in_id=sign_in, account_id=account.id, now=asked.now):
        raise not_found(f"sign-in {sign_in} of that person (any more)")
    _note(asked, account.id, "sign_in_ended")


@NOUN.offers("DELETE", "/agents/{id}/sign-ins", right=Right.MANAGE_PEOPLE, status=204)
def end_all_sign_ins(asked: Asked[None, None], id: int) -> None:
    """Sign somebody out everywhere."""
    account = found(asked, id)
    if sign_ins.end_all(asked.session, account_id=account.id, now=asked.now):
        _note(asked, account.id, "sign_ins_ended")


def _note(asked: Asked[None, None], account_id: int, action: str) -> None:
    audit.note(
        asked.session,
        brand_id=asked.who.brand_id,
        actor=asked.who.actor,
        action=action,
        subject=f"account:{account_id}",
        now=asked.now,
    )

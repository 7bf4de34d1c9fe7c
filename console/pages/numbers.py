"""Numbers of ours, and the flow that answers each."""

from callflows.library import shipped
from console.language import _
from console.nouns import NotHere, Noun
from console.refusals import problems
from console.visit import Answer, Moved, Visit, shown
from people import phone_numbers as verbs
from people.models import PhoneNumber
from people.refusals import FieldRefused
from people.rights import Right

NOUN = Noun("numbers")


@NOUN.page("GET", "/numbers", needs=Right.MANAGE_DEPARTMENTS)
def list_numbers(visit: Visit) -> Answer:
    return _list(visit, problems={})


@NOUN.page("POST", "/numbers", needs=Right.MANAGE_DEPARTMENTS)
def add_number(visit: Visit) -> Answer:
    form = visit.form
    try:
        added = verbs.add_number(
            visit.session,
            brand_id=visit.brand_id,
            number=form.get("number", ""),
            flow=form.get("flow", ""),
            flows=shipped(),
            name=form.get("name", ""),
            country=visit.brand.country,
            now=visit.now,
            actor=visit.actor,
        )
    except FieldRefused as wrong:
        return _list(visit, problems=problems(wrong))
    return Moved(to="/numbers", told=_("%(number)s added") % {"number": added.e164})


@NOUN.page("POST", "/numbers/<int:number_id>", needs=Right.MANAGE_DEPARTMENTS)
def change_number(visit: Visit, number_id: int) -> Answer:
    form = visit.form
    try:
        verbs.change_number(
            visit.session,
            _found(visit, number_id),
            flow=form.get("flow", ""),
            flows=shipped(),
            name=form.get("name", ""),
            now=visit.now,
            actor=visit.actor,
        )
    except FieldRefused as wrong:
        return _list(visit, problems=problems(wrong))
    return Moved(to="/numbers", told=_("Saved"))


@NOUN.page("POST", "/numbers/<int:number_id>/removal", needs=Right.MANAGE_DEPARTMENTS)
def remove_number(visit: Visit, number_id: int) -> Answer:
    number = _found(visit, number_id)
    verbs.remove_number(visit.session, number, now=visit.now, actor=visit.actor)
    told = _("%(number)s removed; calls to it are answered by the main flow") % {"number": number.e164}
    return Moved(to="/numbers", told=told)


def _found(visit: Visit, number_id: int) -> PhoneNumber:
    number = visit.session.get(PhoneNumber, number_id)
    if number is None or number.brand_id != visit.brand_id:
        raise NotHere(_("such number"))
    return number


def _list(visit: Visit, *, problems: dict[str, str]) -> Answer:
    return shown(
        "numbers/list.html",
        status=422 if problems else 200,
        problems=problems,
        form=visit.form,
        numbers=verbs.numbers(visit.session, brand_id=visit.brand_id),
        flows=[(key, key) for key in sorted(shipped())],
        public_url=visit.settings.public_url,
        demo=visit.settings.demo,
    )

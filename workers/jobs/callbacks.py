"""Jobs about callbacks; the rules are in routing/."""

from core.carrier_errors import CarrierRefused
from routing.callback_judging import judge
from routing.callback_placing import place
from routing.callback_rules import rules_from
from routing.callback_sweeping import sweep
from workers.work import Work


def judge_callback(work: Work) -> None:
    """Judge whether, whom and when we may call back. args: callback (id)."""
    with work.transaction() as session:
        rules = rules_from(work.settings)
        judge(session, callback_id=work.args["callback"], rules=rules, now=work.now())
        work.done(session)


def place_callback(work: Work) -> None:
    """Ring an agent for a callback. args: callback (id). The row ends after the carrier was asked: run again, it finds
    the claim taken."""
    place(work.engine, work.carrier, callback_id=work.args["callback"], rules=rules_from(work.settings), clock=work.now)


def hang_up_leg(work: Work) -> None:
    """End one leg of a call at the carrier. args: sid; one that is over, or unknown there, is what was wanted."""
    try:
        work.carrier.hang_up(work.args["sid"])
    except CarrierRefused as refusal:
        if refusal.status != 404:
            raise


def sweep_callbacks(work: Work) -> None:
    """Mend callbacks that a crash, a lost webhook or a lost job left behind."""
    sweep(work.engine, work.carrier, rules=rules_from(work.settings), now=work.now())

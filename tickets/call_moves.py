"""The lifecycle of a call and of each of its legs: one table of allowed moves, for Python and for SQL.

Events arrive twice and in any order. A move that is not in the table is a late or repeated event and changes nothing.
"""

TERMINAL = ("completed", "busy", "failed", "no_answer", "canceled")

MOVES: dict[str, tuple[str, ...]] = {
    "queued": ("initiated", "ringing", "in_progress", *TERMINAL),
    "initiated": ("ringing", "in_progress", *TERMINAL),
    "ringing": ("in_progress", *TERMINAL),
    "in_progress": TERMINAL,
    # Over is over: no event brings a call back, and the first end told is the one that counts.
    **dict.fromkeys(TERMINAL, ()),
}


def may_move(old: str, new: str) -> bool:
    """Whether a call or leg in state `old` may go to `new`."""
    return new in MOVES[old]


def moved(old: str, new: str) -> str:
    """SQL for the state after an event, given the expressions of the present and the reported state."""
    pairs = ", ".join(f"('{before}', '{after}')" for before, afters in MOVES.items() for after in afters)
    return f"case when ({old}, {new}) in ({pairs}) then {new} else {old} end"

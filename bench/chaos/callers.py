"""People who call: each by a plan drawn from the seed and their number, and each telling afterwards what they heard."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from simulator.behaviours import PRESSES_ONE, Behaviour, Phones
from simulator.person import HangUp, Input, Keys, Message, Passive, Prompt, RecordPrompt, Silence, Speech, Talk
from simulator.phone import APOLOGY

PROMISE = re.compile(r"call you back on ([0-9][0-9 ,.-]*)")
AREAS = ("415", "212", "312", "206", "617", "303", "404", "713", "503", "619", "305", "602", "512", "215", "313", "702")
WAYS: dict[str, tuple[int, tuple[str, ...]]] = {
    "message": (44, ("{key}", "1", "leave #")),
    "message, hangs up": (10, ("{key}", "1", "leave hangup")),
    "message, falls silent": (6, ("{words}", "1", "leave silence")),
    "callback": (14, ("{key}", "2", "1")),
    "callback elsewhere": (2, ("{key}", "2", "2", "{other}#", "1")),
    "hangs up in the menu": (5, ("gone",)),
    "hangs up after choosing": (5, ("{key}", "gone")),
    "asks for a person": (4, ("0", "1", "leave #")),
    "says nothing": (3, ("", "", "", "1", "leave #")),
    "without recording": (3, ("8", "{key}", "2", "1")),
    "no message": (3, ("{key}", "1", "leave nothing")),
    "existing ticket": (3, ("4", "1", "1")),
}
"""How a call goes → how often, and what is done at each question: keys, {words}, nothing, `leave END`, or gone."""

ANYHOW = 0.1
"""Share of callers who press whatever comes to mind."""

OUTCOMES = ("answers",) * 6 + ("no-answer", "busy", "machine", "rejects")


@dataclass
class Account:
    """What somebody tells of their call."""

    sid: str = ""
    number: int = 0
    silences: list[str] = field(default_factory=list)
    promised: str | None = None
    left: bool = False


class Listener(Passive):
    """Somebody who notices when the line wants something of them, or ends, without having said anything first."""

    may_be_spared = True
    """Whether the product has a means against the carrier's own apology: a fallback."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account
        self._quiet = True

    def hears(self, text: str) -> bool:
        """Remember what matters of it."""
        if text == APOLOGY and self.may_be_spared:
            self.account.silences.append("only the carrier's apology was heard")
        if text.strip() and text != "[beep]":
            self._quiet = False
        if found := PROMISE.search(text):
            self.account.promised = re.sub(r"\D", "", found[1])
        return True

    def ended(self, by: str) -> None:
        """A line that hangs up has said something first."""
        if by == "line":
            self.wanted("the line hung up")

    def wanted(self, what: str) -> None:
        """The line wants something now, or ends."""
        if self._quiet:
            self.account.silences.append(f"{what} and nothing had been said")
        self._quiet = True


class Caller(Listener):
    """Goes by a plan while the line follows it, and copes when it does not: leaves a message wherever one is taken."""

    def __init__(self, account: Account, random: Random) -> None:
        super().__init__(account)
        self._random = random
        self._plan = list(_plan(random))
        self._words = f"this is caller {_in_pairs(account.number)} about matter {_in_pairs(random.randrange(10**8))}"
        self._asked = 0

    def asked(self, prompt: Prompt) -> Input:
        """The next thing of the plan."""
        self.wanted("the line asked")
        self._asked += 1
        if not self._plan or self._asked > 30:
            return HangUp()
        step = self._plan.pop(0)
        if step == "gone" or step.startswith("leave"):
            return HangUp()
        if not step:
            return Silence()
        return Speech(step) if step[0].isalpha() else Keys(step)

    def records(self, prompt: RecordPrompt) -> Message | HangUp:
        """Leave a message, by the plan's end if it has come to that."""
        self.wanted("the line recorded")
        if self.account.left:
            return HangUp()
        end = next((step.partition(" ")[2] for step in self._plan if step.startswith("leave")), "#")
        if end == "nothing":
            return Message("", end="hangup")
        self.account.left = True
        return Message(self._words, end=end)


class Answerer(Listener):
    """Whoever picks up when the product calls: presses 1 once, talks, goes."""

    def __init__(self, account: Account, behaviour: Behaviour, *, is_agent: bool) -> None:
        super().__init__(account)
        # TwiML knows no fallback for the words before a dialled number: a customer is called again instead.
        self.may_be_spared = is_agent
        self._presses = list(behaviour.presses)
        self._talk = behaviour.talk

    def asked(self, prompt: Prompt) -> Input:
        """Press what was arranged, then nothing."""
        self.wanted("the line asked")
        return Keys(self._presses.pop(0)) if self._presses else Silence()

    def talks(self, other: str, heard: str) -> Talk:
        """A conversation is no silence."""
        self._quiet = False
        return self._talk


class Town(Phones):
    """Everybody the product may ring: agents answer and press 1, customers do this or that, drawn from their number."""

    def __init__(self, seed: int, agents: Sequence[str]) -> None:
        super().__init__()
        self._seed = seed
        self.employ(agents)
        self._rung: dict[str, int] = {}
        self.accounts: list[Account] = []

    def employ(self, agents: Sequence[str]) -> None:
        """From now on these numbers are agents'."""
        self._agents = frozenset(agents)

    def ring(self, address: str) -> Behaviour:
        """What this phone does this time."""
        with self._lock:
            self._rung[address] = nth = self._rung.get(address, 0) + 1
        random = Random(f"{self._seed}:rings:{address}:{nth}")  # noqa: S311 - to be drawn again
        outcome = "answers" if address in self._agents else random.choice(OUTCOMES)
        if outcome != "answers":
            return Behaviour(outcome=outcome, after=random.uniform(2, 30))
        presses = ("2",) if address in self._agents and random.random() < 0.1 else ("1",)
        account = Account()
        with self._lock:
            self.accounts.append(account)
        usual = PRESSES_ONE.talk
        base = Behaviour(presses=presses, talk=Talk(usual.words, seconds=10, then=usual.then))
        return Behaviour(presses=presses, person=Answerer(account, base, is_agent=address in self._agents))


def caller(seed: int, number: int) -> tuple[str, Caller]:
    """The number-th caller of this seed: the telephone number they call from, and the person."""
    random = Random(f"{seed}:caller:{number}")  # noqa: S311 - to be drawn again
    from_ = "anonymous" if random.random() < 0.02 else _fictitious(random)
    return from_, Caller(Account(number=number), random)


def _in_pairs(number: int) -> str:
    """Two digits a word: what a word sounds like is made once."""
    text = f"{number:08d}"
    return " ".join(text[at : at + 2] for at in range(0, 8, 2))


def _plan(random: Random) -> Sequence[str]:
    if random.random() < ANYHOW:
        return [random.choice(("1", "2", "3", "4", "8", "9", "0", "*", "", "12#", "billing", "gone")) for _ in range(8)]
    names = list(WAYS)
    way = random.choices(names, [WAYS[name][0] for name in names])[0]
    wishes = {
        "key": random.choice("123"),
        "words": random.choice(("billing", "something is broken", "general question")),
        "other": _fictitious(random)[2:],
    }
    return [step.format(**wishes) for step in WAYS[way][1]]


def _fictitious(random: Random) -> str:
    """555-0100 to 555-0199 of any area belong to nobody (ATIS-0300115)."""
    return f"+1{random.choice(AREAS)}55501{random.randrange(100):02d}"

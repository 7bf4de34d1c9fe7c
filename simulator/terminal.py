"""A phone in the terminal: prompts are printed, and each line typed is one input.

Keys (`2`, `#`, `12#`) are pressed; `.` or an empty line is silence; `h` or the end of input hangs up; anything else is
said. While the line records, typed lines are the message, and `#` or an empty line ends it.
"""

import re
from dataclasses import dataclass
from typing import TextIO

from simulator.desk import PhoneDesk
from simulator.handset import Done, News
from simulator.records import Problem

_KEYS = re.compile(r"[0-9*#]+")
_POLL_SECONDS = 20.0


@dataclass(frozen=True)
class Outcome:
    """How a call at the terminal ended."""

    call_sid: str
    status: str
    ended_by: str | None
    problems: tuple[Problem, ...]
    heard: tuple[str, ...]

    @property
    def well(self) -> bool:
        """Completed, without any complaint of the carrier (wrong TwiML, a fallback), and something was heard."""
        return self.status == "completed" and not self.problems and any(self.heard)


def converse(desk: PhoneDesk, sid: str, typed: TextIO, printed: TextIO, *, echo: bool = False) -> Outcome:
    """Hold this call until it is over. `echo` prints what was typed, for input that is no terminal."""
    return _Session(desk, sid, typed, printed, echo).run()


class _Session:
    def __init__(self, desk: PhoneDesk, sid: str, typed: TextIO, printed: TextIO, echo: bool) -> None:
        self._desk = desk
        self._sid = sid
        self._typed = typed
        self._printed = printed
        self._echo = echo
        self._heard: list[str] = []

    def run(self) -> Outcome:
        last = 0
        while True:
            for item in self._desk.news(self._sid, after=last, wait=_POLL_SECONDS):
                last = item.number
                if item.kind == "ended":
                    return self._over(item)
                self._show(item)

    def _show(self, item: News) -> None:
        if item.kind == "heard":
            self._heard.append(item.text)
            self._print(item.text)
        elif item.kind == "waits":
            self._print(f"[waiting in {item.text}]")
        elif item.kind == "records":
            self._leave_message()
        elif item.kind in ("asks", "talks"):
            if item.text:
                self._heard.append(item.text)
                self._print(f"{item.facts.get('other', '')}: {item.text}")
            self._answer(speaks=item.kind == "talks" or "speech" in item.facts.get("kinds", ()))

    def _answer(self, *, speaks: bool) -> None:
        line = self._read("says, keys, . or h > " if speaks else "keys, . or h > ")
        if line is None or line == "h":
            self._desk.hang_up(self._sid)
        elif line in ("", "."):
            self._desk.does(self._sid, Done())
        elif _KEYS.fullmatch(line):
            self._desk.does(self._sid, Done(keys=line))
        else:
            self._desk.does(self._sid, Done(words=line))

    def _leave_message(self) -> None:
        words: list[str] = []
        while True:
            line = self._read("message, then # > ")
            if line is None or line == "h":
                # Hanging up is a way to end a message that was left; it is not lost.
                self._desk.does(self._sid, Done(message=" ".join(words), end="hangup"))
                return
            if line == "#" or line in ("", "."):
                self._desk.does(self._sid, Done(message=" ".join(words), end="#" if line == "#" else "silence"))
                return
            words.append(line)

    def _read(self, prompt: str) -> str | None:
        self._printed.write(prompt)
        self._printed.flush()
        line = self._typed.readline()
        if self._echo or not line:
            self._print(line.strip())
        return line.strip() if line else None

    def _print(self, text: str) -> None:
        self._printed.write(text + "\n")
        self._printed.flush()

    def _over(self, item: News) -> Outcome:
        state = self._desk.state(self._sid)
        self._print("[you hung up]" if item.facts.get("by") == "caller" else "[the line hung up]")
        if state.status != "completed":
            self._print(f"[the call ended as {state.status}]")
        for problem in state.problems:
            self._print(f"[carrier: {problem}]")
        return Outcome(self._sid, state.status, state.ended_by, state.problems, tuple(self._heard))

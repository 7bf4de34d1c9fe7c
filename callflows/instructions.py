"""What the line does towards the caller, as data. `ivr/twiml.py` renders it; nothing here knows TwiML.

Texts may hold slots such as ``{ticket}``: named values a turn brings along, filled when the answer is rendered.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Words spoken to the caller; slots in braces are filled with the turn's values."""

    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence of `seconds` (whole seconds, at least 1)."""

    seconds: int = 1


@dataclass(frozen=True, slots=True)
class Ask:
    """Speak `prompts`, then listen. Silence, too, comes back as a turn.

    digits: how many keys end the input at once, or None for an open number of keys ended by `finish_key`.
    speech: whether words are heard as well as keys; `hints` are phrases the recogniser should expect.
    timeout: seconds of silence after the prompts that count as no input.
    """

    prompts: tuple["Say | Pause", ...]
    digits: int | None = 1
    finish_key: str = ""
    speech: bool = True
    hints: tuple[str, ...] = ()
    timeout: int = 5


@dataclass(frozen=True, slots=True)
class Record:
    """Take a message after a beep, until `finish_key`, hang-up, `silence` seconds without speech, or `longest`."""

    finish_key: str = "#"
    longest: int = 300
    silence: int = 10


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Instruction = Say | Pause | Ask | Record | HangUp


@dataclass(frozen=True, slots=True)
class Prompt:
    """A named, fixed piece of an answer, known when the flow is loaded so that it can be compiled once.

    name: unique within a flow revision and language, such as ``menu:ask`` or ``menu:silence-2``.
    """

    name: str
    instructions: tuple[Instruction, ...]

"""Whatever a shipped flow can say is valid TwiML within the carrier's limits, read strictly."""

import pytest

from callflows.library import shipped
from ivr import emergency
from ivr.twiml import SLOT, Script
from simulator import twiml

MOST_BYTES = 64_000
ACTION = "https://calls.example/voice/turn?t=1&f=main&r=0123456789ab&s=choose&l=en&k=" + "x" * 1024
RECORDING = "https://calls.example/voice/recording?part=2"


def prompts():
    for flow in shipped().values():
        for language, named in flow.prompts.items():
            for name in named:
                yield pytest.param(flow, language, name, id=f"{flow.key}-{language}-{name}")


@pytest.mark.parametrize(("flow", "language", "name"), list(prompts()))
def test_each_prompt_alone_is_valid(flow, language, name):
    values = dict.fromkeys(SLOT.findall(repr(flow.prompts[language][name])), "1 0 0 1")
    answer = Script(flow).render([name], values, language=language, action=ACTION, recording=RECORDING)
    twiml.read(answer)
    assert len(answer.encode()) < MOST_BYTES


@pytest.mark.parametrize(
    "answer",
    [emergency.take_message("https://calls.example"), emergency.goodbye(left_message=True),
     emergency.goodbye(left_message=False)],
)  # fmt: skip
def test_the_emergency_answers_are_valid_too(answer):
    twiml.read(answer)

"""Rendering an answer, against twilio-python's builder."""

from collections.abc import Iterator
from xml.etree.ElementTree import canonicalize

from twilio.twiml.voice_response import Gather, VoiceResponse  # type: ignore[import-untyped]

from bench.measuring import row, seconds_each
from callflows.instructions import Ask, Say
from callflows.library import shipped
from ivr.twiml import VOICES, Script

ACTION = "https://example.com/voice/turn?t=1&f=main&r=0123456789ab&s=choose&l=en"


def run() -> Iterator[str]:
    """The starter flow's first answer: welcome and main menu."""
    flow = shipped()["main"]
    script, prompts = Script(flow), flow.prompts["en"]
    names = ["welcome:say", "choose:ask"]

    def ours() -> str:
        return script.render(names, {}, language="en", action=ACTION)

    def builder() -> str:
        voice, response = VOICES["en"], VoiceResponse()
        for name in names:
            for part in prompts[name].instructions:
                if isinstance(part, Say):
                    response.say(part.text, voice=voice.name, language=voice.tag)
                elif isinstance(part, Ask):
                    gather = Gather(input="dtmf speech", timeout=part.timeout, finish_on_key=part.finish_key,
                                    action_on_empty_result=True, method="POST", num_digits=part.digits, action=ACTION,
                                    language=voice.tag, speech_timeout="auto", hints=",".join(part.hints))  # fmt: skip
                    for inner in part.prompts:
                        if isinstance(inner, Say):
                            gather.say(inner.text, voice=voice.name, language=voice.tag)
                        else:
                            gather.pause(length=inner.seconds)
                    response.append(gather)
                    response.redirect(ACTION, method="POST")
        return str(response)

    if canonicalize(ours()) != canonicalize(builder()):
        raise AssertionError("the two answers differ")
    mine, theirs = seconds_each(ours, builder)
    yield row("twiml: first answer", mine, theirs, of="VoiceResponse", goal=100)

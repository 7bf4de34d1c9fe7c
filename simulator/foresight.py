"""A recording that overtakes its call: announced before the product has heard of the call at all.

The carrier promises no order between its families of webhooks, so a product must bear this too.
"""

from collections.abc import Callable

from simulator import audio
from simulator.carrier import Carrier
from simulator.leg import Leg
from simulator.records import Address, Recording


def overtaking(carrier: Carrier, *, callback: str, words: str) -> Callable[[Leg], Recording]:
    """For `Carrier.call_in(foreseen=…)`: the call's message is these words, and `callback` is told of it first."""

    def foresee(leg: Leg) -> Recording:
        wav = audio.to_wav(carrier.speaker.say(words))
        made = carrier.recorder.keep(leg, wav, source="RecordVerb", words=words, callback=Address(callback))
        carrier.recorder.complete(leg, made)
        return made

    return foresee

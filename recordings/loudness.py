"""Samples of every encoding the phone network uses, brought down to eight bits for drawing.

A table per encoding turns one byte of a sample into its loudness in offset binary (128 is silence), so that a
whole block is converted by one `bytes.translate`. For 16-bit samples the upper byte is enough; a negative one
is raised by one step, as division towards zero does, so that the faint noise around silence draws as silence.
"""

from typing import Final

SILENCE: Final = 128


def _offset(sample: int) -> int:
    """A 16-bit sample as 8 bits of offset binary, divided towards zero."""
    return SILENCE + (sample // 256 if sample >= 0 else -(-sample // 256))


def _mu_law(code: int) -> int:
    """The 16-bit sample of a mu-law byte (ITU-T G.711)."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _a_law(code: int) -> int:
    """The 16-bit sample of an A-law byte (ITU-T G.711)."""
    code ^= 0x55
    segment = (code & 0x70) >> 4
    magnitude = ((code & 0x0F) << 4) + (8 if segment == 0 else 0x108)
    magnitude <<= max(segment - 1, 0)
    return magnitude if code & 0x80 else -magnitude


MU_LAW: Final = bytes(_offset(_mu_law(code)) for code in range(256))
A_LAW: Final = bytes(_offset(_a_law(code)) for code in range(256))
PCM_8: Final = bytes(range(256))
"""8-bit PCM is offset binary already."""
PCM_16_UPPER: Final = bytes(SILENCE + (upper if upper < 128 else upper - 255) for upper in range(256))

"""Starts the browser: quiet, without the network's temptations, and with a microphone that plays a file."""

import math
import os
import struct
import wave
from pathlib import Path

from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, Playwright

from tests.browser.binary import browser_binary

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--font-render-hinting=none"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
)
"""As root Chromium starts only without its sandbox; what it opens here is our own pages."""


def start(playwright: Playwright, *, spoken: Path) -> Browser:
    """A Chromium whose microphone hears the WAV file `spoken`, again and again. Raises `NoBrowserError`."""
    node = compute_driver_executable()[0]  # the only Node a machine is sure to have
    binary = browser_binary(playwrights_own=playwright.chromium.executable_path, node=node)
    return playwright.chromium.launch(
        executable_path=binary.path,
        args=[*FLAGS, f"--use-file-for-fake-audio-capture={spoken}"],
        env={**os.environ, **binary.environment},
    )


def write_speech(path: Path, *, seconds: float = 3, rate: int = 48_000) -> Path:
    """Something that rises and falls four times a second like a voice: loud enough to be told from silence."""
    tones = (
        0.4 * math.sin(2 * math.pi * 220 * at / rate) * abs(math.sin(2 * math.pi * 2 * at / rate))
        for at in range(int(seconds * rate))
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", int(tone * 32_767)) for tone in tones))
    return path

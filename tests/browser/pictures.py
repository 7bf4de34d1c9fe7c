"""Pictures for the README and the documentation, made by the same run that proves the pages."""

import base64
import os
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Locator, Page

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
ASKED = "RB_PICTURES"
LARGEST = 150_000
"""Bytes: a reader loads several of them with one page."""

_PALETTED = """async (png) => {
  const bitmap = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext('2d');
  canvas.drawImage(bitmap, 0, 0);
  const data = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const colour of data) counts.set(colour, (counts.get(colour) || 0) + 1);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const apart = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
  const often = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
  let palette = [];
  for (let least = 0; (palette.length === 0 || palette.length > 256) && least < 400; least = least * 2 + 6) {
    palette = [];
    for (const colour of often) {
      const rgb = parts(colour);
      if (palette.every((one) => apart(one, rgb) >= Math.max(least, 1))) palette.push(rgb);
      if (palette.length > 256) break;
    }
  }
  const nearest = new Map();
  for (const colour of often) {
    const rgb = parts(colour);
    let best = 0, way = Infinity;
    palette.forEach((one, at) => { const far = apart(one, rgb); if (far < way) [best, way] = [at, far]; });
    nearest.set(colour, best);
  }
  let text = '';
  for (const colour of data) text += String.fromCharCode(nearest.get(colour));
  return { width, height, palette, pixels: btoa(text) };
}"""


def are_asked() -> bool:
    """Whether this run keeps pictures."""
    return bool(os.environ.get(ASKED))


def picture(page: Page, name: str, *, of: Locator | None = None) -> None:
    """Keep what the page looks like as docs/pictures/NAME.png, if this run was asked for pictures."""
    if not are_asked():
        return
    taken = (of or page).screenshot(animations="disabled", caret="hide")
    blank = page.context.new_page()  # a page of ours would not let itself be told what to draw
    packed = _packed(blank.evaluate(_PALETTED, base64.b64encode(taken).decode()))
    blank.close()
    assert len(packed) <= LARGEST, f"{name}.png has {len(packed)} bytes"
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(packed)


def _packed(drawn: dict[str, object]) -> bytes:
    """A PNG of at most 256 colours (ISO/IEC 15948, colour type 3): a third of what the browser writes."""
    width, height, palette = drawn["width"], drawn["height"], drawn["palette"]
    assert isinstance(width, int)
    assert isinstance(height, int)
    assert isinstance(palette, list)
    pixels = base64.b64decode(str(drawn["pixels"]))
    rows = b"".join(b"\0" + pixels[at * width : (at + 1) * width] for at in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(part for colour in palette for part in colour)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

"""Scripts, styles and icons as they were built at set-up, under names that hold their content's hash.

A page says `asset("core.js")`; the manifest knows the hashed name, which a browser may keep for ever. What was not
built is simply not there: pages are read and forms are sent without scripts too.
"""

import json
import threading
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory

BUILT = Path(__file__).parent / "static" / "built"
MANIFEST = "manifest.json"
PREFIX = "/static/"
_PACKED = {"br": ".br", "gzip": ".gz"}
"""What build.mjs packs, smallest first. Browsers take Brotli over HTTPS and from their own machine only."""
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """The manifest, read again when it was built anew."""

    def __init__(self, folder: Path = BUILT) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._stamp: int | None = None
        self._names: dict[str, str] = {}

    def path(self, name: str) -> str | None:
        """Where the browser finds an asset, None when there is none."""
        hashed = self.names().get(name)
        return PREFIX + hashed if hashed else None

    def names(self) -> dict[str, str]:
        """Hashed names by name."""
        manifest = self.folder / MANIFEST
        try:
            stamp = manifest.stat().st_mtime_ns
        except OSError:
            return {}
        with self._lock:
            if stamp != self._stamp:
                self._names, self._stamp = json.loads(manifest.read_text("utf-8")), stamp
            return self._names


def make_blueprint(assets: Assets) -> Blueprint:
    """`/static/NAME`, packed at set-up."""
    routes = Blueprint("console_assets", __name__)

    @routes.get(f"{PREFIX}<path:name>")
    def asset(name: str) -> Response:
        if name == MANIFEST or name.endswith((*_PACKED.values(), ".map")):
            abort(404)
        coding, kept = _packed(assets.folder, name)
        response = send_from_directory(assets.folder, kept, mimetype=_kind(name))
        if coding:
            response.headers["Content-Encoding"] = coding
        response.headers["Cache-Control"] = _FOR_EVER
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return routes


def _packed(folder: Path, name: str) -> tuple[str, str]:
    """The smallest form there is that the browser takes: its Content-Encoding, "" for none, and its file."""
    for coding, ending in _PACKED.items():
        if request.accept_encodings[coding] > 0 and (folder / f"{name}{ending}").is_file():
            return coding, f"{name}{ending}"
    return "", name


def _kind(name: str) -> str:
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
    return kinds.get(Path(name).suffix, "application/octet-stream")

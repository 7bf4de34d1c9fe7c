"""The backup's file: a tar with a manifest as its last member, for its owner alone, there whole or not at all."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self, cast

FORMAT = 1
MANIFEST, DATABASE, LISTING = "manifest.json", "database.dump", "recordings.jsonl"
JOURNAL, RECORDINGS, KEPT = "journal/", "recordings/", "kept/"
_PIECE = 1 << 20


class BackupError(RuntimeError):
    """A backup cannot be made or put back; the message is one line and names the cure where there is one."""


@dataclass(frozen=True)
class Part:
    """One member: its length in bytes and its SHA-256 in hex."""

    size: int
    sha256: str


@dataclass
class Manifest:
    """What a backup says of itself."""

    made_at: str
    release: str
    """The schema's revision: whoever restores must know it."""
    postgres: int
    """Major version of the server it was read from."""
    rows: dict[str, int]
    """Rows of every table, counted in the dump's own snapshot."""
    store: str
    """`folder`, whose audio is in the file; or `s3 NAME`, whose bucket is only referred to."""
    key: str
    """Tells whether another SECRET_KEY is the same one, and nothing else of it."""
    format: int = FORMAT
    parts: dict[str, Part] = field(default_factory=dict)


class Writing:
    """A backup being written: nothing stands under its name before `finish`."""

    def __init__(self, path: Path) -> None:
        self.path, self._draft = path, path.with_name(f".{path.name}.{os.getpid()}")
        self._parts: dict[str, Part] = {}
        try:
            descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise BackupError(f"{path} cannot be written: {error.strerror}") from error
        self._file: IO[bytes] = os.fdopen(descriptor, "w+b")
        self._tar = tarfile.TarFile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def add(self, name: str, source: Iterable[bytes], *, size: int) -> Part:
        """Add a member of exactly `size` bytes. Raises BackupError when the source has fewer or more."""
        hashing = _Hashing(source)
        header = tarfile.TarInfo(name)
        header.size, header.mode = size, 0o600
        try:
            self._tar.addfile(header, cast(IO[bytes], hashing))
        except tarfile.ReadError:
            raise BackupError(f"{name} became shorter while it was read; try again") from None
        if hashing.more():
            raise BackupError(f"{name} became longer while it was read; try again")
        self._parts[name] = Part(size, hashing.digest.hexdigest())
        return self._parts[name]

    def add_file(self, name: str, file: BinaryIO) -> Part:
        """Add an open file, from its beginning to its end."""
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        return self.add(name, iter(lambda: file.read(_PIECE), b""), size=size)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, flush all of it to the disk, and give the file its name."""
        manifest.parts = self._parts
        text = json.dumps(asdict(manifest), indent=1).encode()
        header = tarfile.TarInfo(MANIFEST)
        header.size, header.mode = len(text), 0o600
        self._tar.addfile(header, io.BytesIO(text))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._draft.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Reading:
    """A whole and undamaged backup: every part was read once and compared before anything is done with it."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {member.name: member for member in tar if member.isfile()}
        self.manifest = self._read_manifest()
        for name, part in self.manifest.parts.items():
            if self._found(name) != part:
                raise BackupError(f"the backup is damaged: {name} is not as it was written; take another copy of it")
        if extra := set(self._members) - set(self.manifest.parts) - {MANIFEST}:
            raise BackupError(f"the backup holds {min(extra)}, which its manifest does not name; take another copy")

    def names(self, prefix: str) -> list[str]:
        """The parts below a prefix, without it."""
        return [name.removeprefix(prefix) for name in self.manifest.parts if name.startswith(prefix)]

    def file(self, name: str) -> IO[bytes]:
        """A part, to be read."""
        file = self._tar.extractfile(self._members[name])
        if file is None:
            raise BackupError(f"the backup's {name} is no file")
        return file

    def _read_manifest(self) -> Manifest:
        if MANIFEST not in self._members:
            raise BackupError("the file has no manifest: it is no backup of Ringback, or the end of it is missing")
        try:
            read: dict[str, Any] = json.loads(self.file(MANIFEST).read())
            if read["format"] != FORMAT:
                raise BackupError(f"the backup has format {read['format']}, and this release reads {FORMAT}")
            read["parts"] = {name: Part(**part) for name, part in read["parts"].items()}
            return Manifest(**read)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupError("the backup's manifest is damaged; take another copy of it") from error

    def _found(self, name: str) -> Part | None:
        member = self._members.get(name)
        if member is None:
            return None
        digest = hashlib.sha256()
        with self.file(name) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        return Part(member.size, digest.hexdigest())


@contextmanager
def opened(path: Path) -> Iterator[Reading]:
    """Open a backup and compare all of it with its manifest. Raises BackupError."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield Reading(tar)
    except tarfile.TarError as error:
        raise BackupError(f"{path} is no backup of Ringback, or the end of it is missing") from error
    except OSError as error:
        if error.filename is None or Path(error.filename) != path:
            raise
        raise BackupError(f"{path} cannot be read: {error.strerror}") from error


class _Hashing:
    """Pieces as a file that is hashed while it is read."""

    def __init__(self, source: Iterable[bytes]) -> None:
        self._source, self._rest, self.digest = iter(source), b"", hashlib.sha256()

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (piece := next(self._source, b"")):
            self._rest += piece
        given, self._rest = self._rest[:size], self._rest[size:]
        self.digest.update(given)
        return given

    def more(self) -> bool:
        """Whether the source still had something."""
        return bool(self._rest or next(self._source, b""))

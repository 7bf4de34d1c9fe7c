"""The secrets an installation makes for itself once and keeps in its data folder.

Whoever can read the file can sign webhooks of the fake account and open sealed pockets, so it is for its owner
alone (0600). Several processes may ask at the same moment on a first start: the first file written wins.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FILE = "secrets.json"


class MadeSecretsError(OSError):
    """The kept secrets can be neither read nor made; the message says where and why, in one line."""


@dataclass(frozen=True, repr=False)
class MadeSecrets:
    """`secret_key` signs and seals; the other two are the demo's fake carrier account."""

    secret_key: str
    account_sid: str
    auth_token: str


def kept_secrets(folder: Path) -> MadeSecrets:
    """Return the secrets kept in `folder`, making folder and secrets when they are missing."""
    path = folder / FILE
    try:
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_first(path, _made())
        kept = json.loads(path.read_text("utf-8"))
        return MadeSecrets(**{field.name: str(kept[field.name]) for field in fields(MadeSecrets)})
    except OSError as error:
        raise MadeSecretsError(f"{path} cannot be used: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise MadeSecretsError(f"{path} is damaged; put back a copy, or remove it and have new ones made") from error


def _made() -> MadeSecrets:
    return MadeSecrets(
        secret_key=secrets.token_urlsafe(48),
        account_sid="AC" + secrets.token_hex(16),
        auth_token=secrets.token_hex(16),
    )


def _write_first(path: Path, made: MadeSecrets) -> None:
    """Write the whole file under a name of our own, then link it: nobody ever reads half of it or a second one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(made), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

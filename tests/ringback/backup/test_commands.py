"""The two commands, as an operator gives them: between two data folders with databases of their own."""

from pathlib import Path

from core.storage_folder import FolderStorage
from tests.ringback.backup.conftest import AUDIO, put, remembered
from tests.ringback.processes import owner
from tests.ringback.test_cli import called


def test_what_one_machine_kept_another_goes_on_with(other_data: Path, tmp_path: Path) -> None:
    kept, file = tmp_path / "kept", tmp_path / "kept/one.tar"
    kept.mkdir()
    with owner(other_data) as here:
        assert called("migrate", RINGBACK_DATA=str(other_data)).returncode == 0
        for key, sound in AUDIO.items():
            put(FolderStorage(other_data / "recordings"), key, sound)
        done = called("backup", str(file), RINGBACK_DATA=str(other_data))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{file}: ")
        assert "5 objects" in done.stdout
        before = remembered(here.database_url)
        refused = called("backup", str(file), RINGBACK_DATA=str(other_data))
        assert (refused.returncode, refused.stderr) == (1, f"ringback: {file} exists already; give another name\n")

    new = tmp_path / "new machine"
    done = called("restore", str(file), RINGBACK_DATA=str(new))
    assert (done.returncode, done.stderr) == (0, "")
    assert "restored as of" in done.stdout
    assert (new / "secrets.json").read_bytes() == (other_data / "secrets.json").read_bytes()
    with owner(new) as there:
        assert remembered(there.database_url) == before
    again = called("restore", str(file), RINGBACK_DATA=str(new))
    assert again.returncode == 1
    assert "--force puts the backup in the place" in again.stderr
    assert again.stderr.count("\n") == 1

"""Data folders whose database was made already: making one takes longer than most tests."""

import subprocess
from pathlib import Path

import pytest

from ringback.embedded import servers


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all tests that leave it in order; nothing runs in it."""
    folder = tmp_path_factory.mktemp("made") / "data folder"
    with servers(folder):
        pass
    return folder


@pytest.fixture
def other_data(tmp_path: Path, data: Path) -> Path:
    """A data folder of the test's own, to spoil."""
    folder = tmp_path / "other data folder"
    subprocess.run(["cp", "-a", data, folder], check=True)
    return folder

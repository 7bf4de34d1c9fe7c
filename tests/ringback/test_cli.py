"""The `ringback` command: quick help, one-line errors, and an exit status that tells them apart."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import NAMES, ROOT
from tests.ringback.processes import connection, owner


def called(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: text for name, text in os.environ.items() if name not in NAMES}
    return subprocess.run(
        [ROOT / "bin/ringback", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd="/",
        env={**kept, "RINGBACK_DOTENV": os.devnull, **environ},
        check=False,
    )


def test_help_names_every_command_and_imports_none() -> None:
    show_modules = "import sys; from ringback.cli import main; main(['--help']); print('imported', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", show_modules], capture_output=True, text=True, cwd=ROOT, check=True)
    text, imported = done.stdout.split("imported ")
    named = re.findall(r"^  ([a-z-]+)  ", text, flags=re.MULTILINE)
    assert sorted(named) == sorted(path.stem for path in (ROOT / "ringback/commands").glob("[a-z]*.py"))
    assert not {name for name in imported.split() if name.startswith("ringback.commands.")}
    assert not {"flask", "rq", "sqlalchemy", "granian", "alembic", "boto3"} & set(imported.split())


def test_every_command_has_a_line_of_its_own_in_the_help() -> None:
    for line in called("--help").stdout.partition("Commands:\n")[2].splitlines():
        assert re.fullmatch(r" +[a-z-]+ {2,}\S.+", line), line


@pytest.mark.parametrize(
    ("arguments", "environ", "status", "says"),
    [
        (("serve",), {"PORT": "x"}, 2, "PORT: 'x' is not"),
        (("no-such-command",), {}, 2, "No such command"),
        (("serve", "--no-such-option"), {}, 2, "No such option"),
        (("call", "--from", "0123"), {}, 2, "--from: '0123' is no number"),
        (("call", "--at", "2026-11-29T23:10:00"), {}, 2, "--at: add the zone"),
        (("call",), {"RINGBACK_SIMULATOR_PORT": "1"}, 1, "start bin/run first"),
        (
            ("migrate",),
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://h"},
            1,
            "reached",
        ),
    ],
)
def test_an_error_is_one_line_and_a_status(
    tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str], status: int, says: str
) -> None:
    done = called(*arguments, RINGBACK_DATA=str(tmp_path / "data"), **environ)
    assert done.returncode == status
    assert done.stdout == ""
    assert re.fullmatch(r"ringback: .+\n", done.stderr)
    assert says in done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"story: a\nlines: [shouts: hello]\n", "line 2, shouts: is not known"),
        (b"# nothing yet\n", "holds no story"),
        (b"story: caf\xe9\n", "not UTF-8"),
    ],
)
def test_a_story_that_cannot_be_read_is_wrong_use(tmp_path: Path, text: bytes, says: str) -> None:
    (tmp_path / "a.yaml").write_bytes(text)
    done = called("call", str(tmp_path / "a.yaml"), RINGBACK_DATA=str(tmp_path / "data"))
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"ringback: a\.yaml.*{says}.*\n", done.stderr)


def test_without_a_command_the_help_is_shown_as_wrong_use() -> None:
    done = called()
    assert done.returncode == 2
    assert "Usage: ringback" in done.stderr


def test_migrating_makes_an_installation_that_answers_and_the_second_time_changes_nothing(data: Path) -> None:
    """Also outside the demo: without its brand and departments no call could be taken."""
    with owner(data) as running:
        for _ in range(2):
            done = called("migrate", RINGBACK_DATA=str(data), RINGBACK_DEMO="0")
            assert (done.returncode, done.stderr) == (0, "")
        with connection(running.database_url) as rows:
            assert rows.execute("select key from brand").fetchall() == [("main",)]
            assert rows.execute("select count(*) from department").fetchone() == (3,)

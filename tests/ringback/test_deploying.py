"""What is shipped for container engines and systemd fits the commands, settings and addresses there are."""

import configparser
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from core.config import NAMES, ROOT, load
from ringback.app import create_app, shut
from ringback.cli import COMMANDS

PROCESSES = dict(line.split(": bin/ringback ") for line in (ROOT / "Procfile").read_text().splitlines())
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
IMAGE = (ROOT / "Dockerfile").read_text()
SECRETS = [name for name in NAMES if re.search("TOKEN|SECRET|KEY|PASSWORD", name)]
OUTSIDE = {"PYTHONDONTWRITEBYTECODE", "RINGBACK_DOTENV"}


def unit(path: Path) -> configparser.RawConfigParser:
    read = configparser.RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(path)
    return read


def test_compose_runs_every_process_of_the_procfile_by_its_command() -> None:
    ours = {name: service["command"] for name, service in SERVICES.items() if service.get("image") == "ringback"}
    assert ours == {name: shlex.split(command) for name, command in PROCESSES.items()}
    assert all((COMMANDS / f"{command[0]}.py").exists() for command in ours.values())


def test_systemd_runs_every_process_of_the_procfile_by_its_command() -> None:
    runs = {path.stem.removeprefix("ringback-"): unit(path)["Service"]["ExecStart"].split()[1:] for path in UNITS}
    assert runs.pop("backup")[0] == "backup"
    assert runs == {name: shlex.split(command) for name, command in PROCESSES.items()}
    wanted = unit(ROOT / "deploy/systemd/ringback.target")["Unit"]["Wants"].split()
    assert sorted(wanted) == sorted(f"ringback-{name}.service" for name in PROCESSES)


def test_everything_given_is_a_setting() -> None:
    given = {
        name for service in SERVICES.values() if service.get("image") == "ringback" for name in service["environment"]
    }
    given |= set(re.findall(r"\b([A-Z][A-Z_]+)=", next(line for line in IMAGE.splitlines() if line.startswith("ENV "))))
    for path in UNITS:
        given |= {pair.partition("=")[0] for pair in unit(path)["Service"]["Environment"].split()}
    assert given - OUTSIDE <= set(NAMES)


def test_the_settings_of_compose_are_ones_it_starts_with(tmp_path: Path) -> None:
    told = {"PUBLIC_URL": "https://calls.example", "POSTGRES_PASSWORD": "abc123", "STREAM_URL": "/stream"}
    environment = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: told[found[1]], value)
        for name, value in SERVICES["web"]["environment"].items()
    }
    account = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t" * 32}
    settings = load({**environment, **account, "RINGBACK_DATA": str(tmp_path)}, tmp_path / ".env")
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:{settings.port}:{settings.port}"]
    assert SERVICES["stream"]["ports"] == [f"127.0.0.1:{settings.stream_port}:{settings.stream_port}"]
    assert re.search(rf"^EXPOSE {settings.port} {settings.stream_port}$", IMAGE, flags=re.MULTILINE)
    assert settings.database_url == "postgresql+psycopg://ringback:abc123@database:5432/ringback"


def test_nothing_runs_as_root() -> None:
    [user] = re.findall(r"^USER (.+)$", IMAGE, flags=re.MULTILINE)
    assert int(user) > 0
    assert f"--uid {user} " in IMAGE
    assert IMAGE.index("USER ") < IMAGE.index("ENTRYPOINT")
    assert {unit(path)["Service"]["User"] for path in UNITS} == {"ringback"}
    assert not any("user" in service or service.get("privileged") for service in SERVICES.values())


def test_no_secret_is_written_down() -> None:
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY", key):
                assert re.fullmatch(r"\$\{\w+(:[?-][^}]*)?\}", value), (name, key)
    texts = [IMAGE, *(path.read_text() for path in (ROOT / "deploy").rglob("*") if path.is_file())]
    assert not [name for name in SECRETS for text in texts if re.search(rf"\b{name}=\S", text)]
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".env.*", "var", ".git", ".venv", "node_modules"} <= set(ignored)


def test_the_health_check_asks_an_address_there_is(app: Flask) -> None:
    asked = " ".join(SERVICES["web"]["healthcheck"]["test"])
    [path] = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", asked)
    assert path in {rule.rule for rule in app.url_map.iter_rules()}


def test_what_is_remembered_lies_on_volumes() -> None:
    [data] = SERVICES["web"]["volumes"]
    assert data == f"data:{SERVICES['web']['environment']['RINGBACK_DATA']}"
    assert f"VOLUME {data.partition(':')[2]}\n" in IMAGE
    for path in UNITS:
        assert unit(path)["Service"]["StateDirectory"] == "ringback"
        assert "RINGBACK_DATA=/var/lib/ringback" in unit(path)["Service"]["Environment"]


def test_a_stop_is_given_the_time_it_takes() -> None:
    """Web: 6 seconds; workers: 8 (docs/operating.md)."""
    assert {service["stop_grace_period"] for service in SERVICES.values() if service.get("image") == "ringback"} == {
        "15s"
    }
    assert {unit(path)["Service"].get("TimeoutStopSec", "15") for path in UNITS} == {"15"}


def test_the_image_starts_what_is_there() -> None:
    assert json.loads(re.findall(r"^ENTRYPOINT (.+)$", IMAGE, flags=re.MULTILINE)[0]) == ["bin/ringback"]
    assert json.loads(re.findall(r"^CMD (.+)$", IMAGE, flags=re.MULTILINE)[0]) == shlex.split(PROCESSES["web"])
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", IMAGE, flags=re.MULTILINE):
        assert all((ROOT / source).exists() for source in line.split()), line


@pytest.fixture
def app(engine: object, settings: Any) -> Any:
    made = create_app(settings)
    yield made
    shut(made)

"""Settings: what each may be, what it is when not given, and the one line that stops a start."""

import re
import stat
from pathlib import Path

import pytest

from core import config
from core.config import SettingsError, load

REAL = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t" * 32}


def read(tmp_path: Path, **environ: str) -> config.Settings:
    return load({"RINGBACK_DATA": str(tmp_path / "data"), **environ}, tmp_path / ".env")


def test_nothing_given_is_enough_to_start(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.port, settings.host, settings.public_url) == (8000, "127.0.0.1", "http://127.0.0.1:8000")
    assert settings.database_url is settings.redis_url is settings.s3_bucket is None
    assert (settings.zone, settings.country, settings.log_level) == ("UTC", "US", "info")
    assert settings.stream_url == "http://127.0.0.1:8001"
    assert settings.trusted_proxies == 0
    assert 2 <= settings.web_concurrency <= 4


def test_demo_mode_makes_an_account_and_keys_once_and_keeps_them(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first.demo
    assert first.twilio_api_url == "http://127.0.0.1:8002"
    assert re.fullmatch(r"AC[0-9a-f]{32}", first.twilio_account_sid or "")
    assert first == second
    assert len(first.secret_keys[0]) >= 32


def test_made_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    read(tmp_path)
    assert stat.S_IMODE((tmp_path / "data/secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secrets.json"]


def test_the_mode_of_an_existing_data_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o750)
    (tmp_path / "data").chmod(0o751)
    read(tmp_path)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o751


def test_with_account_and_key_given_nothing_is_made(tmp_path: Path) -> None:
    settings = read(tmp_path, **REAL, SECRET_KEY="k" * 32)
    assert not settings.demo
    assert settings.twilio_api_url == "https://api.twilio.com"
    assert not (tmp_path / "data").exists()


def test_a_damaged_secrets_file_stops_the_start(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "data/secrets.json").write_text("{}")
    with pytest.raises(SettingsError, match="damaged"):
        read(tmp_path)


def test_a_token_given_in_demo_mode_replaces_the_made_one(tmp_path: Path) -> None:
    assert read(tmp_path, TWILIO_AUTH_TOKEN="a-token-of-mine").twilio_auth_tokens == ("a-token-of-mine",)


def test_several_tokens_and_keys_count_while_rotating(tmp_path: Path) -> None:
    given = {"TWILIO_AUTH_TOKEN": "n" * 32 + ", " + "o" * 32, "SECRET_KEY": "a" * 32 + "," + "b" * 40}
    settings = read(tmp_path, **{**REAL, **given})
    assert settings.twilio_auth_tokens == ("n" * 32, "o" * 32)
    assert settings.secret_keys == ("a" * 32, "b" * 40)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nexport RINGBACK_ZONE='Europe/Berlin' # where we sit\n")
    settings = read(tmp_path, PORT="9100")
    assert (settings.port, settings.zone) == (9100, "Europe/Berlin")


def test_dollar_signs_in_the_file_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY=" + "$HOME{x}" * 5 + "\n")
    assert read(tmp_path).secret_keys == ("$HOME{x}" * 5,)


def test_a_line_that_is_no_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nwhat is this=\n'\n")
    with pytest.raises(SettingsError, match="line "):
        read(tmp_path)


def test_an_empty_value_counts_as_not_given(tmp_path: Path) -> None:
    assert read(tmp_path, PORT="", DATABASE_URL=" ").port == 8000


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PUBLIC_URL", "https://Calls.example.org/", "https://calls.example.org"),
        ("PUBLIC_URL", "https://calls.example.org:443", "https://calls.example.org"),
        ("PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("DATABASE_URL", "postgres://u:p@h/d?sslmode=require", "postgresql+psycopg://u:p@h/d?sslmode=require"),
        ("DATABASE_URL", "postgresql:///d?host=/run/pg", "postgresql+psycopg:///d?host=/run/pg"),
        ("DATABASE_URL", "postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("REDIS_URL", "unix:///run/redis.sock?db=2", "unix:///run/redis.sock?db=2"),
        ("STREAM_URL", "/stream/", "/stream"),
        ("STREAM_URL", "https://live.example.org/s", "https://live.example.org/s"),
        ("RINGBACK_COUNTRY", "de", "DE"),
        ("LOG_LEVEL", "WARN", "warning"),
        ("TWILIO_API_URL", "http://127.0.0.1:9/base/", "http://127.0.0.1:9/base"),
    ],
)
def test_values_are_brought_to_one_form(tmp_path: Path, name: str, text: str, value: str) -> None:
    assert getattr(read(tmp_path, **{name: text}), name.lower().removeprefix("ringback_")) == value


@pytest.mark.parametrize(
    ("named", "environ"),
    [
        ("PORT", {"PORT": "http"}),
        ("PORT", {"PORT": "0"}),
        ("PORT", {"PORT": "65536"}),
        ("PORT", {"PORT": "٣"}),
        ("HOST", {"HOST": "1.2.3"}),
        ("HOST", {"HOST": "a host"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "calls.example.org"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "https://calls.example.org/voice"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "https://u:hunter2hunter2@calls.example.org"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "https://"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "https://a:99999"}),
        ("DATABASE_URL", {"DATABASE_URL": "mysql://u:hunter2hunter2@h/d"}),
        ("DATABASE_URL", {"DATABASE_URL": "hunter2hunter2"}),
        ("REDIS_URL", {"REDIS_URL": "redis://"}),
        ("REDIS_URL", {"REDIS_URL": "http://u:hunter2hunter2@h"}),
        ("S3_BUCKET", {"S3_BUCKET": "a/b"}),
        ("S3_BUCKET", {"S3_ENDPOINT_URL": "https://s3.example.org"}),
        ("S3_ENDPOINT_URL", {"S3_BUCKET": "calls", "S3_ENDPOINT_URL": "s3.example.org"}),
        ("AWS_SECRET_ACCESS_KEY", {"AWS_ACCESS_KEY_ID": "key"}),
        ("TWILIO_AUTH_TOKEN", {"TWILIO_ACCOUNT_SID": "AC1"}),
        ("TWILIO_AUTH_TOKEN", {**REAL, "TWILIO_AUTH_TOKEN": "short"}),
        ("TWILIO_AUTH_TOKEN", {**REAL, "TWILIO_AUTH_TOKEN": "hunter2 hunter2"}),
        ("TWILIO_AUTH_TOKEN", {**REAL, "TWILIO_AUTH_TOKEN": "hunter2hunter2,"}),
        ("TWILIO_ACCOUNT_SID", {**REAL, "TWILIO_ACCOUNT_SID": "../AC1"}),
        ("TWILIO_API_SECRET", {"TWILIO_API_KEY": "SK1"}),
        ("TWILIO_API_URL", {"TWILIO_API_URL": "ftp://api.example.org"}),
        ("SECRET_KEY", {"SECRET_KEY": "hunter2hunter2"}),
        ("SECRET_KEY", {"SECRET_KEY": "a" * 32 + ",hunter2hunter2"}),
        ("METRICS_TOKEN", {"METRICS_TOKEN": "hunter2"}),
        ("RINGBACK_ZONE", {"RINGBACK_ZONE": "Mars/Olympus"}),
        ("RINGBACK_ZONE", {"RINGBACK_ZONE": "../../etc/passwd"}),
        ("RINGBACK_ZONE", {"RINGBACK_ZONE": "Europe"}),
        ("RINGBACK_COUNTRY", {"RINGBACK_COUNTRY": "EU"}),
        ("RINGBACK_COUNTRY", {"RINGBACK_COUNTRY": "DEU"}),
        ("RINGBACK_DEMO", {"RINGBACK_DEMO": "maybe"}),
        ("RINGBACK_DEMO", {"RINGBACK_DEMO": "1", **REAL}),
        ("RINGBACK_DEMO", {"HOST": "0.0.0.0"}),
        ("RINGBACK_DEMO", {"HOST": "calls.example.org"}),
        ("RINGBACK_SIMULATOR_PORT", {"RINGBACK_SIMULATOR_PORT": "x"}),
        ("RINGBACK_SIMULATOR_PORT", {"PORT": "8123", "RINGBACK_SIMULATOR_PORT": "8123"}),
        ("RINGBACK_SIMULATOR_PORT", {"PORT": "8123", "RINGBACK_SIMULATOR_PORT": "8124"}),
        ("RINGBACK_DATA", {"RINGBACK_DATA": "/etc/passwd"}),
        ("STREAM_URL", {"STREAM_URL": "//evil.example.org"}),
        ("SMTP_URL", {"SMTP_URL": "mail.example.org:hunter2hunter2"}),
        ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "-1"}),
        ("WEB_CONCURRENCY", {"WEB_CONCURRENCY": "0"}),
        ("LOG_LEVEL", {"LOG_LEVEL": "loud"}),
        ("PORT", {"PORT": "a\nb" * 100}),
    ],
)
def test_a_malformed_setting_is_named_in_one_line_without_its_secret(
    tmp_path: Path, named: str, environ: dict[str, str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, **environ)
    message = str(caught.value)
    assert message.startswith(named + ": ")
    assert "\n" not in message
    assert len(message) < 240
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "environ",
    [{"HOST": "0.0.0.0", "RINGBACK_DEMO": "1"}, {"HOST": "0.0.0.0", **REAL}, {"HOST": "localhost"}, {"HOST": "::1"}],
)
def test_a_host_beyond_this_machine_is_fine_in_so_many_words(tmp_path: Path, environ: dict[str, str]) -> None:
    assert read(tmp_path, **environ).demo is ("TWILIO_ACCOUNT_SID" not in environ)


def test_without_demo_and_account_there_is_no_carrier_yet(tmp_path: Path) -> None:
    settings = read(tmp_path, RINGBACK_DEMO="0")
    assert settings.twilio_account_sid is None
    assert settings.twilio_auth_tokens == ()


def test_no_secret_shows_when_settings_are_printed(tmp_path: Path) -> None:
    secret = {"SECRET_KEY": "x" * 9 + "hunter2" * 5, "TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": "hunter2hunter2"}
    urls = {
        "DATABASE_URL": "postgres://u:hunter2@h/d",
        "REDIS_URL": "redis://:hunter2@h",
        "SMTP_URL": "smtp://hunter2@h",
    }
    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "hunter2", "METRICS_TOKEN": "hunter2" * 3}
    assert "hunter2" not in repr(read(tmp_path, **secret, **urls, **keys, TWILIO_AUTH_TOKEN="hunter2hunter2"))


def test_a_relative_data_folder_lies_in_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load({**REAL, "SECRET_KEY": "k" * 32, "RINGBACK_DATA": "./there"}, tmp_path / ".env").data == (
        config.ROOT / "there"
    )


def test_neighbour_ports_stay_ports(tmp_path: Path) -> None:
    settings = read(tmp_path, PORT="65535")
    assert (settings.simulator_port, settings.stream_url) == (65533, "http://127.0.0.1:65534")


def test_every_setting_is_explained_in_the_example() -> None:
    example = (config.ROOT / ".env.example").read_text()
    explained = re.findall(r"^#([A-Z0-9_]+)=", example, flags=re.MULTILINE)
    assert sorted(explained) == sorted(config.NAMES)

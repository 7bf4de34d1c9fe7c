"""The embedded servers: what they keep, whom they outlive (nobody), and how a start recovers."""

import multiprocessing
import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from core.config import Settings, load
from ringback.embedded import Embedded, InstanceBusyError, ensured, servers
from ringback.embedded_account import EmbeddedError
from ringback.embedded_postgres import EmbeddedPostgres
from ringback.embedded_redis import EmbeddedRedis
from tests.ringback.processes import become, connection, kept, ordinary_user, owner, server_processes, soon, write

USERS = ["whoever runs the tests", *(["an ordinary user"] if ordinary_user() else [])]


def test_nothing_outlives_a_killed_owner_and_the_next_start_has_everything(data: Path) -> None:
    with owner(data) as first:
        write(first, "before the kill")
        first.kill()
        assert soon(lambda: not server_processes(data))
    with servers(data) as urls:
        assert kept(*urls) == (["before the kill"], ["before the kill"])


def test_a_start_recovers_when_server_and_owner_were_killed_together(data: Path) -> None:
    with owner(data) as first:
        write(first, "row")
        postmaster = int((data / "postgres/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        first.kill()
    assert (data / "postgres/postmaster.pid").exists()
    with servers(data) as urls:
        assert kept(*urls)[0] == ["row"]


def test_a_lock_file_that_names_somebody_elses_process_is_no_hindrance(data: Path) -> None:
    with owner(data) as first:
        write(first, "row")
    lock = data / "postgres/postmaster.pid"
    lock.write_text(f"{os.getppid()}\n{data / 'postgres'}\n1\n5432\n\n\n")
    lock.chmod(0o600)
    with servers(data) as urls:
        assert kept(*urls)[0] == ["row"]


def test_a_killed_server_is_started_again_in_place(running: Embedded) -> None:
    database, redis = running.servers
    with connection(database.url) as rows:
        rows.execute("drop table if exists kept; create table kept as select 'row' as value")
    for server in running.servers:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert soon(partial(_is_dead, server))
        server.start()
    assert kept(database.url, redis.url)[0] == ["row"]


def test_a_first_start_that_was_cut_off_is_begun_again(other_data: Path) -> None:
    shutil.rmtree(other_data / "postgres")
    (other_data / "postgres.new/base").mkdir(parents=True)
    (other_data / "postgres.new/PG_VERSION").write_text("18\n")
    with servers(other_data) as urls, connection(urls[0]) as rows:
        assert rows.execute("select 1").fetchone() == (1,)
    assert not (other_data / "postgres.new").exists()


def test_commits_wait_for_the_disk_and_pages_are_checked(running: Embedded) -> None:
    with connection(running.servers[0].url) as rows:
        for name in ("synchronous_commit", "fsync", "full_page_writes", "data_checksums"):
            assert rows.execute(f"show {name}").fetchone() == ("on",)


def test_servers_listen_on_private_sockets_only(running: Embedded) -> None:
    with connection(running.servers[0].url) as rows:
        assert rows.execute("show listen_addresses").fetchone() == ("",)
        folder = Path(rows.info.host)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not stat.S_IMODE((folder / "redis.sock").stat().st_mode) & 0o077


def test_two_instances_run_side_by_side(data: Path, other_data: Path) -> None:
    with owner(data) as one, owner(other_data) as two:
        write(one, "one")
        write(two, "two")
        assert kept(one.database_url, one.redis_url) == (["one"], ["one"])
        assert kept(two.database_url, two.redis_url) == (["two"], ["two"])


def test_a_folder_has_one_owner_at_a_time(running: Embedded, data: Path) -> None:
    with pytest.raises(InstanceBusyError, match="is in use by another Ringback"):
        Embedded(data).start()


def test_commands_use_running_servers_and_leave_them_running(running: Embedded, settings_for: Settings) -> None:
    with ensured(settings_for) as filled:
        assert (filled.database_url, filled.redis_url) == tuple(server.url for server in running.servers)
    assert all(server.answers() for server in running.servers)


def test_commands_start_servers_for_as_long_as_they_need(settings_for: Settings, data: Path) -> None:
    with ensured(settings_for) as filled, connection(filled.database_url or "") as rows:
        assert rows.execute("select 1").fetchone() == (1,)
        assert server_processes(data)
    assert not server_processes(data)


def test_an_owner_waits_for_those_who_use_its_servers(data: Path) -> None:
    with owner(data):
        borrower = Embedded(data)
        borrower.use()
        users = Embedded(data)._users
        assert users.taken(shared=True)
        assert not users.taken()
        borrower.leave()
        assert not users.taken()  # the owner itself still uses them
        users.release()


def test_given_addresses_are_left_alone_and_nothing_starts(settings_for: Settings, data: Path) -> None:
    given = replace(settings_for, database_url="postgresql+psycopg://h/d", redis_url="redis://h")
    with ensured(given) as filled:
        assert filled is given
    assert not server_processes(data)


def test_only_what_was_not_given_is_started(settings_for: Settings, data: Path) -> None:
    with ensured(replace(settings_for, database_url="postgresql+psycopg://h/d")) as filled:
        assert filled.database_url == "postgresql+psycopg://h/d"
        assert filled.redis_url
        assert len(server_processes(data)) == 1


def test_a_path_too_long_for_sockets_is_no_hindrance(other_data: Path) -> None:
    deep = other_data.with_name("a long name " * 9)
    other_data.rename(deep)
    with servers(deep) as urls, connection(urls[0]) as rows:
        assert rows.execute("select 1").fetchone() == (1,)
        outside = Path(rows.info.host)
    assert not outside.exists()


def test_the_modes_of_folders_that_exist_stay_as_they_are(other_data: Path) -> None:
    other_data.chmod(0o710)
    (other_data / "postgres").chmod(0o750)
    folders = [other_data / "postgres", other_data, *other_data.parents]
    before = [folder.stat().st_mode for folder in folders]
    with servers(other_data):
        pass
    assert [folder.stat().st_mode for folder in folders] == before


def test_a_cluster_of_another_version_stops_the_start_in_one_line(other_data: Path) -> None:
    (other_data / "postgres/PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedError, match="written by PostgreSQL 12") as caught, servers(other_data):
        pass
    assert "\n" not in str(caught.value)


def test_a_server_that_cannot_start_says_why_in_one_line(other_data: Path) -> None:
    (other_data / "postgres/postgresql.conf").write_text("no_such_thing = 1\n")
    with pytest.raises(EmbeddedError, match=r"no_such_thing|configuration file") as caught, servers(other_data):
        pass
    assert "\n" not in str(caught.value)
    assert not server_processes(other_data)


@pytest.mark.parametrize("user", USERS)
def test_whoever_starts_the_servers_can_use_them(user: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="rb"))
    child = multiprocessing.get_context("fork").Process(target=_start_twice, args=(folder, user))
    child.start()
    child.join(60)
    shutil.rmtree(folder)
    assert child.exitcode == 0


def test_root_hands_the_servers_to_an_ordinary_user(running: Embedded) -> None:
    for server in running.servers:
        owner_of_process = Path(f"/proc/{server.pid}").stat().st_uid
        assert owner_of_process != 0
        assert os.geteuid() in (0, owner_of_process)


def _is_dead(server: EmbeddedPostgres | EmbeddedRedis) -> bool:
    return not server.is_alive()


def _start_twice(folder: Path, user: str) -> None:
    entry = ordinary_user()
    if user == "an ordinary user" and entry is not None:
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        become(entry)
    for _ in range(2):
        with servers(folder / "data") as urls, connection(urls[0]) as rows, Redis.from_url(urls[1]) as keys:
            assert rows.execute("select 1").fetchone() == (1,)
            assert keys.client_info()
            assert (folder / "data/sockets").is_dir() == (os.geteuid() != 0)
    (folder / "data").rename(folder / "with a space")
    with servers(folder / "with a space") as urls, Redis.from_url(urls[1]) as keys:
        assert keys.client_info()  # the client splits what it is told at spaces


@pytest.fixture
def running(data: Path) -> Iterator[Embedded]:
    embedded = Embedded(data)
    embedded.start()
    assert isinstance(embedded.servers[0], EmbeddedPostgres)
    yield embedded
    embedded.stop()


@pytest.fixture
def settings_for(data: Path) -> Settings:
    return load({"RINGBACK_DATA": str(data)}, Path(os.devnull))

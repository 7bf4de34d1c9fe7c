"""The chaos run's checker sees every kind of loss: each is planted in a house where all is well."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bench.chaos.callers import Account, Town, caller
from bench.chaos.checking import check
from bench.chaos.checks import CHECKS
from bench.chaos.deeds import Deeds, deeds_of
from bench.chaos.evidence import Evidence, FolderBucket, objects_of, rows_of, waiting
from tests.house import LINE

SEED = 4
CALLS = 36
MORNING_IN_CALIFORNIA = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.fixture
def well(opened, clock):
    """A house after some thirty random calls, at rest: its deeds, an open connection and its objects."""
    clock.set(MORNING_IN_CALIFORNIA)
    house = opened()
    town = Town(SEED, [phone for (phone,) in house.rows("select phone from account where phone is not null")])
    house.carrier.phones = town
    accounts = []
    for number in range(CALLS):
        from_, person = caller(SEED, number)
        person.account.sid = house.carrier.call_in(from_=from_, to=LINE, person=person, number=number).sid
        accounts.append(person.account)
    for _ in range(14):
        house.tick()
        house.work()
        clock.move(minutes=45)
    deeds = deeds_of(house.carrier, [*accounts, *town.accounts])
    url = house.settings.database_url.replace("+psycopg", "", 1)
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("set session_replication_role = replica")
        connection.commit()
        yield deeds, connection, objects_of(FolderBucket(house.settings.data / "recordings"))
        connection.rollback()


def sql(statement: str) -> Callable[[Any, Any, Any], None]:
    """A loss in the database."""
    return lambda deeds, connection, objects: connection.execute(statement)


def recorded(deeds: Deeds) -> str:
    return next(made.sid for made in deeds.recordings if made.obtainable)


STORED = "(select min(id) from recording where state = 'stored')"
ENDED = "(select min(id) from call where direction = 'inbound')"

IN_THE_DATABASE = {
    "a call's rows are gone": ("calls lost", f"with gone as (delete from leg where call_id = {ENDED})"
                               f" delete from call where id = {ENDED}"),
    "a call that never was": ("calls lost", "insert into leg (call_id, account_sid, sid, started_at)"
                              f" values ({ENDED}, 'AC1', 'CA{'0' * 32}', now())"),
    "its ticket is gone": ("off their ticket", f"delete from ticket where born_call_id = {ENDED}"),
    "a second ticket": ("off their ticket", "insert into ticket (brand_id, number, born_call_id, created_at,"
                        f" updated_at) select brand_id, 999999, id, now(), now() from call where id = {ENDED}"),
    "an event on another ticket": ("off their ticket", "insert into event (brand_id, ticket_id, call_id, type,"
                                   " happened_at, recorded_at) select brand_id, 999999, id, 'call_ended', now(), now()"
                                   f" from call where id = {ENDED}"),
    "a call goes on": ("wrong ends", f"update call set ended_at = null where id = {ENDED}"),
    "a call ended otherwise": ("wrong ends", f"update call set status = 'no_answer' where id = {ENDED}"),
    "a leg ended otherwise": ("wrong ends", f"update leg set status = 'busy' where call_id = {ENDED}"),
    "a call ended an hour later": ("wrong ends", "update call set ended_at = ended_at + interval '1 hour'"
                                   f" where id = {ENDED}"),
    "a call lasted longer": ("wrong ends", f"update call set duration = duration + 2 where id = {ENDED}"),
    "a recording's row is gone": ("recordings lost", f"delete from recording where id = {STORED}"),
    "a recording is said to be missing": ("recordings lost", "update recording set state = 'missing'"
                                          f" where id = {STORED}"),
    "a recording is never fetched": ("recordings lost", f"update recording set state = 'ready' where id = {STORED}"),
    "a recording in two rows": ("recordings lost", "drop index uq_recording_sid; insert into recording (brand_id,"
                                " call_id, account_sid, leg_sid, part, sid, state, expected_at, deadline_at, sha256,"
                                " storage_key, peaks_key, bytes) select brand_id, call_id, account_sid, leg_sid,"
                                " 'again', sid, state, expected_at, deadline_at, sha256, storage_key, peaks_key, bytes"
                                f" from recording where id = {STORED}"),
    "another digest": ("wrong sounds", f"update recording set sha256 = repeat('0', 64) where id = {STORED}"),
    "another size": ("wrong sounds", f"update recording set bytes = bytes - 1 where id = {STORED}"),
    "a promise forgotten": ("broken promises", "delete from callback"),
    "a promise open": ("broken promises", "update callback set state = 'queued', closed_at = null"),
    "a promise dropped without a reason": ("broken promises", "update callback set state = 'expired', why = ''"),
    "a try without an end": ("broken promises", "update callback_attempt set ended_at = null"),
    "a job left": ("jobs left", "update outbox set state = 'handed' where id = (select min(id) from outbox)"),
    "a job failed, and nobody is told": ("jobs left", "update outbox set state = 'failed', last_error = 'x' where id ="
                                         " (select min(id) from outbox where call_id is not null)"),
    "a job failed without a reason": ("jobs left", "update outbox set state = 'failed', last_error = null where id ="
                                      " (select min(id) from outbox where call_id is not null)"),
    "a job gone": ("jobs left", "delete from outbox where job = 'fetch_recording'"),
    "a recording stored twice": ("done twice", "insert into event (brand_id, ticket_id, call_id, type, happened_at,"
                                 " recorded_at, facts) select brand_id, ticket_id, call_id, type, now(), now(), facts"
                                 " from event where type = 'recording_stored' limit 1"),
    "a job twice": ("done twice", "insert into outbox (job, args, asked_at, due_at, state, ended_at) select job, args,"
                    " now(), now(), 'done', now() from outbox where job = 'fetch_recording' limit 1"),
}  # fmt: skip


def missing_in_deeds(name: str, **changes: object) -> Callable[[Deeds], Deeds]:
    return lambda deeds: dataclasses.replace(
        deeds, **{name: tuple(dataclasses.replace(each, **changes) for each in getattr(deeds, name)[:1])}
    )


ELSEWHERE: dict[str, tuple[str, Callable[[Deeds, dict[str, Any]], Deeds | None]]] = {
    "an object gone": ("wrong sounds", lambda deeds, objects: objects.pop(min(objects)) and None),
    "an object too many": ("wrong sounds", lambda deeds, objects: objects.update({"1/odd.wav": objects[min(objects)]})),
    "other bytes": ("wrong sounds", lambda deeds, objects: objects.update(
        {key: dataclasses.replace(kept, sha256="0" * 64) for key, kept in objects.items()})),
    "a call nobody wrote down": ("calls lost", lambda deeds, objects: dataclasses.replace(
        deeds, calls=(*deeds.calls, dataclasses.replace(deeds.calls[0], sid="CA" + "1" * 32)))),
    "a recording nobody wrote down": ("recordings lost", lambda deeds, objects: dataclasses.replace(
        deeds, recordings=(*deeds.recordings, dataclasses.replace(deeds.recordings[0], sid="RE" + "1" * 32)))),
    "a recording that cannot be had": ("recordings lost", lambda deeds, objects: dataclasses.replace(
        deeds, recordings=tuple(dataclasses.replace(made, fate="never") for made in deeds.recordings))),
    "other words were said": ("wrong sounds", lambda deeds, objects: dataclasses.replace(
        deeds, recordings=tuple(dataclasses.replace(made, sha256="0" * 64) for made in deeds.recordings))),
    "it ended an hour ago": ("wrong ends", lambda deeds, objects: dataclasses.replace(deeds, calls=tuple(
        dataclasses.replace(call, ended_at=call.ended_at - timedelta(hours=1)) for call in deeds.calls))),
    "a promise nobody wrote down": ("broken promises", lambda deeds, objects: dataclasses.replace(
        deeds, calls=tuple(dataclasses.replace(call, promised="13125550000") for call in deeds.calls))),
    "somebody heard nothing": ("silences", lambda deeds, objects: dataclasses.replace(deeds, calls=tuple(
        dataclasses.replace(call, silences=("the line hung up",)) for call in deeds.calls))),
    "somebody who was rung heard nothing": ("silences", lambda deeds, objects: dataclasses.replace(
        deeds, silences=("the line hung up",))),
    "a message nobody was told of": ("left at carrier", lambda deeds, objects: dataclasses.replace(
        deeds, recordings=(dataclasses.replace(deeds.recordings[0], sid="RE" + "2" * 32, told=False),))),
    "two answers": ("two answers", lambda deeds, objects: dataclasses.replace(deeds, disagreements=("CA1 voice",))),
}  # fmt: skip


def test_it_finds_nothing_where_all_is_well_and_each_loss_that_is_planted(well, tmp_path) -> None:
    deeds, connection, objects = well
    report = check(deeds, Evidence(rows_of(connection), objects))
    assert report.clean, "\n".join(report.lines())
    assert report.compared["calls"] > CALLS  # callbacks ring people too
    assert min(report.compared.values()) > 3
    missed = []
    for name, (column, statement) in IN_THE_DATABASE.items():
        connection.execute(statement)
        cases = check(deeds, Evidence(rows_of(connection), objects)).cases
        connection.rollback()
        if not cases[column]:
            missed.append(f"{name}: not in {column}")
    for name, (column, plant) in ELSEWHERE.items():
        kept = dict(objects)
        changed = plant(deeds, kept) or deeds
        if not check(changed, Evidence(rows_of(connection), kept)).cases[column]:
            missed.append(f"{name}: not in {column}")
    (tmp_path / "refused").mkdir()
    for left in (tmp_path / "1-2-3.log", tmp_path / "refused" / "4.line", tmp_path / "drain.lock"):
        left.touch()
    cases = check(deeds, Evidence(rows_of(connection), objects, waiting(tmp_path))).cases
    assert cases["journal left"] == ("1-2-3.log", "refused/4.line")
    assert not missed
    assert {"journal left"} | {column for column, _ in (*IN_THE_DATABASE.values(), *ELSEWHERE.values())} == set(CHECKS)
    an_alarm_is_part_of_missing(deeds, connection)
    deeds.save(tmp_path / "deeds.json")
    assert Deeds.load(tmp_path / "deeds.json") == deeds


def an_alarm_is_part_of_missing(deeds: Deeds, connection: Any) -> None:
    gone = dataclasses.replace(
        deeds, recordings=tuple(dataclasses.replace(made, fate="never") for made in deeds.recordings)
    )
    connection.execute("update recording set state = 'missing'")
    connection.execute("delete from event where type = 'recording_missing'")
    without = check(gone, Evidence(rows_of(connection), {})).cases["recordings lost"]
    tell_of_all(connection, "recording_missing")
    assert without
    assert all("without an alarm" in case for case in without)
    assert check(gone, Evidence(rows_of(connection), {})).cases["recordings lost"] == ()
    assert check(gone, Evidence(rows_of(connection), {})).cases["done twice"] == ()
    tell_of_all(connection, "told_afterwards")
    tell_of_all(connection, "recording_missing")
    assert check(gone, Evidence(rows_of(connection), {})).cases["done twice"] == ()
    tell_of_all(connection, "recording_missing")
    assert check(gone, Evidence(rows_of(connection), {})).cases["done twice"]


def tell_of_all(connection: Any, type: str) -> None:
    connection.execute(
        "insert into event (brand_id, call_id, type, happened_at, recorded_at, facts) select brand_id, call_id,"
        f" '{type}', now(), now(), jsonb_build_object('recording', id) from recording"
    )


def test_a_caller_notices_silence_and_the_carriers_apology_and_remembers_a_promise() -> None:
    _, person = caller(SEED, 1)
    account: Account = person.account
    person.hears("Hello.")
    person.wanted("the line asked")
    assert account.silences == []
    person.wanted("the line asked")
    person.hears("[beep]")
    person.ended("line")
    person.hears("We are sorry, an application error has occurred. Goodbye.")
    assert account.silences == [
        "the line asked and nothing had been said",
        "the line hung up and nothing had been said",
        "only the carrier's apology was heard",
    ]
    person.hears("Thank you. We'll call you back on 4 1 5, 5 5 5, 0 1 0 0. Your ticket number is 1 0 0 1.")
    assert account.promised == "4155550100"


def test_the_same_seed_draws_the_same_callers() -> None:
    def drawn(seed: int) -> list[tuple[str, list[str]]]:
        return [(from_, person._plan) for from_, person in (caller(seed, number) for number in range(50))]

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)

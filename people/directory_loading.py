"""Read the directory from its rows, in one statement, so that all of it is of the same moment."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from sqlalchemy.orm import Session

from people.directory import Brand, CarrierAccount, Department, Directory, Number, Opening
from people.hours import DayException, Hours, Interval, Schedule
from people.revision import NAME

log = structlog.get_logger(__name__)


class Statements(Protocol):
    """Runs one statement and fetches its rows (core.database.CallerConnections)."""

    def execute(self, statement: str, values: dict[str, Any], /) -> list[Any]: ...


class InSession:
    """`Statements` that run in a session's own transaction, for jobs and pages."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def execute(self, statement: str, values: dict[str, Any], /) -> list[Any]:
        return list(self._session.connection().exec_driver_sql(statement, values))


def openings(session: Session, *, brand_id: int, now: datetime) -> dict[str, Opening]:
    """Which of a brand's departments are open, by key, as callers meet it. One statement."""
    directory = load(InSession(session), now=now)
    [brand] = [one for one in directory.brands if one.id == brand_id]
    return dict(directory.hours(brand, now))


def load(connections: Statements, *, now: datetime) -> Directory:
    """The whole directory; exceptions of opening hours from two days ago on. Raises what the database raises."""
    values = {"name": NAME, "since": (now - timedelta(days=2)).date()}
    [(revision, brands, accounts, numbers, departments, schedules, intervals, exceptions)] = connections.execute(
        EVERYTHING, values
    )
    made = {row["id"]: _schedule(row, intervals, exceptions) for row in schedules}
    return Directory(
        revision=revision,
        brands=tuple(Brand(**row) for row in brands),
        accounts=tuple(_account(row) for row in accounts),
        numbers=tuple(Number(**row) for row in numbers),
        departments=tuple(Department(schedule=made[row.pop("schedule_id")], **row) for row in departments),
    )


def revision_of(connections: Statements) -> int:
    """The present number of people's rows; cheap."""
    [(number,)] = connections.execute(f"select {REVISION}", {"name": NAME})
    return int(number)


REVISION = "coalesce((select number from revision where name = %(name)s), 0)"

EVERYTHING = f"""
select {REVISION},
  (select coalesce(json_agg(r), '[]') from
    (select id, key, name, zone, country from brand order by id) r),
  (select coalesce(json_agg(r), '[]') from
    (select account_sid, brand_id, encode(tokens, 'hex') as tokens, api_base from carrier_account order by id) r),
  (select coalesce(json_agg(r), '[]') from
    (select e164, brand_id, flow, name from phone_number order by id) r),
  (select coalesce(json_agg(r), '[]') from
    (select id, brand_id, key, name, schedule_id, missed_is_work, callback_number from department order by id) r),
  (select coalesce(json_agg(r), '[]') from
    (select id, zone, closed_now from schedule order by id) r),
  (select coalesce(json_agg(r), '[]') from
    (select schedule_id, weekday, opens, closes from schedule_interval order by id) r),
  (select coalesce(json_agg(r), '[]') from
    (select schedule_id, day, opens, closes, name, source from schedule_exception
     where day >= %(since)s order by id) r)
"""

Row = Mapping[str, Any]


def _account(row: Row) -> CarrierAccount:
    tokens = row["tokens"]
    return CarrierAccount(
        row["account_sid"], row["brand_id"], None if tokens is None else bytes.fromhex(tokens), row["api_base"]
    )


def _schedule(row: Row, intervals: Iterable[Row], exceptions: Iterable[Row]) -> Schedule:
    return Schedule(
        zone=_zone(row),
        week=tuple(
            Interval(interval["weekday"], _time(interval["opens"]), _time(interval["closes"]))
            for interval in intervals
            if interval["schedule_id"] == row["id"]
        ),
        exceptions=tuple(_day_exceptions(rows for rows in exceptions if rows["schedule_id"] == row["id"])),
        closed_now=row["closed_now"],
    )


def _day_exceptions(rows: Iterable[Row]) -> Iterable[DayException]:
    """One exception a date. What was written by hand stands in place of what the holidays say."""
    days: dict[str, list[Row]] = {}
    for row in rows:
        days.setdefault(row["day"], []).append(row)
    for day, found in days.items():
        by_hand = [row for row in found if row["source"] == "hand"]
        counted = by_hand or found
        hours = tuple(
            Hours(_time(row["opens"]), _time(row["closes"])) for row in counted if row["opens"] and row["closes"]
        )
        yield DayException(date.fromisoformat(day), hours, counted[0]["name"])


def _zone(row: Row) -> ZoneInfo:
    """Verbs refuse zones nobody knows; one that came in another way must not leave all brands without an answer."""
    try:
        return ZoneInfo(row["zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.error("zone_unknown", schedule=row["id"], zone=row["zone"], read_as="UTC")
        return ZoneInfo("UTC")


def _time(text: str) -> time:
    return time.fromisoformat(text)

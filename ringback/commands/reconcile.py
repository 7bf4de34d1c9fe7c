"""Compare our record with the carrier's, and repair it."""

import re
from datetime import UTC, datetime, timedelta

import click

_AGO = re.compile(r"([1-9][0-9]{0,3})([hd])")


class Since(click.ParamType[datetime]):
    """``6h``, ``3d``, or a moment such as ``2026-11-20T08:00Z``; without a zone it is UTC."""

    name = "since"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from core.clock import utc_now

        text = str(value)
        if ago := _AGO.fullmatch(text):
            return utc_now() - timedelta(**{{"h": "hours", "d": "days"}[ago[2]]: int(ago[1])})
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is neither like 6h or 3d nor a moment like 2026-11-20T08:00Z", param, ctx)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if moment > utc_now():
            self.fail(f"{text!r} has not come yet", param, ctx)
        return moment


@click.command()
@click.option("--since", type=Since(), help="How far to look back: 6h, 3d, or a moment. Default: 26h.")
@click.option("--dry-run", is_flag=True, help="Say what would be repaired, and change nothing.")
def command(since: datetime | None, dry_run: bool) -> int:
    """Ask the carrier for its calls and recordings, and write down what we never heard of.

    Safe to run at any time, also again. The timetable does it every hour. Exit status 1 when a list could not be read.
    """
    from core.config import load
    from ringback.embedded import ensured

    with ensured(load()) as ready:
        from core.carrier import Carrier
        from core.clock import utc_now
        from core.database import make_engine
        from ivr.reconciling import Reconciling

        engine = make_engine(ready.database_url or "")
        try:
            carrier = Carrier.from_settings(ready)
            reconciling = Reconciling.from_settings(ready, engine=engine, carrier=carrier, clock=utc_now)
            report = reconciling.run(since=since, dry_run=dry_run)
        finally:
            engine.dispose()
    for line in report.lines():
        click.echo(line)
    return 1 if report.unread else 0

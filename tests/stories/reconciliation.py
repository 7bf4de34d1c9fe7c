"""Webhooks that are kept back, and the comparison with the carrier's lists that tells them afterwards."""

import dataclasses

from core.carrier import Carrier
from core.carrier_lists import CarrierLists
from ivr.reconciling import Reconciling


class Losing:
    """A delivery that keeps back the callbacks to the addresses in `lost`; `release` lets them arrive after all."""

    def __init__(self, wire):
        self.wire, self.lost, self.held = wire, (), []

    def control(self, webhook):
        return self.wire.control(webhook)

    def notify(self, webhook):
        if any(path in webhook.url for path in self.lost):
            self.held.append(webhook)
        else:
            self.wire.notify(webhook)

    def release(self):
        for webhook in self.held:
            self.wire.notify(webhook)


def reconcile(house, *, page=500, slept=None, dry_run=False, since=None):
    lists = CarrierLists(
        Carrier.from_settings(house.settings), page=page, sleep=(slept if slept is not None else []).append
    )
    made = Reconciling.from_settings(
        house.settings, engine=house.engine, carrier=Carrier.from_settings(house.settings), clock=house.clock
    )
    return dataclasses.replace(made, lists=lists).run(since=since, dry_run=dry_run)


def whats(report):
    return [one.what for one in report.repaired]


def settle(house):
    """Let all jobs run, also those asked for meanwhile."""
    while house.work():
        pass


def everything(house):
    """All rows of the record, and what was asked for."""
    tables = ("call", "leg", "ticket", "recording", "event", "carrier_event", "outbox")
    return {table: house.rows(f"select * from {table} order by 1, 2, 3") for table in tables}

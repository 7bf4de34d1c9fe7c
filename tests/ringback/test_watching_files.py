"""The dashboard and the alerts that are shipped ask for numbers that /metrics has, and show all of them."""

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from core.config import ROOT, Settings
from ringback.app import create_app, shut

TOKEN = "t" * 20
BOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/ringback.json").read_text())
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/ringback-alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
ASKED = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
NAME = re.compile(r"\bringback_\w+")
WORDS = {
    *("up", "sum", "max", "min", "delta", "and", "min_over_time", "instance", "job"),
}


@pytest.fixture
def told(app: Flask) -> set[str]:
    """The names that /metrics tells."""
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    return {family.name for family in text_string_to_metric_families(answer.text)}


def test_every_number_of_the_dashboard_is_told_and_every_told_one_is_shown(told: set[str]) -> None:
    variables = [str(one["query"]) for one in BOARD["templating"]["list"]]
    assert set(NAME.findall(" ".join([*ASKED, *variables]))) == told


def test_every_number_an_alert_asks_for_is_told(told: set[str]) -> None:
    assert {name for rule in RULES for name in NAME.findall(rule["expr"])} <= told


@pytest.mark.parametrize("asked", [*ASKED, *(rule["expr"] for rule in RULES)])
def test_an_expression_is_made_of_known_words_and_closes_its_brackets(asked: str) -> None:
    bare = re.sub(r'"[^"]*"|\[\d+[mhd]\]', "", asked)
    assert set(re.findall(r"[a-z_]{2,}", NAME.sub("", bare))) <= WORDS
    assert all(bare.count(opening) == bare.count(closing) for opening, closing in ("()", "{}"))


def test_panels_have_a_title_a_place_of_their_own_and_an_id(told: set[str]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert panel["title"]
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def test_an_alert_says_what_it_means_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]


def test_the_commands_and_chapters_that_alerts_name_are_there() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text()
    for rule in RULES:
        said = rule["annotations"]["description"]
        for chapter in re.findall(r"Runbook, ([A-Z][^.]+)\.", said):
            assert f"\n## {chapter}\n" in runbook
        for command in re.findall(r"bin/ringback (\w+)", said):
            assert (ROOT / f"ringback/commands/{command}.py").exists()


@pytest.fixture
def app(engine: Engine, settings: Settings) -> Iterator[Flask]:
    made = create_app(dataclasses.replace(settings, metrics_token=TOKEN))
    yield made
    shut(made)

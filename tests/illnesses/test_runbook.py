"""Each row of the runbook's tables is held by a test that exists."""

import ast
import re

from tests.conftest import ROOT

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[a-z_/]+\.py)::(\w+)`")


def named_in(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_every_test_it_names_is_there():
    named = NAMED.findall(RUNBOOK)
    assert len(named) > 15
    assert [f"{path}::{name}" for path, name in named if name not in named_in(path)] == []


def test_every_row_of_an_illness_names_one():
    tables = re.findall(r"^\| Illness .*?(?=\n\n)", RUNBOOK, flags=re.MULTILINE | re.DOTALL)
    rows = [row for table in tables for row in table.split("\n")[2:]]
    assert len(rows) > 15
    assert [row for row in rows if not NAMED.search(row)] == []

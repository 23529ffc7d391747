"""Digital lending of the sample library: what is planted, and its truth."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.receipts import ANALYSES
from sample import digital_lending as digital
from tests.support.files import ROOT

SAMPLE = ROOT / "data" / "sample"
TRUTH = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))["digital_lending"]
UNTIL = "2026-11-01"
pytestmark = pytest.mark.slow


@pytest.fixture
def con(demo: Path) -> Any:
    with libstats.open(demo) as opened:
        yield opened


def test_the_readme_names_what_is_planted() -> None:
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    for oddity in digital.ODDITIES:
        assert f"| {oddity.name} | {oddity.where} | {oddity.correct} |" in readme


def test_what_ends_and_who_waits(con: duckdb.DuckDBPyConnection) -> None:
    ends = libstats.digital_endings(con, as_of=UNTIL).select("title, standing").fetchall()
    assert dict(ends) == TRUTH["endings"]
    waits = libstats.digital_holds(con).select("title, holds, copies, to_buy, standing").fetchall()
    told = {row[0]: [row[1], row[2]] for row in waits if row[0] in TRUTH["holds"]}
    assert {
        name: [holds, None] if name == "Lucky find" else [holds, copies]
        for name, (holds, copies) in told.items()
    } == TRUTH["holds"]
    assert {row[0]: row[3] for row in waits if row[3]} == TRUTH["to_buy"]
    assert [row[0] for row in waits if row[4] == "cannot judge"] == ["Lucky find"]


def test_months_that_are_told_and_one_that_is_not(con: duckdb.DuckDBPyConnection) -> None:
    months = libstats.digital_circulation(con, since="2026-08-01", until=UNTIL, by="month")
    found: dict[str, dict[str, int]] = {}
    costs: dict[str, Decimal] = {}
    for source, month, checkouts, cost in months.select("source, part, checkouts, cost").fetchall():
        if checkouts is not None:
            found.setdefault(source, {})[month] = checkouts
        if cost is not None:
            costs[month] = cost
    assert found == {name: TRUTH[name] for name in ("hoopla", "overdrive")}
    assert {month: str(cost) for month, cost in costs.items()} == TRUTH["hoopla_cost"]


def test_digital_beside_print(con: duckdb.DuckDBPyConnection) -> None:
    found = libstats.digital_and_print(con).select("isbn").fetchall()
    assert [isbn for (isbn,) in found] == TRUTH["in_print"]
    left = dict(ANALYSES["digital_and_print"].left_out(con).fetchall())
    assert left["no record of the catalogue has its ISBN"] == TRUTH["not_in_print"]


def test_no_patrons_barcode_is_kept(demo: Path) -> None:
    held = b"".join(path.read_bytes() for path in demo.rglob("*.duckdb"))
    assert held and digital.CARD.encode() not in held

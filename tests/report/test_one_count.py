"""What two pages of the sample library count, they count alike: today's list is the measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

import libstats
from libstats.analysis.today import lists as today
from libstats.analysis.today.desks import DESKS, ILL
from libstats.analysis.today.rows import CLAIMED, DECIDE, DO, NOT_FOUND, PAUSED, UNFILLABLE
from libstats.report.circulation import left_lying, rows
from libstats.report.ill import outcomes as ill_outcomes
from libstats.report.ill import rows as ill
from libstats.report.technical_services import rows as technical_services_rows


@pytest.fixture(scope="module")
def con(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with libstats.open(demo) as con:
        yield con


@pytest.fixture(scope="module")
def lists(con: duckdb.DuckDBPyConnection) -> today.Today:
    return today.read(con, datetime(2026, 11, 1, 8), None)


def test_what_is_left_lying(con: duckdb.DuckDBPyConnection, lists: today.Today) -> None:
    tasks = Counter(row["task"] for work in lists.work for row in work.cases)
    kinds = {work.process.name: work for work in lists.work}
    found = left_lying.counted(con, rows.read(con))
    assert {name: found[name] for name in ("unfillable", "not_found", "claimed")} == {
        "unfillable": tasks[UNFILLABLE],
        "not_found": tasks[NOT_FOUND],
        "claimed": tasks[CLAIMED],
    }
    assert (found["past"], found["queue"]) == (len(lists.shelf), len(lists.queues))
    assert found["paused"] == kinds["hold"].groups[PAUSED]
    assert found["journey"] == sum(kinds["transit"].groups.get(g, 0) for g in (DO, DECIDE))
    assert all(found.values())  # else nothing would be compared


def test_late_orders(con: duckdb.DuckDBPyConnection, lists: today.Today) -> None:
    (orders,) = (work for work in lists.work if work.process.name == "order_copy")
    vendors = technical_services_rows.read(con).orders.vendors
    assert sum(each.late for each in vendors) == orders.counts["late"] > 0


def test_requests_to_do(con: duckdb.DuckDBPyConnection, lists: today.Today) -> None:
    (told,) = ill_outcomes.to_do(ill.read(con)).tables
    found = Counter[str]()
    for row in told.rows:
        found[row["group"].lower()] += row["requests"]
    work = [each for each in lists.work if each.process.name in DESKS[ILL]]
    assert found == {
        group: sum(each.groups.get(group, 0) for each in work) for group in (DO, DECIDE)
    }

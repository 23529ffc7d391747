"""Fill rate over requests worked by hand; Wilson's interval against statsmodels."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.files import write

pytestmark = pytest.mark.slow

JANUARY: dict[str, Any] = {"since": "2026-01-01", "until": "2026-02-01"}
HEAD = "process,case,milestone,happened_at\n"


def requests(
    workspace: Workspace, outcomes: str, reasons: dict[int, str]
) -> duckdb.DuckDBPyConnection:
    """Requests made in January: f filled, x given up, o open; with the reasons that an ILL system
    told."""
    lines = []
    for n, outcome in enumerate(outcomes):
        lines.append(f"ill_borrowing,{n},submitted,2026-01-05")
        if outcome in "fx":
            lines.append(
                f"ill_borrowing,{n},{'available' if outcome == 'f' else 'cancelled'},2026-01-09"
            )
    libstats.load(
        workspace, [write(workspace.exports / "ill-2026-02-01.csv", HEAD + "\n".join(lines) + "\n")]
    )
    con = libstats.open(workspace)
    con.execute("create temp table told as select * from ill_request limit 0")
    for n, reason in reasons.items():
        con.execute(
            "insert into told (source, request_id, direction, reason) values ('own', $1, 'borrowing', $2)",
            [str(n), reason],
        )
    con.execute("create or replace temp view ill_request as from told")
    return con


def one(con: duckdb.DuckDBPyConnection, **given: Any) -> dict[str, Any]:
    found = libstats.fill_rate(con, **{**JANUARY, **given})
    (row,) = found.fetchall()
    return dict(zip(found.columns, row, strict=True))


def test_what_is_nobodys_failure_is_left_out_of_the_rate(workspace: Workspace) -> None:
    reasons = {
        6: "duplicate",
        7: "duplicate",
        8: "cancelled by patron",
        9: "available online",
        5: "not owned",
    }
    row = one(requests(workspace, "ffffxxxxxxo", reasons))
    counts = {
        k: row[k]
        for k in (
            "cases",
            "filled",
            "unfilled",
            "duplicate",
            "cancelled_by_patron",
            "other_left_out",
            "still_open",
        )
    }
    # 4 gave no reason and 5 was not owned: unfilled
    assert counts == {
        "cases": 11,
        "filled": 4,
        "unfilled": 2,
        "duplicate": 2,
        "cancelled_by_patron": 1,
        "other_left_out": 1,
        "still_open": 1,
    }
    assert (row["rate"], row["naive_rate"]) == (pytest.approx(4 / 6), pytest.approx(4 / 10))


def test_the_reasons_are_listed(workspace: Workspace) -> None:
    con = requests(workspace, "fxxx", {1: "duplicate", 2: "not owned"})
    assert libstats.unfilled_reasons(con, **JANUARY).fetchall() == [
        ("duplicate", "left out", 1),
        ("no reason recorded", "unfilled", 1),
        ("not owned", "unfilled", 1),
    ]


def test_the_cohort_is_that_of_the_month_in_which_it_was_made(workspace: Workspace) -> None:
    con = requests(workspace, "fx", {})
    february = libstats.fill_rate(con, since="2026-02-01", until="2026-03-01")
    assert february.select("cases, rate, coverage, reason is null").fetchall() == [
        (None, None, "outside", False)
    ]
    assert libstats.fill_rate(con, by="month", **JANUARY).fetchall()[0][:3] == ("2026-01", 2, 1)


def test_nothing_closed_has_no_rate(workspace: Workspace) -> None:
    row = one(requests(workspace, "oo", {}))
    assert (row["rate"], row["rate_low"], row["rate_high"], row["still_open"]) == (
        None,
        None,
        None,
        2,
    )


@pytest.mark.parametrize("outcomes", ["f", "x", "fffffffffx", "fx" * 20])
def test_the_interval_is_wilsons(workspace: Workspace, outcomes: str) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    row = one(requests(workspace, outcomes, {}))
    low, high = proportion.proportion_confint(outcomes.count("f"), len(outcomes), method="wilson")
    assert (row["rate_low"], row["rate_high"]) == (
        pytest.approx(low, abs=1e-12),
        pytest.approx(high, abs=1e-12),
    )


def test_its_receipt_adds_up(workspace: Workspace) -> None:
    con = requests(workspace, "ffxo", {2: "duplicate"})
    rows = libstats.receipt(con, "fill_rate", **JANUARY).fetchall()
    assert [value for part, _, value in rows if part == "cases used"] == ["4"]
    assert [what for part, what, _ in rows if part == "load"] == ["ill-2026-02-01.csv"]
    assert [value for part, _, value in rows if part == "left out"] == ["0", "0", "1", "1", "0"]

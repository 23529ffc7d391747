"""Which steps the loaded exports can tell: one without a column is unknown, and not "never"."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.analysis.work.exported import known_milestones
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.workspace.workspace import Workspace
from tests.support.files import write

PERIOD = {"since": "2026-09-01", "until": "2026-10-01"}
ORDERS = "ordernumber,basketno,ORDER_DATE,datereceived,orderstatus,{}\n"


@pytest.mark.parametrize(
    ("heading", "cells", "reached"),
    [
        ("billingdate", ("2026-09-20", ""), 1),
        ("billingdate", ("", ""), 0),  # a list that tells of bills, and none has come
        ("budget_id", ("7", "7"), None),  # one that does not
    ],
)
def test_a_step_of_which_no_column_tells_is_refused(
    workspace: Workspace, heading: str, cells: tuple[str, str], reached: int | None
) -> None:
    rows = [f"{n},51,2026-09-0{n},,ordered,{cell}\n" for n, cell in enumerate(cells, 1)]
    text = ORDERS.format(heading) + "".join(rows)
    libstats.load(workspace, [write(workspace.exports / "koha orders 2026-10-05.csv", text)])
    with libstats.open(workspace) as con:
        if reached is None:
            with pytest.raises(AnalysisError, match="when any case reached invoiced"):
                libstats.turnaround(con, "order_copy", end="invoiced", **PERIOD)
        else:
            row = libstats.turnaround(con, "order_copy", end="invoiced", **PERIOD)
            assert row.select("cases, reached").fetchall() == [(2, reached)]
        steps = libstats.worklist(con, "order_copy").select("next_step").distinct().fetchall()
        assert steps == [("received",)]  # and not shipped, which this list does not tell


def test_what_a_case_reached_is_known(demo: Path) -> None:
    with libstats.open(demo) as con:
        found = con.execute(
            'select process, list(distinct step) from (select process, unnest(map_keys(reached)) as step from "case") group by process'
        ).fetchall()
        assert len(found) >= 8
        for process, steps in found:
            assert set(steps) <= known_milestones(con, process_of(con, process)), process

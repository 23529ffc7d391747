"""What is usual, over small tables worked by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from libstats.analysis.work.usual import usual
from libstats.workspace.workspace import Workspace
from tests.support.cases import opened

pytestmark = pytest.mark.slow


def mended(days: range, first: date, branch: str) -> list[str]:
    """A case a number of days, all brought on one day and mended so many days later."""
    return [
        row
        for wait in days
        for row in (
            f"{branch}{wait},brought,{first},{branch}",
            f"{branch}{wait},mended,{first + timedelta(days=wait)},{branch}",
        )
    ]


def test_95_in_100_of_the_last_180_days_from_20_cases_on(workspace: Workspace) -> None:
    rows = [
        *mended(range(1, 22), date(2026, 1, 1), "EAST"),  # 21 cases: the 20th of them, 20 days
        *mended(range(1, 20), date(2026, 1, 1), "WEST"),  # 19 are too few
        *mended(range(90, 115), date(2025, 1, 1), "EAST"),  # older than 180 days
        "9,brought,2026-01-01,EAST",  # open
    ]
    con = opened(workspace, rows)
    assert usual(con, "mending", as_of="2026-03-01", by="branch").fetchall() == [
        ("EAST", 21, 20.0),
        ("WEST", 19, None),
    ]
    # as of January 11 the ten of each that were mended by then
    assert usual(con, "mending", as_of="2026-01-11").fetchall() == [("all", 18, None)]

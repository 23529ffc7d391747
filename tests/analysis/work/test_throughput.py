"""How many cases reached a milestone in a period, and which did not."""

from __future__ import annotations

import libstats
from libstats.analysis.work.throughput import throughput_left_out
from libstats.workspace.workspace import Workspace
from tests.support.cases import counts, opened

FEBRUARY = {"since": "2026-02-01", "until": "2026-03-01"}
JANUARY = {"since": "2026-01-01", "until": "2026-02-01"}
# 1 is mended in the middle of January, 2 as February begins, 3 never
CASES = [
    "1,brought,2026-01-10 10:00:00,EAST",
    "1,mended,2026-01-15 10:00:00,EAST",
    "2,brought,2026-01-20 10:00:00,EAST",
    "2,mended,2026-02-01 00:00:00,EAST",
    "3,brought,2026-01-25 10:00:00,EAST",
]


def test_what_is_reached_at_midnight_counts_in_the_period_that_begins(workspace: Workspace) -> None:
    con = opened(workspace, CASES)

    def cases(**period: str) -> int:
        rows = counts(libstats.throughput(con, "mending", **period))
        return sum(row[2] for row in rows)

    # January 1, February 1: together the 2 of both months
    assert cases(**JANUARY) == 1
    assert cases(**FEBRUARY) == 1
    assert cases(since="2026-01-01", until="2026-03-01") == 2


def test_what_is_reached_at_midnight_is_left_out_of_the_period_that_ends(
    workspace: Workspace,
) -> None:
    con = opened(workspace, CASES)
    # of 3 cases January counts 1; neither 2 nor 3 had reached it by its end
    assert throughput_left_out(con, "mending", **JANUARY).fetchall() == [
        ("had not reached mended by the end of the period", 2),
        ("reached it, and nobody recorded when", 0),
        ("reached it before the period", 0),
        ("counted, but under no branch", 0),
    ]
    # February counts 2; 1 was before it, 3 never
    assert throughput_left_out(con, "mending", **FEBRUARY).fetchall() == [
        ("had not reached mended by the end of the period", 1),
        ("reached it, and nobody recorded when", 0),
        ("reached it before the period", 1),
        ("counted, but under no branch", 0),
    ]

"""Alma's reports: what counts once, what is set aside and said, and what a later file changes."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats.workspace import Workspace
from tests.conftest import write

REQUESTS = "Request ID,MMS ID,Request Type Description,Request Status,Active Request Flag,Request Date,Request Completion Date,Hold Shelf Date\n"
HOLD = "Patron physical item request"


def test_what_is_no_hold_is_set_aside(workspace: Workspace, tmp_path: Path) -> None:
    rows = (
        f"1,99,{HOLD},Ready,Yes,2026-10-01,,\n2,99,Transit for reshelving,Active,Yes,2026-10-01,,\n3,99,{HOLD},Rejected,Yes,2026-10-01,,\n4,99,Work order,Active,Yes,2026-10-01,,\n"
    )
    receipt = libstats.load(workspace, [write(tmp_path / "requests-2026-10-31.csv", REQUESTS + rows)]).files[0]
    assert (receipt.dispositions["new"], receipt.dispositions["set aside"]) == (1, 3)


def test_a_hold_called_off_waits_until_its_day_is_told(workspace: Workspace, tmp_path: Path) -> None:
    """Of three holds one came after two days, one is called off on the fifth, one waits since the first."""
    first = f"1,99,{HOLD},Active,Yes,2026-10-01,,2026-10-03\n2,99,{HOLD},Ready,Yes,2026-10-01,,\n3,99,{HOLD},Ready,Yes,2026-10-01,,\n"
    later = {"07": f"2,99,{HOLD},Rejected by Patron,Yes,2026-10-01,,\n", "14": f"2,99,{HOLD},Rejected by Patron,No,2026-10-01,2026-10-05,\n"}
    libstats.load(workspace, [write(tmp_path / "requests-2026-10-04.csv", REQUESTS + first)])
    waiting = []
    for day, rows in later.items():
        libstats.load(workspace, [write(tmp_path / f"requests-2026-10-{day}.csv", REQUESTS + rows)])
        with libstats.open(workspace) as con:
            waiting.append([r[0] for r in libstats.worklist(con, "hold", as_of="2026-10-15").project("case_id").order("case_id").fetchall()])
    assert waiting == [["2", "3"], ["3"]]
    with libstats.open(workspace) as con:
        told = libstats.turnaround(con, "hold", since="2026-10-01", until="2026-11-01").df()
        assert (int(told["cases"][0]), float(told["naive_p50"][0])) == (3, 2.0)

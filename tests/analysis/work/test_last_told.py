"""A case that the newest list lacks, and nothing says is over, is open when last told."""

from __future__ import annotations

from datetime import datetime

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.files import write

HOLDS = "reserve_id;biblionumber;itemnumber;branchcode;reservedate\n"
LOANS = "issue_id;borrowernumber;itemnumber;date_due;branchcode;returndate;issuedate\n"
JOURNEYS = "branchtransfer_id;itemnumber;datesent;frombranch;datearrived;tobranch\n"
# of each: the heading, and a row of a case that begins on a day
LISTS = {
    "hold": (HOLDS, "{n};1{n};{n};EAST;{day}\n"),
    "loan": (LOANS, "{n};1;{n};2026-12-01;EAST;;{day} 10:00:00\n"),
    "transit": (JOURNEYS, "{n};{n};{day} 10:00:00;EAST;;WEST\n"),
}


@pytest.mark.parametrize("process", LISTS)
def test_a_case_that_the_newest_list_lacks(workspace: Workspace, process: str) -> None:
    heading, row = LISTS[process]
    for day, cases in (("2026-10-10", (1, 2)), ("2026-10-20", (2, 3))):
        rows = "".join(row.format(n=n, day=f"2026-10-0{n}") for n in cases)
        libstats.load(
            workspace, [write(workspace.exports / f"{process}-{day}.csv", heading + rows)]
        )
    with libstats.open(workspace) as con:
        found = libstats.worklist(con, process).select("case_id, standing, told_at")
        standings = {case: (standing, at) for case, standing, at in found.fetchall()}
        lacked = standings.pop("1")
        assert lacked == ("when last told", datetime(2026, 10, 10))
        assert {at for _, at in standings.values()} == {None}
        waiting = libstats.backlog(
            con, process, since="2026-10-01", until="2026-10-21", every="day"
        ).select("ended_at, waiting, undeterminable")
        told = {at.day: counts for at, *counts in waiting.fetchall()}
    # at the end of the 8th all three wait; after the 10th nobody knows of the first
    assert (told[9], told[12]) == ([3, 0], [2, 1])

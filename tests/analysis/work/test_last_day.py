"""A file named by a day tells of that day too, up to the newest time in it: nothing of it is lost.
Its rank stays the start of the day."""

from __future__ import annotations

import pytest

import libstats
from libstats.analysis.work.worklist import worklist_left_out
from libstats.workspace.workspace import Workspace
from tests.support.cases import opened
from tests.support.files import write

KOHA = "issue_id;borrowernumber;itemnumber;date_due;branchcode;returndate;issuedate\n"
EVERGREEN = "id|source_send_time|dest_recv_time|target_copy|source|dest|copy_status|cancel_time\n"
ILLIAD = (
    '"Transaction Number","Process Type","Request Type","Transaction Status","Transaction Date",'
    '"Creation Date"\n'
)
# of the day in the name: what ended on it, and what began on it and is open
FILES = {
    "loan": (
        "issues-2026-10-31.csv",
        KOHA
        + "1;7;11;2026-10-20 23:59:00;EAST;2026-10-31 10:00:00;2026-10-01 10:00:00\n"
        + "2;7;12;2026-11-20 23:59:00;EAST;;2026-10-31 15:30:00\n",
        "2026-10-31 15:30:00",
    ),
    "transit": (
        "transits-2026-10-31.csv",
        EVERGREEN
        + "1|2026-10-01 10:00:00|2026-10-31 08:00:00|501|BR1|BR2|7|\n"
        + "2|2026-10-31 09:00:00||502|BR1|BR2|7|\n",
        "2026-10-31 09:00:00",
    ),
    "ill_borrowing": (
        "requests-2026-10-31.csv",
        ILLIAD
        + "1,Borrowing,Article,Cancelled by ILL Staff,10/31/2026 2:05:09 PM,10/1/2026 9:30:00 AM\n"
        + "2,Borrowing,Article,Request Sent,10/31/2026 2:10:00 PM,10/31/2026 9:30:00 AM\n",
        "2026-10-31 14:05:09",
    ),
}


@pytest.mark.parametrize("process", FILES)
def test_the_last_day_is_told_of(workspace: Workspace, process: str) -> None:
    name, text, until = FILES[process]
    receipt = libstats.load(workspace, write(workspace.exports / name, text))
    assert receipt.is_clean, str(receipt)
    with libstats.open(workspace) as con:
        listed = libstats.worklist(con, process).select("case_id").fetchall()
        at, told = con.sql("select exported_at, told_until from loaded_file").fetchall()[0]
        lacking = dict(worklist_left_out(con, process).fetchall())
    assert f"{at}" == "2026-10-31 00:00:00"
    assert f"{told}" >= until
    assert listed == [("2",)]
    assert not any(rows for reason, rows in lacking.items() if "without" in reason), lacking


def test_a_case_of_the_last_day_in_a_plain_list(workspace: Workspace) -> None:
    rows = ("1,brought,2026-10-01,EAST", "1,mended,2026-10-31 11:00,EAST")
    with opened(
        workspace, [*rows, "2,brought,2026-10-31 12:00,EAST"], exported="2026-10-31"
    ) as con:
        listed = libstats.worklist(con, "mending").select("case_id").fetchall()
    assert listed == [("2",)]


def test_a_later_file_of_the_day_before_is_no_newer(workspace: Workspace) -> None:
    """Rank is the start of the day: two files of a day are of one rank, whatever they tell."""
    name, text, _ = FILES["loan"]
    libstats.load(workspace, write(workspace.exports / name, text))
    other = KOHA + "2;7;12;2026-11-20 23:59:00;WEST;;2026-10-31 15:30:00\n"
    libstats.load(workspace, write(workspace.exports / "issues-2026-10-30.csv", other))
    with libstats.open(workspace) as con:
        assert con.sql("select checkout_branch from loan where loan_id = '2'").fetchall() == [
            ("EAST",)
        ]

"""What a row that cannot be read leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats import load
from libstats.workspace.workspace import Workspace
from tests.support.files import write


def test_a_title_that_cannot_be_read_is_told_of(workspace: Workspace, tmp_path: Path) -> None:
    """The copy is loaded all the same; a copy without a record is no fault."""
    export = write(
        tmp_path / "items-2026-10-01.csv",
        "itemnumber;barcode;homebranch;biblionumber;title;copyrightdate\n1;b1;EAST;5;Tit;c1999\n2;b2;EAST;6;Tat;1999\n3;b3;EAST;;;x\n",
    )
    receipt = load(workspace, [export]).files[0]
    assert (receipt.dispositions["new"], receipt.derived) == (3, {"title": 1})
    assert receipt.notes[0] == "1 row tells nothing of title: a value for it is unreadable"
    with libstats.open(workspace) as con:
        assert con.sql("select line, heading, shape from store.reject").fetchall() == [
            (2, "copyrightdate", "a9999")
        ]


@pytest.mark.parametrize(
    ("heading", "good", "bad"),
    [
        (
            "itemnumber;barcode;homebranch;dateaccessioned\n",
            "1;b1;EAST;2026-09-01\n",
            "2;b2;EAST;x\n",
        ),
        (
            "datetime;branch;value;type;itemnumber;itemtype;location;borrowernumber;ccode;"
            "categorycode;interface\n",
            "2026-09-01 10:00:00;EAST;0;issue;1;BK;GEN;1;FIC;AD;intranet\n",
            "soon;EAST;0;issue;1;BK;GEN;1;FIC;AD;intranet\n",
        ),
        (
            "issue_id;borrowernumber;itemnumber;date_due;branchcode;returndate;issuedate\n",
            "1;1;1;2026-12-01;EAST;;2026-09-01 10:00:00\n",
            "2;1;2;2026-12-01;EAST;;first of May\n",
        ),
    ],
    ids=["copies", "a log", "loans"],
)
def test_a_file_of_which_all_is_rejected_is_not_clean(
    workspace: Workspace, tmp_path: Path, heading: str, good: str, bad: str
) -> None:
    """Nor when it is named again; one with a row that was accepted is, and so is an empty one."""
    for day, rows, is_clean in ((1, "", True), (2, bad, False), (3, good + bad, True)):
        export = write(tmp_path / f"export-2026-10-0{day}.csv", heading + rows)
        for outcome in ("loaded", "repeated"):
            receipt = load(workspace, [export])
            assert (receipt.files[0].outcome, receipt.is_clean) == (outcome, is_clean), str(receipt)

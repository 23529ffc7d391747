"""A later file of a shape, compared with what the one before left."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.files import write

HEADINGS = "issue_id;itemnumber;borrowernumber;issuedate;date_due;returndate\n"
LOAN = "{};{};{};2026-09-01 10:00:00;2026-09-22 23:59:00;2026-09-10 10:00:00\n"


def days(folder: Path, patron: str) -> list[Path]:
    """Two days' exports of the same two loans: the first one's patron is 7, then another; the
    second one's is 9 on both."""
    return [
        write(
            folder / f"old_issues-2026-10-0{day}.csv",
            HEADINGS + LOAN.format(1, 11, borrower) + LOAN.format(2, 12, 9),
        )
        for day, borrower in ((1, "7"), (2, patron))
    ]


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_loan_that_comes_again_with_another_patron_is_theirs(
    is_alone: bool, workspace: Workspace, tmp_path: Path
) -> None:
    files = days(tmp_path, "9")
    for part in [[file] for file in files] if is_alone else [files]:
        receipt = libstats.load(workspace, part)
    # of two loans the first has another patron: one changed, one as it was
    told = receipt.files[-1].dispositions
    assert (told["new"], told["changed"], told["unchanged"]) == (0, 1, 1)
    with libstats.open(workspace) as con:
        # both are of patron 9 now
        assert con.execute("select count(distinct patron_key) from loan").fetchall() == [(1,)]


def test_a_loan_that_comes_again_without_its_patron_loses_their_key(
    workspace: Workspace, tmp_path: Path
) -> None:
    for file in days(tmp_path, ""):
        receipt = libstats.load(workspace, file)
    # the stored row of loan 1 that named patron 7
    assert receipt.files[-1].stripped == 1
    query = "select loan_id, patron_key is null from {} order by all"
    with libstats.open(workspace) as con:
        assert con.execute(query.format("loan")).fetchall() == [("1", True), ("2", False)]
        # in every version: loan 1 twice, of the first day and of the second
        rows = con.execute(query.format("history.loan")).fetchall()
        assert rows == [("1", True), ("1", True), ("2", False)]

"""A loan's patron: who is one, and that none is kept that an export shows as forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats import load
from libstats.workspace.workspace import Workspace
from tests.support.files import write

LOANS = "issue_id;itemnumber;borrowernumber;issuedate;date_due\n"


def loan(patron: str, number: int = 1) -> str:
    """A line of LOANS."""
    return f"{number};5;{patron};2026-01-01 10:00:00;2026-02-01\n"


def test_rows_that_are_equal_since_their_patrons_were_forgotten_are_found_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A loan stands there for two patrons; another report shows it without one; then so does its
    own."""
    load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-10-01.csv",
                LOANS + loan("100") + loan("200") + loan("300", 2),
            )
        ],
    )
    returned = LOANS.replace("date_due", "date_due;returndate") + loan("").replace(
        "\n", ";2026-01-20\n"
    )
    assert (
        load(workspace, [write(tmp_path / "returned-2026-10-02.csv", returned)]).files[0].stripped
        == 2
    )
    for day in (3, 4):
        receipt = load(
            workspace,
            [write(tmp_path / f"loans-2026-10-0{day}.csv", LOANS + loan("") + loan("300", 2))],
        ).files[0]
        assert (
            receipt.outcome,
            receipt.dispositions["unchanged"],
            receipt.dispositions["repeated"],
        ) == ("loaded", 2, 0)
    with libstats.open(workspace) as con:
        assert con.sql(
            "select loan_id, returned_at is not null, patron_key is not null from loan order by all"
        ).fetchall() == [("1", True, False), ("2", False, True)]


@pytest.mark.parametrize("item", ["5", '"5"x'])
def test_a_word_that_means_blank_is_no_patron_however_the_file_is_read(
    workspace: Workspace, tmp_path: Path, item: str
) -> None:
    """A stray quote sends the file through the slow reading, which hashes patrons before words that
    mean blank are looked for."""
    text = (
        LOANS
        + loan("NULL")
        + loan("\\N", 2)
        + loan("", 3)
        + loan("9", 4)
        + loan("9", 5).replace(";5;", f";{item};")
    )
    assert (
        load(workspace, [write(tmp_path / "loans-2026-10-01.csv", text)]).files[0].outcome
        == "loaded"
    )
    with libstats.open(workspace) as con:
        assert con.sql(
            "select loan_id, patron_key is not null from loan order by all"
        ).fetchall() == [("1", False), ("2", False), ("3", False), ("4", True), ("5", True)]
        assert con.sql("select count(distinct patron_key) from loan").fetchall() == [(1,)]


def test_a_patron_is_forgotten_though_the_row_without_one_stood_there_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A file tells of a loan twice, with its patron and without; the next one only without."""
    load(workspace, [write(tmp_path / "loans-2026-10-01.csv", LOANS + loan("100") + loan(""))])
    assert (
        load(workspace, [write(tmp_path / "loans-2026-10-02.csv", LOANS + loan(""))])
        .files[0]
        .stripped
        == 1
    )
    with libstats.open(workspace) as con:
        assert con.sql("select patron_key from loan").fetchall() == [(None,)]

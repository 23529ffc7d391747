"""What a source's SELECT makes of a file that is not as it should be."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats import load
from libstats.workspace.workspace import Workspace
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch;itype\n"


def test_a_heading_that_stands_there_twice_is_told_of(workspace: Workspace, tmp_path: Path) -> None:
    receipt = load(
        workspace,
        [
            write(
                tmp_path / "items-2026-10-01.csv",
                "itemnumber;barcode;homebranch;homebranch\n1;b1;EAST;WEST\n",
            )
        ],
    )
    assert "the heading homebranch stands in it more than once" in receipt.files[0].notes[0]


def test_a_tab_behind_a_barcode_makes_no_other_copy(workspace: Workspace, tmp_path: Path) -> None:
    load(
        workspace,
        [
            write(tmp_path / "items-2026-10-01.csv", f'{ITEMS}1;"b1\t";EAST;BK\n'),
            write(tmp_path / "items-2026-10-02.csv", "barcode;homebranch;itype\nb1;WEST;BK\n"),
        ],
    )
    with libstats.open(workspace) as con:
        assert con.sql("select item_key, barcode, owning_branch from item").fetchall() == [
            ("1", "b1", "WEST")
        ]


def test_a_shape_shows_no_digit_and_no_letter_of_any_script(
    workspace: Workspace, tmp_path: Path
) -> None:
    load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-10-01.csv",
                "issue_id;issuedate;date_due\n1;٤٧ हिन्दी Ⅳ ǅ;2026-10-01\n",
            )
        ],
    )
    with libstats.open(workspace) as con:
        assert con.sql("select shape from store.reject").fetchall() == [("99 aaaaaa 9 a",)]

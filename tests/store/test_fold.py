"""The fold: several rows of a key become one."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats import load
from libstats.workspace.workspace import Workspace
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch;itype\n"


def test_two_rows_of_a_copy_are_weighed_anew_though_an_older_list_came_between(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The third day's list holds both rows, as the first day's did, which was loaded after the
    second's: the greater value wins, as if they had come in order."""
    days = {1: ("EAST", "WEST"), 2: ("EAST",), 3: ("EAST", "WEST")}
    for day in (2, 1, 3):
        load(
            workspace,
            [
                write(
                    tmp_path / f"items-2026-10-0{day}.csv",
                    ITEMS + "".join(f"1;b1;{branch};BK\n" for branch in days[day]),
                )
            ],
        )
    with libstats.open(workspace) as con:
        assert con.sql("select owning_branch from item").fetchall() == [("WEST",)]

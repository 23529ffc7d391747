"""What a row that cannot be read leaves behind."""

from __future__ import annotations

from pathlib import Path

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
    assert receipt.notes[0] == "1 row tells nothing of title, since a value for it cannot be read"
    with libstats.open(workspace) as con:
        assert con.sql("select line, heading, shape from store.reject").fetchall() == [
            (2, "copyrightdate", "a9999")
        ]

"""Opening a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats import load
from libstats.errors import LibstatsError
from libstats.workspace.workspace import CONFIG, Workspace
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch;itype\n"


def test_a_day_that_is_none_is_told_in_words(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, [write(tmp_path / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")])
    with pytest.raises(LibstatsError, match="is not a day"):
        libstats.open(workspace, known_on="last month")


CODED = "itemnumber;barcode;homebranch;notforloan\n1;b1;EAST;7\n2;b2;EAST;-1\n"


def test_a_role_is_joined_when_asked(workspace: Workspace, tmp_path: Path) -> None:
    """What the library says of a code after the load counts at once, also of what was known then;
    the line for another source does not."""
    load(workspace, [write(tmp_path / "items-2026-10-01.csv", CODED)])
    asked = "select item_key, role, unknown_code from copy_state order by item_key"
    unknown = [("1", None, 'not_for_loan_code "7"'), ("2", "on order", None)]
    with libstats.open(workspace) as con:
        assert con.sql(asked).fetchall() == unknown
        assert con.sql("select code from role where is_own").fetchall() == []
    line = '[roles.{}.item.not_for_loan_code]\n7 = "repair"\n'
    elsewhere = '[sources.koha]\nsystem = "koha"\n[sources.east]\nsystem = "koha"\n'
    for text, found in (
        (elsewhere + line.format("east"), unknown),
        (line.format("koha"), [("1", "repair", None), ("2", "on order", None)]),
    ):
        (workspace.folder / CONFIG).write_text(text, encoding="utf-8")
        for known_on in (None, "2126-01-01"):
            with libstats.open(workspace.folder, known_on=known_on) as con:
                assert con.sql(asked).fetchall() == found

"""Opening a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats import load
from libstats.errors import LibstatsError
from libstats.workspace.workspace import Workspace
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch;itype\n"


def test_a_day_that_is_none_is_told_in_words(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, [write(tmp_path / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")])
    with pytest.raises(LibstatsError, match="is not a day"):
        libstats.open(workspace, known_on="last month")

"""What `libstats rejects` shows of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats import load
from libstats.cli.listing import rejects
from libstats.errors import LibstatsError
from libstats.workspace.workspace import Workspace
from tests.support.files import write


def test_the_lines_of_a_file_that_has_changed_are_not_shown(
    workspace: Workspace, tmp_path: Path
) -> None:
    export = write(
        tmp_path / "items-2026-10-01.csv",
        "itemnumber;barcode;homebranch;onloan\n1;b1;EAST;soon\n2;b2;EAST;\n",
    )
    load(workspace, [export])
    assert "    1 | b1 | EAST | soon" in rejects(workspace, 1, export)
    write(export, "itemnumber;barcode;homebranch;onloan\n2;b2;EAST;\n1;b1;EAST;soon\n")
    for number in (1, None):
        with pytest.raises(LibstatsError, match="has changed since"):
            rejects(workspace, number, export)

"""What `libstats rejects` shows of a file, and how `libstats check` lists what looks wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from libstats import load
from libstats.cli.listing import alarms, rejects
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


def test_alarms_of_one_kind_share_what_they_mean(workspace: Workspace, tmp_path: Path) -> None:
    text = "itemnumber;barcode;homebranch;notforloan\n1;b1;EAST;77\n2;b2;EAST;78\n"
    load(workspace, [write(tmp_path / "items-2026-10-01.csv", text)])
    lines = alarms(workspace, datetime(2026, 11, 1))[0].splitlines()
    assert ['"77"' in lines[0], '"78"' in lines[1]] == [True, True]
    assert [line.startswith("    nobody declared") for line in lines[:4]].count(True) == 1
    assert max(map(len, lines[2:])) <= 100

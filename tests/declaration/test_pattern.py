"""Patterns of declarations take time that grows with the text alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import libstats
from libstats.declaration import pattern
from libstats.errors import WorkspaceError
from libstats.sources import sources
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

EVIL = "(a+)+$"
LONG = "a" * 60 + "!"
ENTRY = """
[export."apollo items"]
recognise = ["Item no.", "Home"]
happened = ["added_on"]
{more}
[export."apollo items".columns.item]
"Item no." = "item_id"
"Home" = "owning_branch"
"Added" = "added_on"
"""


def test_every_pattern_of_libstats_is_one_that_is_known() -> None:
    given = {
        wanted
        for source in sources()
        for wanted in (source.footer, source.failure, *source.fits.values(), *source.glean.values())
        if wanted
    }
    assert [wanted for wanted in given if pattern.fault(wanted)] == []


def test_no_pattern_goes_back_for_years() -> None:
    since = time.monotonic()
    assert not pattern.fits(EVIL, LONG) and not pattern.begins(EVIL, LONG)
    assert pattern.found(EVIL, [LONG, "xaa"]) == ["", "aa"]
    assert time.monotonic() - since < 5


@pytest.mark.parametrize("key", ["footer", "failure"])
def test_a_library_s_own_pattern_stops_no_load(
    key: str, workspace: Workspace, tmp_path: Path
) -> None:
    config = workspace.folder / CONFIG
    entry = ENTRY.format(more=f'{key} = "{EVIL}"')
    config.write_text(config.read_text(encoding="utf-8") + entry, encoding="utf-8")
    file = write(
        tmp_path / "items-2026-10-31.csv",
        f"Item no.,Home,Added\n1,EAST,2026-10-01\n{LONG}\n{'a' * 60}\n",
    )
    since = time.monotonic()
    receipt = libstats.load(find(workspace.folder), [file]).files[0]
    assert time.monotonic() - since < 20
    assert (receipt.dispositions["set aside"], receipt.dispositions["rejected"]) == (1, 1)


def test_a_pattern_that_would_go_back_is_a_fault(workspace: Workspace) -> None:
    config = workspace.folder / CONFIG
    entry = ENTRY.format(more="footer = '(?=a)b'")
    config.write_text(config.read_text(encoding="utf-8") + entry, encoding="utf-8")
    with pytest.raises(WorkspaceError, match="is not a regular expression"):
        find(workspace.folder)

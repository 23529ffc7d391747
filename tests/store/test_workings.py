"""What a refold works with is its own: named after the table, gone when it is spent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import libstats
from libstats.store import generations, settle, workings
from libstats.workspace.workspace import Workspace
from tests.support.files import write

ITEMS = "itemnumber;barcode;homebranch\n"


def undone(workspace: Workspace, folder: Path) -> tuple[set[str], list[str]]:
    """The temp tables that are there when the first of two lists was undone in a command of its
    own, and the copies that it touched, as far as that is there."""
    lists = {1: "1;b1;EAST\n2;b2;EAST\n", 2: "2;b2;WEST\n3;b3;WEST\n"}
    for day, rows in lists.items():
        libstats.load(workspace, [write(folder / f"items-2026-10-0{day}.csv", ITEMS + rows)])
    with generations.writing(workspace.store) as writer:
        settle.undo_load(writer.con, 1, datetime(2026, 11, 1))
        temporary = "select table_name from duckdb_tables() where temporary"
        found = {name for (name,) in writer.con.execute(temporary).fetchall()}
        touched = "select item_key from item_touched order by all"
        keys = writer.con.execute(touched).fetchall() if "item_touched" in found else []
    return found, [key for (key,) in keys]


def test_nothing_is_left_of_a_refold_that_is_spent(workspace: Workspace, tmp_path: Path) -> None:
    assert undone(workspace, tmp_path) == (set(), [])


def test_every_step_can_be_kept_to_be_looked_at(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workings, "IS_KEPT", True)
    found, keys = undone(workspace, tmp_path)
    assert {f"item_{step}" for step in ("run", "touched", "spoken", "several", "sole")} <= found
    assert keys == ["1", "2"]

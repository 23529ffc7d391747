"""What a receipt says of rows that are not believed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import libstats
from libstats.loading.receipt import FileReceipt
from libstats.workspace.workspace import Workspace
from tests.support.files import write

FORM = (
    "nothing of it was taken. To correct a line, write the new day into its entered_at, "
    "and load again"
)


@pytest.mark.parametrize(
    ("label", "stale", "said"),
    [
        ("own serial issues", 1, f"1 row differs from what is held and is not newer: {FORM}"),
        (
            "own subscriptions",
            2,
            "2 rows differ from what is held and are not newer: "
            f"{FORM.replace('of it', 'of them')}",
        ),
        (
            "koha items",
            2,
            "2 rows differ from what is held and are not newer: nothing of them was taken. "
            "If this file is a correction, load it with --exported-at and its time",
        ),
        ("own serial issues", 0, None),
    ],
)
def test_rows_that_are_not_newer_are_told_of_in_words(
    label: str, stale: int, said: str | None
) -> None:
    receipt = FileReceipt(
        *("issues.csv", "loaded", label),
        seq=2,
        exported_at=datetime(2026, 11, 1),
        exported_from="newest",
        rows_read=7,
        dispositions={"unchanged": 7 - stale, "stale": stale},
    )
    assert receipt.lines()[2:] == ([f"    {said}"] if said else [])


@pytest.mark.parametrize("in_batches", [True, False])
def test_rows_that_are_not_newer_are_named(
    in_batches: bool, workspace: Workspace, tmp_path: Path
) -> None:
    """Of five copies four are of another type in the older file, which comes last."""
    head = "itemnumber,barcode,biblionumber,homebranch,itype\n"
    rows = [f"{n},b{n},{n},EAST," for n in range(1, 6)]
    newer = write(tmp_path / "a-2026-10-02.csv", head + "".join(f"{r}BK\n" for r in rows))
    older = "".join(f"{row}{'BK' if n == 2 else 'DVD'}\n" for n, row in enumerate(rows))
    write(tmp_path / "b-2026-10-01.csv", head + older)
    if not in_batches:
        libstats.load(workspace, newer)
    receipt = libstats.load(workspace, tmp_path).files[1]
    assert receipt.dispositions["stale"] == 4
    assert receipt.stale == ("1", "2", "4")
    assert any("4 rows (1, 2, 4, ...) differ" in line for line in receipt.lines())

"""What a receipt says of rows that are not believed."""

from __future__ import annotations

from datetime import datetime

import pytest

from libstats.loading.receipt import FileReceipt

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
            "2 rows differ from what is held and are not newer: nothing of them was taken",
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

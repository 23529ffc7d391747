"""A few seconds of `python -m tests.fuzz`, and that it finds what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats.receipts import FileReceipt
from tests import fuzz


def test_random_damage_is_refused_in_words_or_counted_row_by_row() -> None:
    found = fuzz.Found()
    fuzz.batch(range(24), 20261031, found)
    assert found.wrong == []
    assert sum(found.done.values()) >= 24


@pytest.mark.parametrize(
    ("read", "dispositions", "rows", "told"),
    [
        (2, {"new": 2, "set aside": 0}, None, None),
        (2, {"new": 1, "set aside": 0}, None, "2 rows, dispositions"),
        (1, {"new": 1, "set aside": 0}, None, "1 rows read, counted"),
        (2, {"new": 2, "set aside": 0}, 3, "a sound file of 3 rows"),
    ],
)
def test_a_row_lost_would_be_found(read: int, dispositions: dict[str, int], rows: int | None, told: str | None) -> None:
    receipt = FileReceipt("x", "loaded", rows_read=read, dispositions=dispositions)
    assert (fuzz.wrong_with(receipt, b"a,b\n1,2\n3,4\n", rows) or "")[: len(told or "")] == (told or "")


def test_a_case_is_made_again_from_its_number(tmp_path: Path) -> None:
    first, again = ([fuzz.case(7, number, tmp_path) for number in range(40)] for _ in range(2))
    assert first == again
    assert {form.split(" ")[0] for form, _, _ in first} == {"text", "tabs", "xlsx", "xls", "ods"}

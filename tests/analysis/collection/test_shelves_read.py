"""Which shelves were read when last, and which never; each worked by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.collection.shelves_read import left_out
from tests.support.tables import Rows, holding

OCTOBER, MAY = datetime(2026, 10, 28, 10), datetime(2026, 5, 4, 9)


def copies(first: int, last: int, call_number: str, **more: Any) -> Rows:
    row = {"owning_branch": "EAST", "location": "GEN", "call_number": call_number, **more}
    return [{"item_id": str(n), "barcode": f"b{n}", **row} for n in range(first, last + 1)]


def scans(first: int, last: int, at: datetime, branch: str | None = "EAST") -> Rows:
    row = {"source": "scanner", "scanned_at": at, "branch": branch, "is_seen": True}
    return [{**row, "barcode": f"b{n}", "position": n} for n in range(first, last + 1)]


# nine of cooking, three of birds, six of history, five of cooking at the other branch
ITEMS = [
    *copies(1, 9, "641.5 A"),
    *copies(11, 13, "598 B"),
    *copies(21, 26, "940 C"),
    *copies(31, 35, "641.5 A", owning_branch="WEST"),
]


def read(*lists: Rows, items: Rows = ITEMS, **period: Any) -> list[tuple[Any, ...]]:
    """Of each shelf its branch, first copies, copies seen, and the day on which it was read."""
    with holding(item=items, shelf_scan=[row for rows in lists for row in rows]) as con:
        told = libstats.shelves_read(con, **period)
        return told.select("branch, copies, scanned, read_on").fetchall()


def test_what_was_never_read_comes_first_then_what_was_read_longest_ago() -> None:
    """Five of nine in May and one more in October, two of three in October; three of six are no
    reading, and five of the other branch seen in the wrong place are none of its shelf."""
    found = read(
        scans(1, 5, MAY), scans(9, 9, OCTOBER), scans(11, 12, OCTOBER), scans(21, 23, OCTOBER),
        scans(31, 35, OCTOBER),
    )  # fmt: skip
    assert found == [
        ("EAST", 6, 3, None),
        ("WEST", 5, 0, None),
        ("EAST", 9, 6, date(2026, 5, 4)),
        ("EAST", 3, 2, date(2026, 10, 28)),
    ]


def test_a_list_that_names_no_branch_is_where_the_records_say() -> None:
    found = read(scans(31, 35, OCTOBER, branch=None))
    assert found[-1] == ("WEST", 5, 5, date(2026, 10, 28))


def test_a_period_has_its_own_scans_alone() -> None:
    found = read(scans(1, 9, MAY), since="2026-06-01")
    assert {day for *_, day in found} == {None}


def test_what_cannot_be_scanned_is_on_no_shelf() -> None:
    """Of four copies one is lost, one has no barcode, and two have one barcode."""
    items = copies(1, 4, "641.5 A")
    items[0] |= {"lost_code": "1"}
    items[1]["barcode"] = None
    items[3]["barcode"] = "b3"
    with holding(item=items, shelf_scan=scans(1, 4, MAY)) as con:
        assert libstats.shelves_read(con).fetchall() == []
        told = [rows for _, rows in left_out(con, since="2026-06-01").fetchall()]
        assert told == [1, 0, 3, 4]


def test_the_answer_says_how_many_were_read() -> None:
    for lists, read_now, others in ((scans(1, 9, MAY), 1, 14), ([], 0, 23)):
        with holding(item=ITEMS, shelf_scan=lists) as con:
            said = f"{read_now} of 4 shelves were read; copies on the others: {others}"
            assert answer(con, "shelves_read") == [said]

"""Scans of shelves, worked by hand."""

from __future__ import annotations

from datetime import date, datetime
from itertools import combinations
from typing import Any

import duckdb
from hypothesis import given
from hypothesis import strategies as st

import libstats
from libstats.analysis.collection.shelf_order import out_of_order
from libstats.analysis.collection.shelf_reading import left_out
from tests.support.tables import Rows, dicts, holding

DAY = datetime(2026, 10, 28, 9)


def copy(number: int, call_number: str | None, **more: Any) -> dict[str, Any]:
    row = {"item_id": str(number), "barcode": f"b{number}", "title_id": str(number)}
    row |= {"owning_branch": "EAST", "location": "GEN", "call_number": call_number}
    return {**row, **more}


def scan(place: int, barcode: str, **more: Any) -> dict[str, Any]:
    row = {"source": "scanner", "barcode": barcode, "scanned_at": DAY, "position": place}
    return {**row, "branch": "EAST", "shelf": "641", "is_seen": True, **more}


def row_of(*call_numbers: str) -> Rows:
    """Copies 1, 2, 3, ... of these call numbers."""
    return [copy(n, number) for n, number in enumerate(call_numbers, start=1)]


def scanned(*numbers: int) -> Rows:
    """These copies in this order."""
    return [scan(place, f"b{n}") for place, n in enumerate(numbers, start=1)]


def findings(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    rows = libstats.shelf_findings(con).select("place, finding, barcode, stands_after, holds")
    return rows.fetchall()


def test_as_few_copies_as_can_be_are_moved() -> None:
    """Of 641.1, 641.9, 641.2, 641.3, 641.3, 641.4 the second alone is wrong: it belongs last."""
    numbers = ("641.1 A", "641.9 A", "641.2 A", "641.3 A", "641.3 A", "641.4 A")
    con = holding(None, item=row_of(*numbers), shelf_scan=scanned(1, 2, 3, 4, 5, 6))
    assert findings(con) == [(2, "out of order", "b2", "641.4 A", 0)]
    ((day, *told),) = libstats.shelf_reading(con).fetchall()
    # nothing else is on record between 641.1 and 641.4
    assert (day, told) == (DAY.date(), ["EAST", "641", 6, 5, 1, 0, 0, 0, 0, 0, 0])


def test_a_found_copy_says_where_it_belongs() -> None:
    """641.9 is recorded as lost and stands between 641.1 and 641.2; 641.25 stands where it
    should."""
    items = row_of("641.1 A", "641.9 A", "641.2 A", "641.25 A", "641.3 A")
    for copy_of in (items[1], items[3]):
        copy_of |= {"lost_code": "1", "lost_on": date(2026, 10, 1)}
    con = holding(None, item=items, shelf_scan=scanned(1, 2, 3, 4, 5))
    rows = libstats.shelf_findings(con).select("barcode, finding, stands_after, stands_beside")
    assert rows.fetchall() == [
        ("b2", "found, recorded as lost", "641.3 A", "641.1 A"),
        ("b4", "found, recorded as lost", None, "641.2 A"),
    ]


def test_the_row_of_a_session_adds_up() -> None:
    """One copy of each kind."""
    items = row_of(*(f"641.{n} A" for n in range(1, 8)))
    items[0] |= {"call_number": "641.99 A"}
    items[4] |= {"owning_branch": "WEST"}
    items[5] |= {"lost_code": "1", "lost_on": date(2026, 10, 1)}
    items[6] |= {"due_on": date(2026, 11, 9)}
    items.append(copy(8, None))
    con = holding(None, item=items, shelf_scan=[*scanned(*range(1, 9)), scan(9, "p900")])
    (row,) = dicts(libstats.shelf_reading(con).select("* exclude (day, branch, shelf)"))
    assert (row.pop("scanned"), row.pop("not_scanned")) == (9, None)
    assert row.pop("in_place") == 3
    assert set(row.values()) == {1} and len(row) == 6


def test_lists_of_a_day_are_sessions_of_their_own() -> None:
    """Two ranges, each in order, with b3 in both; b4 was seen by the other list."""
    items = row_of(*(f"641.{n} A" for n in range(1, 9)))
    lists = {"y": (4, 7, 8), "x": (1, 2, 3, 5, 6, 7)}
    scans = [
        scan(place, f"b{n}", list_id=name)
        for name, numbers in lists.items()
        for place, n in enumerate(numbers, start=1)
    ]
    con = holding(None, item=items, shelf_scan=scans)
    told = libstats.shelf_reading(con).select("scanned, out_of_order, not_scanned").fetchall()
    assert told == [(6, 0, 0), (3, 0, None)]


def test_volumes_stand_by_their_number() -> None:
    items = [copy(n, "641 A", volume=volume) for n, volume in ((1, "v.2"), (2, "v.10"), (3, "v.1"))]
    con = holding(None, item=items, shelf_scan=scanned(1, 2, 3))
    assert [row[2] for row in findings(con)] == ["b3"]


def test_what_strayed_and_what_is_recorded_otherwise() -> None:
    """One finding a copy: what its record says of it goes before where it belongs. A copy that was
    lent after the scan stood there then."""
    before, after = date(2026, 10, 1), date(2026, 10, 30)
    items = row_of(*(f"641.{n} A" for n in range(1, 6)))
    items += [
        copy(6, "641.6 A", owning_branch="WEST"),
        copy(7, "641.7 A", location="STACK"),
        copy(8, "641.8 A", lost_code="1", lost_on=before),
        copy(9, "641.9 A", due_on=after, last_borrowed_on=before),
        copy(10, "641.91 A", due_on=after, last_borrowed_on=after),
        copy(11, None),
        copy(12, "641.92 A", owning_branch="WEST", current_branch="EAST"),
    ]
    scans = [*scanned(*range(1, 13)), scan(13, "p900")]
    waiting: Rows = [
        {"hold_id": "1", "title_id": "8", "ready_on": None},
        {"hold_id": "2", "title_id": "8", "ready_on": before},
    ]
    con = holding(None, item=items, shelf_scan=scans, hold=waiting)
    assert findings(con) == [
        (6, "strayed from another branch", "b6", None, 0),
        (7, "strayed from another shelf", "b7", None, 0),
        (8, "found, recorded as lost", "b8", None, 1),
        (9, "stands here, recorded as on loan", "b9", None, 0),
        (11, "no call number tells its order", "b11", None, 0),
        (13, "no copy on record", None, None, 0),
    ]
    assert dicts(libstats.shelf_reading(con).select("* exclude (day, branch, shelf)")) == [
        {
            "scanned": 13,
            "in_place": 7,
            "out_of_order": 0,
            "strayed": 2,
            "found": 1,
            "recorded_elsewhere": 1,
            "not_judged": 1,
            "unknown": 1,
            "not_scanned": 0,
        }
    ]


def test_what_is_on_record_and_was_not_scanned() -> None:
    """Of 641.1 to 641.7 all but 641.4 was seen; 641.5 is on loan, 641.6 was used since, and 641.9
    stands behind the range."""
    later = date(2026, 10, 30)
    items = row_of(*(f"641.{n} A" for n in range(1, 10)))
    items[4] |= {"due_on": later}
    items[5] |= {"last_seen_on": later}
    con = holding(None, item=items, shelf_scan=scanned(1, 2, 3, 7, 8))
    assert findings(con) == [(None, "on record here and not scanned", "b4", "641.3 A", 0)]
    ((*place,),) = (
        libstats.shelf_findings(con).select("belongs_branch, belongs_location").fetchall()
    )
    assert place == ["EAST", "GEN"]


def test_of_several_scans_of_a_copy_the_last_tells() -> None:
    """On the 28th 641.9 stands second, 641.2 is lost and there. On the 29th 641.9 stands last again,
    and 641.2 is seen twice: it is found once. On the 30th 641.3 is not there any more."""
    items = row_of(*(f"641.{n} A" for n in (1, 2, 3, 4, 5, 6, 9)))
    items[1] |= {"lost_code": "1", "lost_on": date(2026, 10, 1)}
    found = "found, recorded as lost"
    days: list[tuple[int, tuple[int, ...]]] = [
        (28, (1, 7, 2, 3, 4, 5, 6)),
        (29, (1, 2, 3, 4, 5, 6, 7)),
    ]
    days.append((30, (1, 2, 4, 5, 6, 7)))
    expected = [
        [(2, "out of order", "b7", "641.6 A", 0), (3, found, "b2", None, 0)],
        [(2, found, "b2", None, 0)],
        [(2, found, "b2", None, 0), (None, "on record here and not scanned", "b3", "641.1 A", 0)],
    ]
    scans: Rows = []
    for (day, order), told in zip(days, expected, strict=True):
        at = datetime(2026, 10, day, 9)
        scans += [scan(n, f"b{which}", scanned_at=at) for n, which in enumerate(order, start=1)]
        assert findings(holding(None, item=items, shelf_scan=scans)) == told


def test_a_scan_of_some_copies_says_nothing_of_the_others() -> None:
    """Five of ten stand there: less than two thirds; of four nothing is told either."""
    items = row_of(*(f"641.{n} A" for n in range(10, 20)))
    for numbers in ((1, 3, 5, 7, 10), (1, 2, 3, 5)):
        con = holding(None, item=items, shelf_scan=scanned(*numbers))
        assert findings(con) == []
        assert libstats.shelf_reading(con).select("not_scanned").fetchall() == [(None,)]


def test_sessions_are_told_apart_and_scans_that_tell_nothing_are_counted() -> None:
    scans = [
        *scanned(1, 2),
        scan(1, "b1", shelf="642"),
        scan(1, "b1", scanned_at=datetime(2026, 10, 29)),
        scan(3, "b3", is_seen=False),
        scan(4, "b4", is_seen=None),
        scan(5, "b5", scanned_at=datetime(2025, 1, 1)),
    ]
    con = holding(None, item=row_of("641.1 A", "641.2 A"), shelf_scan=scans)
    year = {"since": "2026-01-01", "until": "2027-01-01"}
    found = libstats.shelf_reading(con, **year).select("day, shelf, scanned").fetchall()
    assert found == [
        (date(2026, 10, 29), "641", 1),
        (DAY.date(), "641", 2),
        (DAY.date(), "642", 1),
    ]
    assert [rows for _, rows in left_out(con, **year).fetchall()] == [1, 1, 1]


def test_a_barcode_of_no_copy_is_shown_nowhere() -> None:
    both = [copy(1, "641 A"), {**copy(1, "641 A"), "source": "alma"}]
    con = holding(None, item=both, shelf_scan=[scan(1, "p900"), scan(2, "b1")])
    assert findings(con) == [
        (1, "no copy on record", None, None, 0),
        (2, "a barcode of several copies", "b1", None, 0),
    ]
    assert libstats.shelf_reading(con).select("scanned, unknown").fetchall() == [(2, 2)]


@given(st.lists(st.integers(0, 5), max_size=8))
def test_no_smaller_number_would_do(keys: list[int]) -> None:
    """All ways to take copies out, from none on, until the rest stands in order."""
    moved = out_of_order(keys)
    rest = [key for at, key in enumerate(keys) if at not in moved]
    assert rest == sorted(rest)
    least = next(
        size
        for size in range(len(keys) + 1)
        for out in combinations(range(len(keys)), size)
        if (left := [k for at, k in enumerate(keys) if at not in out]) == sorted(left)
    )
    assert len(moved) == least

"""What scans of shelves found, on the page of the collection and in today's list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from libstats.analysis.today.scans import found_by_scans, not_scanned, seen, to_do
from libstats.report.collection.scans import Scans, read_scans, scanned
from libstats.report.today import beside
from tests.support.tables import Rows, holding

SESSION = {"day": date(2026, 10, 28), "branch": "EAST", "shelf": None, "scanned": 9, "in_place": 6}
SESSION |= {"out_of_order": 1, "strayed": 0, "found": 1, "recorded_elsewhere": 0, "unknown": 1}
SESSION |= {"not_judged": 0}
FINDING = {
    "day": date(2026, 10, 28),
    "title": "On salt /",
    "shelf": None,
    "place": None,
    "barcode": "b4",
    "call_number": "641.4 A",
    "holds": 0,
}
FINDING |= {"finding": "on record here and not scanned", "stands_after": None}
FINDING |= {"belongs_branch": None, "belongs_location": None, "belongs_collection": None}


def test_the_page_says_what_to_mend_first() -> None:
    html = scanned(
        Scans(
            [{**SESSION, "not_scanned": None}],
            [
                {**FINDING, "place": 2, "finding": "out of order", "stands_after": "641.3 A"},
                {**FINDING, "place": 5, "finding": "found, recorded as lost", "holds": 2},
                FINDING,
                {**FINDING, "finding": "no copy on record", "place": 7, "barcode": None}
                | {"stands_beside": "641.7 A"},
            ],
            barcodes=9,
        )
    )
    assert "1 scan saw 9 barcodes: 1 copy out of order, 0 strayed, 1 found" in html
    assert "First check in what was found: patrons wait for some of them." in html
    assert "after 641.3 A" in html and "not scanned" in html and "On salt<" in html
    assert "place 7, beside 641.7 A" in html and "look at its barcode" in html


def test_without_a_scan_the_page_says_what_would_tell() -> None:
    assert "docs/export-scanner.md" in scanned(Scans())


def test_the_page_says_which_shelves_were_never_read() -> None:
    shelf = {"branch": "EAST", "location": "GEN", "collection": None, "class": "Arts", "copies": 9}
    never = shelf | {"scanned": 1, "read_on": None}
    html = scanned(Scans(shelves=[never, shelf | {"scanned": 9, "read_on": date(2026, 5, 4)}]))
    assert "No scan that is loaded read 1 of 2 shelves: first Arts, EAST, GEN, with 9 c" in html
    assert "never" in html and "Last read on" in html


def today(day: datetime) -> list[dict[str, Any]]:
    """What today's list has of a lost copy and a stray that were scanned on a day; the newest list
    of copies is of October 31."""
    items: Rows = [
        {"item_id": str(n), "barcode": f"b{n}", "owning_branch": "EAST", "call_number": "641 A"}
        for n in range(3)
    ]
    items[0] |= {"owning_branch": "WEST", "collection": "FIC"}
    items[1] |= {"lost_code": "1", "title_id": "1"}
    scans: Rows = [
        {"source": "scanner", "barcode": f"b{n}", "scanned_at": day, "branch": "EAST"}
        | {"is_seen": True, "position": n + 1}
        for n in range(3)
    ]
    con = holding(None, item=items, shelf_scan=scans, hold=[{"hold_id": "1", "title_id": "1"}])
    con.execute("update loaded_file set exported_at = '2026-10-31'")
    return found_by_scans(con)


def test_todays_list_names_what_lately_was_found_and_what_strayed() -> None:
    found = today(datetime(2026, 10, 28))
    assert [(row["barcode"], to_do(row), seen(row)) for row in found] == [
        (
            "b1",
            "found, recorded as lost: check it in, 1 waits for it",
            "October 28, EAST, beside 641 A",
        ),
        (
            "b0",
            "strayed from another branch: bring it to WEST, FIC",
            "October 28, EAST, beside 641 A",
        ),
    ]
    ((_, heading, html),) = beside.scanned(found)
    assert heading == "Found by scans of the shelves: 2"
    assert "b0" in html
    assert today(datetime(2026, 10, 1)) == [] == beside.scanned([])


def test_scans_of_later_days_than_the_copies_are_said_to_be_so() -> None:
    html = scanned(Scans(later=date(2026, 11, 28), last=date(2026, 10, 31)))
    assert "up to November 28, 2026. The copies are told of up to October 31, 2026" in html
    assert "load newer items" in html and "No scan" not in html
    con = holding(None, item=[], shelf_scan=[SCAN])
    assert read_scans(con, date(2025, 11, 1), date(2026, 10, 27), "").later == date(2026, 10, 28)
    assert read_scans(con, date(2025, 11, 1), date(2026, 10, 28), "").later is None
    assert read_scans(con, date(2025, 11, 1), date(2026, 10, 27), "WEST").later is None


SCAN = {"source": "scanner", "barcode": "b1", "scanned_at": datetime(2026, 10, 28, 9)}
SCAN |= {"branch": "EAST", "is_seen": True, "position": 1}


def test_a_copy_stands_in_todays_list_once() -> None:
    """Of 641.1 to 641.9 two lists saw all but 641.4; 641.8 is on loan by its record and 641.9 stands
    first: fetched beside 641.1, and moved after 641.7. What is checked in is brought to its place."""
    items: Rows = [
        {
            "item_id": str(n),
            "barcode": f"b{n}",
            "owning_branch": "EAST",
            "call_number": f"641.{n} A",
        }
        for n in range(1, 10)
    ]
    items[7] |= {"due_on": date(2026, 11, 9)}
    order = (1, 9, 2, 3, 5, 6, 7, 8)
    scans: Rows = [
        {**SCAN, "barcode": f"b{n}", "list_id": name, "position": place}
        for name in ("x", "y")
        for place, n in enumerate(order, start=1)
    ]
    con = holding(None, item=items, shelf_scan=scans)
    con.execute("update loaded_file set exported_at = '2026-10-31'")
    there, absent = not_scanned(found_by_scans(con))
    assert [(row["barcode"], to_do(row), seen(row)) for row in there] == [
        (
            "b8",
            "stands here, recorded as on loan: check it in at the desk, and bring it to EAST",
            "October 28, EAST, beside 641.7 A",
        ),
        ("b9", "out of order: move it after 641.7 A", "October 28, EAST, beside 641.1 A"),
    ]
    assert absent.startswith("1 copy was not scanned where the record puts it: look once more")

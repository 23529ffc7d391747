"""What a first look found, by batch and vendor: counted by hand."""

from __future__ import annotations

from typing import Any

import duckdb

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.record_faults import left_out
from tests.support.tables import Rows, holding, loaded

ORDERS: Rows = [
    {"order_line_id": "1", "title_id": "1", "vendor_name": "Quayside"},
    {"order_line_id": "2", "title_id": "2", "vendor_name": "Quayside"},
    {"order_line_id": "3", "title_id": "2", "vendor_name": "Harbour"},
    {"order_line_id": "4", "source": "edifact", "isbn": "9780306406157", "vendor_name": "Harbour"},
]


def batches() -> duckdb.DuckDBPyConnection:
    """Two batches: 1 and 5 stand in both, 5 mended in the second; 2 has orders of two vendors, 3 is
    ordered by its ISBN in another form, 4 names its vendor. 6 has the ISBN of 3, and is own work."""
    con = holding(None, order_line=ORDERS)
    loaded(
        con,
        ["2026-09-30", "2026-10-31"],
        [
            {"title_id": "1", "faults": "no subject; local field"},
            {"title_id": "2", "faults": "none", "until_seq": 2},
            {"title_id": "3", "faults": "local field", "isbn": "0-306-40615-2", "until_seq": 2},
            {"title_id": "4", "faults": "no title", "vendor_name": "Weir", "until_seq": 2},
            {"title_id": "5", "faults": "no title; no subject", "until_seq": 2},
            {"title_id": "5", "faults": "none", "from_seq": 2},
            {"title_id": "6", "faults": "no subject", "isbn": "0306406152", "until_seq": 2}
            | {"cataloguing_agency": "arc"},
        ],
    )
    con.execute("set variable cataloguing_agency = 'ARC'")
    return con


def found(con: duckdb.DuckDBPyConnection, **period: Any) -> list[tuple[Any, ...]]:
    rows = libstats.record_faults(con, **period)
    return rows.select("load, vendor, category, titles, found, sample").fetchall()


def test_counts_by_batch_and_vendor_with_and_without_what_is_local() -> None:
    every = "any of these, or something local"
    assert found(batches()) == [
        (2, "Quayside", "no subject", 1, 1, "1"),
        (2, "Quayside", "local field", 1, 1, "1"),
        (2, "Quayside", "any of these", 1, 1, "1"),
        (2, "Quayside", every, 1, 1, "1"),
        (2, None, "any of these", 1, 0, None),
        (2, None, every, 1, 0, None),
        (1, "Harbour", "local field", 1, 1, "3"),
        (1, "Harbour", "any of these", 1, 0, None),
        (1, "Harbour", every, 1, 1, "3"),
        (1, "Weir", "no title", 1, 1, "4"),
        (1, "Weir", "any of these", 1, 1, "4"),
        (1, "Weir", every, 1, 1, "4"),
        (1, None, "no subject", 2, 1, "6"),
        (1, None, "any of these", 2, 1, "6"),
        (1, None, every, 2, 1, "6"),
    ]


def test_a_record_counts_once_as_the_newest_file_has_it() -> None:
    """1 and 5 stand in both files: 5 is mended in the second. Up to September 5 is not mended."""
    con = batches()
    counts = dict(left_out(con).fetchall())
    assert counts["told again by a newer file, with which they count"] == 2
    whole = libstats.record_faults(con).filter("category = 'any of these'")
    assert whole.aggregate("sum(titles), sum(found)").fetchall() == [(6, 3)]
    before = libstats.record_faults(con, until="2026-10-01").filter("sample like '%5%'")
    assert before.select("category").distinct().order("category").fetchall() == [
        ("any of these",),
        ("any of these, or something local",),
        ("no subject",),
        ("no title",),
    ]


def test_a_period_its_receipt_and_its_words() -> None:
    con = batches()
    october = {"since": "2026-10-01", "until": "2026-11-01"}
    assert {row[0] for row in found(con, **october)} == {2}
    assert dict(left_out(con, **october).fetchall())["counted, but of no vendor that is told"] == 1
    assert answer(con, "record_faults", **october) == [
        "batch-2.mrc: 1 of 2 records have something of this, 1 with what is local"
    ]


def test_an_undone_batch_is_none() -> None:
    con = batches()
    con.execute("update loaded_file set is_active = seq = 1")
    assert {row[0] for row in found(con)} == {1}

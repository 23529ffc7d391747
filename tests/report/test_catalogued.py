"""Cataloguing on the page of technical services: the answer first, what to do, what is not told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from libstats.analysis.record_faults import ANY
from libstats.readers.marc.screen import NAMES
from libstats.report.page.period import Period
from libstats.report.technical_services.catalogued import (
    GRAVE,
    Catalogued,
    by_kind,
    first_look,
    kinds_waited,
)

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


def kind(name: str, titles: int | None, pieces: int | None, **other: Any) -> dict[str, Any]:
    row = {"kind": name, "level": None, "titles": titles, "pieces": pieces, "reason": None}
    return {**row, **other}


def found(**told: Any) -> Catalogued:
    return Catalogued(OCTOBER, OCTOBER, **told)


def test_what_was_catalogued_and_what_would_tell_more() -> None:
    """Four titles of three kinds, with five pieces; of one nothing tells who made its record."""
    html = by_kind(
        found(
            kinds=[
                kind("LC copy", 2, 3, level="#"),
                kind("other copy", 1, 1, level="K"),
                kind("added copy", None, 4),
                kind("not told by a record", 1, 1),
                kind("recatalogued", None, None, reason="not told: why"),
                kind("recatalogued", None, None, reason="not told: why"),
            ]
        )
    )
    assert "In October 2026 4 titles with 5 pieces were catalogued for the first time" in html
    assert "and 4 added copies came besides" in html
    assert "Of 1 of these titles (25%) no record says who made it" in html
    assert "write your own code in 040 $a into libstats.toml" in html
    alone = by_kind(found(kinds=[kind("not told by a record", 1, 1)]))
    assert "write your own code in 040 $a into libstats.toml" in alone
    assert "LC copy, level # (full)" in html
    assert html.count("Recatalogued: not told: why.") == 1


def test_with_its_own_code_nobody_is_asked_for_it() -> None:
    html = by_kind(found(kinds=[kind("original", 1, 1)], agency="ARC"))
    assert "1 title with 1 piece was catalogued" in html
    assert "libstats.toml" not in html


def test_what_nothing_tells_of_is_said() -> None:
    assert "No list tells of a copy that was added in October 2026" in by_kind(found())
    assert "No list tells of a piece that was received" in kinds_waited(found())
    assert "No file of MARC records from October 2026 is loaded" in first_look(found())


def test_the_slowest_kind_and_what_waits() -> None:
    wait = {
        "wait": "receipt to catalogued",
        "before": 0,
        "p90_days": None,
        "reason": None,
        "untold": 0,
    }
    html = kinds_waited(
        found(
            waits=[
                {**wait, "kind": "original", "pieces": 3, "waiting": 1, "p50_days": 8},
                {**wait, "kind": "LC copy", "pieces": 11, "waiting": 0, "untold": 2, "p50_days": 2},
            ]
        )
    )
    assert "The slowest kind is “original”: half were catalogued within 8 days" in html
    assert "Of 12 pieces received in October 2026, 1 waits still to be catalogued." in html
    # of 14 pieces nothing tells of two when they were catalogued
    assert "Of 2 more pieces no list tells when it was catalogued" in html


def test_a_first_look_counts_with_and_without_what_is_local() -> None:
    batch = {"file": "batch.mrc", "exported_at": datetime(2026, 10, 5), "vendor": None, "titles": 8}
    batch["load"] = 5
    counts = {"no description": 4, "no subject": 2, "local field": 8, "any of these": 2}
    counts["any of these, or something local"] = 8
    html = first_look(
        found(
            faults=[
                {**batch, "category": name, "found": n, "share": n / 8, "sample": "41, 42"}
                for name, n in counts.items()
            ]
        )
    )
    assert "2 of 8 records from October 2026 have something wrong or lacking (25%)" in html
    assert "with what is local, 8" in html
    assert html.index("No subject") < html.index("No description") < html.index("Local field")
    assert "batch.mrc, load 5" in html
    # of 8 two are named; no more rows are in the workbook
    assert "41, 42 and 6 more" in html and "The workbook" not in html


def test_every_category_has_its_place_and_rows_that_are_cut_are_said() -> None:
    batch = {"file": "b.mrc", "load": 1, "exported_at": datetime(2026, 10, 5), "vendor": None}
    batch |= {"titles": 1, "found": 1, "share": 1.0, "sample": "9"}
    html = first_look(found(faults=[{**batch, "category": name} for name in (*NAMES, ANY)]))
    assert set(GRAVE) < set(NAMES)
    assert html.index("No title") < html.index("No class number")
    assert f"The workbook has {len(NAMES) - 12} more rows." in html


def test_copies_of_no_day_are_said_to_be_in_no_count() -> None:
    html = by_kind(found(kinds=[kind("LC copy", 1, 1)], undated=[("alma", 626), ("polaris", 1)]))
    assert "Of 626 copies of alma and 1 copy of polaris nothing tells on which day" in html

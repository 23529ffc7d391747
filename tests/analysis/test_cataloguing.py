"""Cataloguing by kind: titles and pieces, counted by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.cataloguing import left_out
from tests.support.tables import Rows, holding

YEAR = {"since": "2026-01-01", "until": "2027-01-01"}
TITLES: Rows = [
    {"title_id": "1", "cataloguing_agency": "arc ", "cataloguing_level": "I"},
    {"title_id": "2", "cataloguing_agency": "DLC", "cataloguing_level": "#"},
    {"title_id": "3", "cataloguing_agency": "XYZ", "cataloguing_level": "K"},
    {"title_id": "4", "cataloguing_agency": "XYZ", "cataloguing_level": "7"},
    {"title_id": "5"},
]
ITEMS: Rows = [
    # two pieces of one new title, a third a month later
    {"item_id": "11", "title_id": "1", "added_on": date(2026, 3, 2)},
    {"item_id": "12", "title_id": "1", "added_on": date(2026, 3, 2)},
    {"item_id": "13", "title_id": "1", "added_on": date(2026, 4, 1)},
    {"item_id": "21", "title_id": "2", "added_on": date(2026, 3, 31)},
    {"item_id": "31", "title_id": "3", "added_on": date(2026, 3, 9)},
    {"item_id": "41", "title_id": "4", "added_on": date(2026, 3, 9)},
    {"item_id": "51", "title_id": "5", "added_on": date(2026, 3, 9)},
    # its first copy came the year before
    {"item_id": "61", "title_id": "6", "added_on": date(2025, 12, 31)},
    {"item_id": "62", "title_id": "6", "added_on": date(2026, 3, 9)},
    {"item_id": "71", "title_id": None, "added_on": date(2026, 3, 9)},
    {"item_id": "81", "title_id": "8", "added_on": None},
]


def asked(agency: str | None = None, **tables: Rows) -> list[tuple[Any, ...]]:
    con = holding(None, **tables)
    return libstats.cataloguing(con, agency=agency, **YEAR).fetchall()


def test_titles_and_pieces_by_kind_and_level() -> None:
    march, april = date(2026, 3, 1), date(2026, 4, 1)
    assert asked("ARC", item=ITEMS, title=TITLES) == [
        (march, "original", "I", 1, 2),
        (march, "LC copy", "#", 1, 1),
        (march, "other copy", "7", 1, 1),
        (march, "other copy", "K", 1, 1),
        (march, "added copy", None, None, 1),
        (march, "not told by a record", None, 1, 1),
        (april, "added copy", None, None, 1),
    ]


def test_its_receipt_adds_up_and_it_is_said_in_words() -> None:
    """Seven pieces of March and one of April; one was added before, one is of no title, one has no
    day."""
    con = holding(None, item=ITEMS, title=TITLES)
    assert left_out(con, **YEAR).fetchall() == [
        ("without a day on which they were added", 1),
        ("of no title that is told", 1),
        ("added outside of the period", 1),
    ]
    assert answer(con, "cataloguing", agency="ARC", **YEAR) == [
        "original: 1 title, 2 pieces",
        "LC copy: 1 title, 1 piece",
        "other copy: 2 titles, 2 pieces",
        "added copy: 2 pieces",
        "not told by a record: 1 title, 1 piece",
    ]


def test_without_its_own_code_nothing_is_original() -> None:
    kinds = {(kind, level) for _, kind, level, *_ in asked(item=ITEMS, title=TITLES)}
    assert ("other copy", "I") in kinds
    assert not any(kind == "original" for kind, _ in kinds)


def test_a_migration_is_nobodys_work_and_what_came_later_is_an_added_copy() -> None:
    copied: Rows = [
        {"item_id": str(n), "title_id": str(n), "added_on": date(2026, 5, 4)} for n in range(150)
    ]
    later = {"item_id": "900", "title_id": "7", "added_on": date(2026, 6, 1)}
    assert asked(item=[*copied, later]) == [
        (date(2026, 5, 1), "copied in from another system", None, 150, 150),
        (date(2026, 6, 1), "added copy", None, None, 1),
    ]


def test_withdrawn_pieces() -> None:
    gone: Rows = [
        {"item_key": str(n), "item_id": str(n), "withdrawn_at": datetime(2026, 2, n + 1)}
        for n in range(3)
    ]
    assert asked(withdrawal=gone) == [(date(2026, 2, 1), "withdrawn", None, None, 3)]

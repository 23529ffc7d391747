"""Cataloguing by kind: titles and pieces, counted by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.cataloguing import left_out
from tests.support.tables import Rows, holding, loaded

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
    return told(holding(None, **tables), agency)


def told(con: duckdb.DuckDBPyConnection, agency: str | None = None) -> list[tuple[Any, ...]]:
    """What is counted, without what nothing tells of."""
    found = libstats.cataloguing(con, agency=agency, **YEAR)
    return found.filter("pieces is not null").select("* exclude reason").fetchall()


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
        ("changed records of no copy that was added before", 0),
    ]
    assert answer(con, "cataloguing", agency="ARC", **YEAR) == [
        "original: 1 title, 2 pieces",
        "LC copy: 1 title, 1 piece",
        "other copy: 2 titles, 2 pieces",
        "added copy: 2 pieces",
        "recatalogued: not told",
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


def test_withdrawn_titles_go_with_their_last_piece() -> None:
    """Title 1 lost a piece in March and its last in April; of title 2 one stays; the piece that was
    marked in March and deleted in May went in March."""
    items: Rows = [
        {"item_id": "11", "title_id": "1", "withdrawn_on": date(2026, 3, 5)},
        {"item_id": "21", "title_id": "2", "withdrawn_on": None},
    ]
    deleted = [("11", "1", 5), ("12", "1", 4), ("22", "2", 4)]
    gone: Rows = [
        {"item_key": n, "item_id": n, "title_id": t, "withdrawn_at": datetime(2026, month, 9)}
        for n, t, month in deleted
    ]
    assert asked(item=items, withdrawal=gone) == [
        (date(2026, 3, 1), "withdrawn", None, None, 1),
        (date(2026, 4, 1), "withdrawn", None, 1, 2),
    ]


def version(title: str, changed: datetime, level: str, **more: Any) -> dict[str, Any]:
    return {"title_id": title, "updated_at": changed, "cataloguing_level": level, **more}


def test_recatalogued_is_a_later_change_to_other_work() -> None:
    """1 became full in March, with the two copies of before; 2 changed, and is the same work; 3 is
    DLC's record now; 4 had no copy before, so that this was its first cataloguing; 5 was told by an
    undone load alone."""
    old, new = datetime(2026, 1, 5), datetime(2026, 3, 10, 9)
    con = holding(
        None,
        title=TITLES,
        item=[
            {"item_id": f"{title}{day}", "title_id": title, "added_on": date(2025, 3, day)}
            for title, day in (("1", 1), ("1", 2), ("2", 1), ("3", 1), ("5", 1))
        ]
        + [{"item_id": "41", "title_id": "4", "added_on": date(2026, 3, 10)}],
    )
    loaded(
        con,
        ["2026-01-31", "2026-03-31"],
        [
            version("1", old, "7", until_seq=2),
            version("1", new, "#", from_seq=2),
            version("2", old, "#", until_seq=2),
            version("2", new, "#", from_seq=2),
            version("3", old, "#", cataloguing_agency="XYZ", until_seq=2),
            version("3", new, "#", cataloguing_agency="DLC", from_seq=2),
            version("4", old, "7", until_seq=2),
            version("4", new, "#", from_seq=2),
            version("5", old, "7", until_seq=2),
            version("5", new, "#", from_seq=3),
        ],
    )
    march = [row for row in told(con) if row[0] == date(2026, 3, 1)]
    assert (date(2026, 3, 1), "recatalogued", "#", 2, 3) in march
    assert sum(row[1] == "recatalogued" for row in march) == 1
    assert left_out(con, **YEAR).fetchall()[-1][1] == 1
    # a day of January, and all but the last of March, lie between the loads
    found = libstats.cataloguing(con, **YEAR).filter(
        "kind = 'recatalogued' and month < '2026-05-01'"
    )
    assert [
        (month.month, pieces, reason[:8]) for month, *_, pieces, reason in found.fetchall()
    ] == [
        (1, None, "told in "),
        (3, 3, "told in "),
        (4, None, "not told"),
    ]


def test_nothing_is_said_of_what_no_list_tells() -> None:
    con = holding(None)
    con.execute("delete from loaded_file")
    found = libstats.cataloguing(con, since="2026-03-01", until="2026-04-01").fetchall()
    assert [(kind, titles, pieces) for _, kind, _, titles, pieces, _ in found] == [
        ("recatalogued", None, None),
        ("withdrawn", None, None),
    ]
    assert all(row[-1].startswith("not told: ") for row in found)

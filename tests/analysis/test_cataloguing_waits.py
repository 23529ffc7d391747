"""From receipt to the shelf by kind of cataloguing: days counted by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.cataloguing_waits import left_out
from tests.support.tables import Rows, holding

YEAR = {"since": "2026-01-01", "until": "2027-01-01"}


def opened(
    cases: Rows, config: dict[str, Any] | None = None, /, **tables: Rows
) -> duckdb.DuckDBPyConnection:
    """Tables with these cases: the days of March on which each was reached."""
    con = holding(config, **tables)
    for case in cases:
        reached = {name: datetime(2026, 3, day) for name, day in case.pop("reached").items()}
        full = {"process": "cataloguing", "source": "desk", "as_of": datetime(2026, 3, 31), **case}
        con.execute(
            f'insert into "case" ({", ".join(full)}, reached) '
            f"values ({', '.join('?' * len(full))}, map(?::varchar[], ?::timestamp[]))",
            [*full.values(), list(reached), list(reached.values())],
        )
    return con


def item(number: str, title: str, day: int) -> dict[str, Any]:
    code = f"b{number}"
    return {"item_id": number, "barcode": code, "title_id": title, "added_on": date(2026, 3, day)}


def test_waits_by_kind_with_what_waits_still() -> None:
    """Original: 4 and 8 days, and one that has waited 21 days: half within 8 days, nine in ten not
    known. Copy: 2 days, then 3 to the shelf; one was catalogued two days before it came."""
    titles: Rows = [
        {"title_id": "1", "cataloguing_agency": "ARC"},
        {"title_id": "2", "cataloguing_agency": "DLC"},
    ]
    items = [item("11", "1", 6), item("12", "1", 6), item("13", "1", 6)]
    items += [item("21", "2", 4), item("22", "2", 4)]
    cases: Rows = [
        {"case_id": "b11", "reached": {"received": 2, "catalogued": 6}},
        {"case_id": "12", "reached": {"received": 2, "catalogued": 10}},
        {"case_id": "13", "reached": {"received": 10}},
        {"case_id": "21", "reached": {"received": 2, "catalogued": 4, "available": 7}},
        {"case_id": "22", "reached": {"received": 6, "catalogued": 4}},
        {"case_id": "999", "reached": {"received": 2, "catalogued": 3}},
        {"case_id": "77", "reached": {"received": 2}, "outcome": "given up"},
        {"case_id": "78", "reached": {"catalogued": 2}},
    ]
    con = opened(cases, title=titles, item=items)
    found = libstats.cataloguing_waits(con, agency="ARC", **YEAR)
    first = found.filter("wait = 'receipt to catalogued'").select("* exclude (wait, reason)")
    assert first.fetchall() == [
        ("original", 3, 2, 0, 1, 0, 8, None),
        ("LC copy", 2, 1, 1, 0, 0, 2, 2),
        ("of no copy on record", 1, 1, 0, 0, 0, 1, 1),
    ]
    # to the shelf: 3 days; the other has waited 25 days since it came
    second = found.filter("wait = 'catalogued to shelf' and kind = 'LC copy'")
    assert second.select("pieces, done, waiting, p50_days, p90_days").fetchall() == [
        (2, 1, 1, 3, None)
    ]
    assert left_out(con, **YEAR).fetchall() == [
        ("of no known day of receipt", 1),
        ("received outside of the period", 0),
        ("given up before they were catalogued", 1),
        ("counted, but of no copy on record, or of several", 1),
    ]


def test_an_order_and_a_list_of_the_desk_tell_of_one_piece() -> None:
    """The order says when it came, by the copy's number; the catalogue when it was added."""
    cases: Rows = [
        {
            "process": "order_copy",
            "source": "koha",
            "case_id": "copy:7",
            "handle": "line 7",
            "reached": {"received": 2},
        },
        {"source": "koha", "case_id": "11", "handle": "b11", "reached": {"catalogued": 6}},
    ]
    con = opened(
        cases, item=[item("11", "1", 6)], order_copy=[{"order_copy_id": "7", "item_id": "11"}]
    )
    assert libstats.cataloguing_waits(con, **YEAR).select(
        "wait, pieces, done, untold, p50_days, reason"
    ).fetchall() == [
        ("receipt to catalogued", 1, 1, 0, 4, None),
        (
            "catalogued to shelf",
            1,
            0,
            1,
            None,
            "no list tells when these pieces stood on the shelf",
        ),
        ("receipt to shelf", 1, 0, 1, None, "no list tells when these pieces stood on the shelf"),
    ]


def test_a_name_of_two_systems_is_no_ones() -> None:
    both: Rows = [{**item("11", "1", 6), "source": source} for source in ("koha", "alma")]
    con = opened([{"case_id": "11", "reached": {"received": 2, "catalogued": 3}}], item=both)
    kinds = libstats.cataloguing_waits(con, **YEAR).select("kind").distinct().fetchall()
    assert kinds == [("of a name that several copies have",)]


def test_what_is_on_a_shelf_or_in_no_list_of_the_desk_waits_for_no_cataloguing() -> None:
    """Six pieces came. The desk's list names 1 to 4: one was catalogued; 2 is in process and waits;
    3 stands on its shelf, 4 is on loan: nobody told the day. Of 5, which an order alone names, and
    6, which the list shows on the shelf, nothing tells it either."""
    codes = {"1": "", "2": "P", "3": "A", "4": "L", "5": "", "6": ""}
    items: Rows = [
        {"item_id": n, "barcode": f"b{n}", "status": code or None} for n, code in codes.items()
    ]
    config = {
        "roles": {
            "koha": {"item": {"status": {"P": "in process", "A": "on shelf", "L": "on loan"}}}
        }
    }
    cases: Rows = [
        {"case_id": "1", "reached": {"received": 2, "catalogued": 5}},
        *({"case_id": n, "reached": {"received": 2}} for n in "234"),
        {"process": "order_copy", "source": "koha", "case_id": "5", "reached": {"received": 2}},
        {"case_id": "6", "reached": {"received": 2, "available": 9}},
    ]
    con = opened(cases, config, item=items)
    found = libstats.cataloguing_waits(con, **YEAR)
    assert found.select("wait, pieces, done, waiting, untold").fetchall() == [
        ("receipt to catalogued", 6, 1, 1, 4),
        ("catalogued to shelf", 1, 0, 1, 0),
        ("receipt to shelf", 6, 1, 2, 3),
    ]


def test_what_is_done_at_the_desk_waits_for_the_shelf_up_to_the_newest_list() -> None:
    """Both came on the 2nd, catalogued on the 5th: 1 stood on the shelf on the 7th, 2 waits on the
    31st for 29 days (26 since it was catalogued). So half are there within 5 days, and when the
    other is there is not known. 3 was withdrawn and waits no more."""
    cases: Rows = [
        {"case_id": "1", "reached": {"received": 2, "catalogued": 5, "available": 7}},
        {"case_id": "2", "reached": {"received": 2, "catalogued": 5}},
        {"case_id": "3", "reached": {"received": 2, "catalogued": 5, "withdrawn": 9}},
    ]
    done = [{**case, "outcome": "done", "ended_at": datetime(2026, 3, 5)} for case in cases]
    con = opened(done)
    found = libstats.cataloguing_waits(con, **YEAR)
    assert found.select("wait, pieces, done, waiting, untold, p50_days, p90_days").fetchall() == [
        ("receipt to catalogued", 3, 3, 0, 0, 3, 3),
        ("catalogued to shelf", 3, 1, 1, 1, 2, None),
        ("receipt to shelf", 3, 1, 1, 1, 5, None),
    ]


def test_without_its_own_code_the_answer_says_what_lacks_for_original() -> None:
    titles: Rows = [{"title_id": "1", "cataloguing_agency": "ARC"}]
    con = opened([], title=titles, item=[item("11", "1", 6)])
    untold = answer(con, "cataloguing", **YEAR)
    assert untold[0] == "other copy: 1 title, 1 piece"
    assert "Nothing is told apart as original: give your own code" in untold[-1]
    told = answer(con, "cataloguing", agency="ARC", **YEAR)
    assert told[0] == "original: 1 title, 1 piece"
    assert "give your own code" not in told[-1]

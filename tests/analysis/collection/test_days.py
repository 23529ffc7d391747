"""Days of copies that are none are believed nowhere."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

import libstats
from libstats.definitions.days import NO_DAYS, OF_COPIES
from libstats.workspace.workspace import Workspace
from tests.support.files import write
from tests.support.tables import Rows, dicts, holding

pytestmark = pytest.mark.slow

AS_OF = "2026-11-01"
ALL = {"as_of": AS_OF, "keep_last_copies": False}
OTHER: dict[str, Any] = {
    "item_id": "other",
    "title_id": "other",
    "call_number": "none",
    "last_borrowed_on": date(2010, 1, 1),
}
COPY: dict[str, Any] = {
    "item_id": "1",
    "title_id": "1",
    "call_number": "640 BRO",
    "added_on": date(2012, 1, 1),
    "last_borrowed_on": date(2015, 6, 1),
}
TITLE = {"title_id": "1", "published_year": 2012}
NONE = [date.fromisoformat(day) for day in (*NO_DAYS, "0001-01-01", "1753-01-01")]


def shelf(*copies: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    return holding(item=[OTHER, *({**COPY, **copy} for copy in copies)], title=[TITLE])


def candidate(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    return dicts(libstats.weeding_candidates(con, **ALL))[0]


@pytest.mark.parametrize("day", NONE)
def test_a_last_use_on_no_day_is_none(day: date) -> None:
    """Never "unused for 126.8 years": unused since it came."""
    for column in ("last_borrowed_on", "last_in_house_on"):
        row = candidate(shelf({"last_borrowed_on": None, column: day}))
        assert (row["last_use_on"], row["unused_since"], row["unused_from"]) == (
            None,
            date(2012, 1, 1),
            "arrival",
        )
        assert row["years_without_use"] == 14.8


def test_a_last_use_before_the_copy_came_is_none() -> None:
    row = candidate(shelf({"last_borrowed_on": date(2011, 12, 31)}))
    assert (row["last_use_on"], row["unused_since"]) == (None, date(2012, 1, 1))
    row = candidate(shelf({"last_borrowed_on": date(2012, 1, 1)}))
    assert row["last_use_on"] == date(2012, 1, 1)


def test_a_copy_that_was_used_though_not_since_it_came_is_not_called_unused() -> None:
    """Its counter says 7, its last use lies before it came: when it was used is not known."""
    con = shelf({"last_borrowed_on": date(2011, 1, 1), "lifetime_checkouts": 7})
    assert dicts(libstats.weeding_candidates(con, **ALL)) == []


def test_a_use_of_the_log_before_the_day_of_a_migration_counts() -> None:
    """On 1 January 2012 the system was filled: its copies were used before."""
    crowd = [{"item_id": f"c{i}", "call_number": None} for i in range(120)]
    con = shelf({"last_borrowed_on": date(2011, 12, 31)}, *crowd)
    assert candidate(con)["last_use_on"] == date(2011, 12, 31)


@pytest.mark.parametrize("day", NONE)
def test_copies_added_on_no_day_have_no_age(day: date) -> None:
    """A third were added on no day; the middle of the other two is 2 days, not of all."""
    copies: Rows = [
        {"item_id": "1", "added_on": date(2026, 10, 31)},
        {"item_id": "2", "added_on": date(2026, 10, 29)},
        {"item_id": "3", "added_on": day},
    ]
    row = dicts(libstats.collection_age(holding(item=copies), as_of=AS_OF, by="all"))[0]
    assert (row["items"], row["median_days_since_added"]) == (3, 2)
    assert (row["items_added_known"], row["items_without_added_day"]) == (2, 1)


def test_no_day_is_no_migration() -> None:
    copies: Rows = [{"item_id": str(i), "added_on": date(1970, 1, 1)} for i in range(150)]
    assert libstats.migration_days(holding(item=copies)).fetchall() == []


def test_orders_received_on_no_day_tell_no_arrival() -> None:
    orders: Rows = [
        {"order_copy_id": "1", "item_id": "1", "received_on": date(1970, 1, 1)},
        {"order_copy_id": "2", "item_id": "1", "received_on": date(2014, 1, 1)},
    ]
    con = holding(item=[OTHER, {**COPY, "added_on": None}], title=[TITLE], order_copy=orders)
    assert candidate(con)["arrived_on"] == date(2014, 1, 1)


def test_a_due_day_that_is_none_is_no_loan() -> None:
    for day in (date(1900, 1, 1), date(1970, 1, 1)):
        assert candidate(shelf({"due_on": day}))["item_key"] == "1"
    # a loan without end is one
    con = shelf({"due_on": date(9999, 12, 31)})
    assert dicts(libstats.weeding_candidates(con, **ALL)) == []


def test_lost_on_no_day_is_lost_since_no_known_day() -> None:
    con = holding(item=[{"item_id": "1", "lost_code": "1", "lost_on": date(1899, 12, 30)}])
    row = dicts(libstats.missing_copies(con, as_of=AS_OF))[0]
    assert (row["lost_on"], row["days_lost"]) == (None, None)


def test_what_lies_after_the_export_has_not_happened(workspace: Workspace) -> None:
    """A clock may be a day ahead; a year 9999 and the day after tomorrow are none. The copy is
    there: that it was added in 9999 does not make it one of the future."""
    head = "itemnumber;barcode;homebranch;dateaccessioned;datelastborrowed\n"
    rows = "1;a;E;9999-12-31;2026-11-02\n2;b;E;2020-01-01;2026-11-03\n3;c;E;2020-01-01;2020-01-02\n"
    libstats.load(workspace, [write(workspace.exports / "items-2026-11-01.csv", head + rows)])
    with libstats.open(workspace) as con:
        found = con.sql(
            "select item_id, added_on, last_borrowed_on from dated_item order by item_id"
        )
        assert found.fetchall() == [
            ("1", None, date(2026, 11, 2)),
            ("2", date(2020, 1, 1), None),
            ("3", date(2020, 1, 1), date(2020, 1, 2)),
        ]
        age = dicts(libstats.collection_age(con, as_of=AS_OF, by="all"))[0]
        assert (age["items"], age["items_without_added_day"]) == (3, 1)
        told = {place: rows for name, _, place, rows, *_ in libstats.check(con).fetchall()}
        assert told == {"item, added_on": 1, "item, last_borrowed_on": 1}


def test_every_day_of_a_copy_is_looked_at() -> None:
    """Each is blank where it is none, and no day of a copy is forgotten."""
    con = holding(item=[{"item_id": "1", **dict.fromkeys(OF_COPIES, date(1970, 1, 1))}])
    days = [c for c, kind, *_ in con.execute("describe item").fetchall() if kind == "DATE"]
    assert set(days) == set(OF_COPIES)
    assert con.execute(f"select {', '.join(days)} from dated_item").fetchall() == [
        (None,) * len(days)
    ]

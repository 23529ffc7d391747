"""Who was turned away: by title, by month and beside the year before."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.answers import said
from libstats.analysis.turned_away import left_out
from libstats.wording import records
from tests.support.tables import Rows, holding

LIMIT, NONE = "Limit_Exceeded", "No_License"
FULL_4 = "Access denied: concurrent/simultaneous user licence limit exceeded"
SPRING = {"since": "2026-01-01", "until": "2026-04-01"}
TITLES: Rows = [
    {"usage_item_id": "g", "kind": "title", "name": "Gull"},
    {"usage_item_id": "t", "kind": "title", "name": "Tern"},
]


def months(report: str, *told: str, release: str = "5.1", state: str | None = "told") -> Rows:
    """Months of a report of the platform Sea."""
    return [
        {
            "usage_report_id": f"{report} {month}",
            "report": report,
            "release": release,
            "month": f"{month}-01",
            "platform": "Sea",
            "state": state,
            "answer": state or "not ready",
        }
        for month in told
    ]


def denied(report: str, item: str, metric: str, month: str, times: int) -> dict[str, Any]:
    return {
        "usage_report_id": f"{report} {month}",
        "usage_item_id": item,
        "metric": metric,
        "month": f"{month}-01",
        "uses": times,
    }


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """January and March of 2026, and January to March of 2025; February 2026 is not ready."""
    return holding(
        usage_report=[
            *months("TR_J2", "2025-01", "2025-02", "2025-03", "2026-01", "2026-03"),
            *months("TR_J2", "2026-02", state=None),
        ],
        usage=[
            denied("TR_J2", "g", LIMIT, "2025-01", 2),
            denied("TR_J2", "g", LIMIT, "2026-01", 5),
            denied("TR_J2", "g", LIMIT, "2026-03", 1),
            denied("TR_J2", "t", NONE, "2026-01", 30),
            denied("TR_J2", "t", "Unique_Item_Requests", "2026-01", 99),
        ],
        usage_item=TITLES,
        licence=[
            {
                "licence_id": "L-2",
                "resource": "sea",
                "starts_on": "2026-01-01",
                "ends_on": "2026-12-31",
            },
            {
                "licence_id": "L-1",
                "resource": "Sea",
                "starts_on": "2025-01-01",
                "ends_on": "2025-12-31",
            },
            {
                "licence_id": "G-1",
                "resource": "Gull",
                "starts_on": "2026-02-01",
                "ends_on": "2027-01-31",
            },
        ],
    )


def test_titles_stand_with_the_term_of_their_own_licence_else_of_the_platform(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Of Tern 30; of Gull 5 + 1, and 2 the year before. February is not told, so neither is their
    sum."""
    found = libstats.turned_away(con, **SPRING)
    columns = "part, reason, times, times_told, times_a_year_before, licence_id, term_ends_on"
    assert found.select(f"{columns}::varchar").fetchall() == [
        ("Tern", "no licence", None, 30, 0, "L-2", "2026-12-31"),
        ("Gull", "too many at once", None, 6, 2, "G-1", "2027-01-31"),
    ]
    assert {row["why_unknown"] for row in records(found)} == {"not ready: 2026-02"}


def test_a_month_that_is_not_told_is_never_nought(con: duckdb.DuckDBPyConnection) -> None:
    """In March nobody lacked a licence: the report tells it, and lists nobody. February is not
    ready. Of February and March a year before nobody is listed."""
    found = libstats.turned_away(con, **SPRING, by="month")
    columns = "part, reason, times, times_a_year_before"
    assert found.select(columns).fetchall() == [
        ("2026-01", "no licence", 30, 0),
        ("2026-02", "no licence", None, 0),
        ("2026-03", "no licence", 0, 0),
        ("2026-01", "too many at once", 5, 2),
        ("2026-02", "too many at once", None, 0),
        ("2026-03", "too many at once", 1, 0),
    ]
    later = libstats.turned_away(con, since="2027-01-01", until="2027-04-01", by="month")
    assert later.fetchall() == []
    year = libstats.turned_away(con, since="2025-03-01", until="2025-04-01", by="month")
    assert year.select("times, times_a_year_before").fetchall() == [(0, None), (0, None)]


def test_a_report_that_lists_nobody_says_nobody() -> None:
    con = holding(usage_report=months("DR_D2", "2026-01"))
    january = {"since": "2026-01-01", "until": "2026-02-01"}
    found = libstats.turned_away(con, **january, by="platform")
    assert found.select("part, reason, times, times_a_year_before").fetchall() == [
        ("all", "no licence", 0, None),
        ("all", "too many at once", 0, None),
    ]
    rows = records(libstats.turned_away(con, **january))
    assert said(con, "turned_away", rows, {}) == ["No report tells of anybody who was turned away"]


def test_release_4_says_the_same_in_its_own_words() -> None:
    con = holding(
        usage_report=months("BR3", "2026-01", release="4"),
        usage=[denied("BR3", "g", FULL_4, "2026-01", 7)],
        usage_item=TITLES,
    )
    found = libstats.turned_away(con, since="2026-01-01", until="2026-02-01")
    assert found.select("part, reason, times").fetchall() == [("Gull", "too many at once", 7)]
    assert said(con, "turned_away", records(found), {}) == [
        "Gull, Sea: 7 times, too many were in at once"
    ]


def test_a_report_and_its_master_are_never_added(con: duckdb.DuckDBPyConnection) -> None:
    both = holding(
        usage_report=[*months("TR_J2", "2026-01"), *months("TR", "2026-01")],
        usage=[denied(report, "g", LIMIT, "2026-01", 4) for report in ("TR_J2", "TR")],
        usage_item=TITLES,
    )
    found = libstats.turned_away(both, since="2026-01-01", until="2026-02-01", by="platform")
    assert found.filter("times > 0").select("report, times").fetchall() == [("TR", 4), ("TR_J2", 4)]


def test_what_is_left_out_is_counted(con: duckdb.DuckDBPyConnection) -> None:
    """One count of use, one denial of 2025; none of a month that is not whole."""
    assert left_out(con, **SPRING).fetchall() == [
        ("of use", 1),
        ("of another month", 1),
        ("of a month that is not whole", 0),
    ]

"""The lines of the month in one page that counts tell."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from libstats.report.page.period import Period
from libstats.report.summary.counts import held, visited
from libstats.report.summary.rows import Asked
from tests.support.tables import holding

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


def asked(*lines: tuple[str, str, float, str]) -> Asked:
    """October 2026 in a library with these counts: measure, kind, value, the last day of a month
    that was counted, or a day."""
    rows: list[dict[str, Any]] = [
        {
            "measure": measure,
            "kind": kind,
            "branch": "EAST",
            "value": value,
            "starts_on": day,
            "ends_on": day,
        }
        for measure, kind, value, day in lines
    ]
    return Asked(holding(manual_count=rows), OCTOBER, datetime(2026, 11, 1), 1)


def test_visits_of_the_month_and_of_the_months_before() -> None:
    line = visited(
        asked(
            ("visits", "all", 1200, "2026-10-05"),
            ("visits", "all", 34, "2026-10-06"),
            ("visits", "all", 900, "2026-09-05"),
        )
    )
    assert line is not None
    assert line.says == ["1,234 visits were counted."]
    assert line.value == 1234
    assert line.trend[-3:] == [None, 900, 1234]
    # of ten months of the year two are told
    assert "at least 2,134 visits" in line.year


def test_programmes_and_who_came() -> None:
    line = held(
        asked(
            ("programmes", "children 0-5, in person", 8, "2026-10-05"),
            ("programme attendance", "children 0-5, in person", 120, "2026-10-05"),
            ("programmes", "adults, online", 2, "2026-10-06"),
            ("programme attendance", "adults, online", 15, "2026-10-06"),
        )
    )
    assert line is not None
    assert line.says == [
        "10 programmes were held; 135 people came.",
        "Most of them came to: children 0-5, in person.",
    ]


def test_what_nobody_counted_is_no_service() -> None:
    nothing = asked(("visits", "all", 9, "2026-08-05"))
    assert (visited(nothing), held(nothing)) == (None, None)

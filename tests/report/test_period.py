"""The period that a report tells of: how it is said, what it is called, what it is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from libstats.errors import ReportError
from libstats.report.page.period import Period, given

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("said", "since", "until", "name", "words"),
    [
        ({"month": "2026-12"}, "2026-12-01", "2027-01-01", "2026-12", "December 2026"),
        (
            {"quarter": "2026-Q4"},
            "2026-10-01",
            "2027-01-01",
            "2026-Q4",
            "October to December 2026",
        ),
        ({"year": "2026"}, "2026-01-01", "2027-01-01", "2026", "2026"),
        (
            {"year": "2026", "fiscal_month": 7},
            "2025-07-01",
            "2026-07-01",
            "2026",
            "July 2025 to June 2026",
        ),
        (
            {"since": "2026-10-05", "until": "2026-10-19"},
            "2026-10-05",
            "2026-10-19",
            "2026-10-05-to-2026-10-18",
            "October 5, 2026 to October 18, 2026",
        ),
        (
            {"since": "2026-05-01", "until": "2026-07-01"},
            "2026-05-01",
            "2026-07-01",
            "2026-05-01-to-2026-06-30",
            "May to June 2026",
        ),
    ],
)
def test_a_period_is_said_named_and_worded(
    said: dict[str, str], since: str, until: str, name: str, words: str
) -> None:
    period = given(**said)  # type: ignore[arg-type]
    assert period == Period(date.fromisoformat(since), date.fromisoformat(until))
    assert (period.name, period.words) == (name, words)


def test_nothing_said_is_no_period() -> None:
    assert given() is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"month": "2026-13"}, "is not a month"),
        ({"quarter": "2026-Q5"}, "is not a quarter"),
        ({"year": "26"}, "is not a year"),
        ({"since": "2026-10-05"}, "needs its first day"),
        ({"since": "2026-10-05", "until": "2026-02-30"}, "is not a day"),
        ({"since": "2026-10-05", "until": "2026-10-05"}, "before it begins"),
        ({"month": "2026-10", "year": "2026"}, "said twice: month and year"),
    ],
)
def test_what_is_no_period_is_refused(said: dict[str, str], told: str) -> None:
    with pytest.raises(ReportError, match=told):
        given(**said)  # type: ignore[arg-type]


def test_it_is_compared_with_the_one_before_and_the_year_before() -> None:
    assert OCTOBER.before == Period(date(2026, 9, 1), date(2026, 10, 1))
    assert OCTOBER.last_year == Period(date(2025, 10, 1), date(2025, 11, 1))
    quarter = given(quarter="2026-Q1")
    assert quarter is not None
    assert quarter.before.words == "October to December 2025"
    # 14 days; the leap day of the year before last becomes its last one
    days = Period(date(2028, 2, 16), date(2028, 3, 1))
    assert days.before == Period(date(2028, 2, 2), date(2028, 2, 16))
    assert Period(date(2028, 2, 29), date(2028, 3, 7)).last_year.since == date(2027, 2, 28)

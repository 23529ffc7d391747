"""The period that a report tells of: a month, a quarter, a year, or any days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from libstats.errors import ReportError
from libstats.wording import MONTHS, day_name, month_before, month_name

__all__ = ["GIVEN", "Period", "asked", "day", "given"]

GIVEN = ("month", "quarter", "year", "since", "until")
"""The parameters that say a period; each is also an option of `libstats report`."""


@dataclass(frozen=True)
class Period:
    """The days from `since` up to `until`, which is the first one after it."""

    since: date
    until: date

    @property
    def months(self) -> int | None:
        """How many whole months it is; None where it is no whole ones."""
        if self.since.day != 1 or self.until.day != 1:
            return None
        return (
            (self.until.year - self.since.year) * 12 + self.until.month - self.since.month
        ) or None

    @property
    def last_month(self) -> date:
        """The first day of the month in which it ends."""
        return (self.until - timedelta(days=1)).replace(day=1)

    @property
    def name(self) -> str:
        """What files are named by: 2026-10, 2026-Q3, 2026, or its first and last day."""
        months, first = self.months, self.since
        if months == 1:
            return f"{first:%Y-%m}"
        if months == 3 and first.month % 3 == 1:
            return f"{first.year}-Q{first.month // 3 + 1}"
        if months == 12:
            return f"{self.last_month.year}"
        return f"{first}-to-{self.until - timedelta(days=1)}"

    @property
    def words(self) -> str:
        """The period as people say it: October 2026, July to September 2026."""
        months, last = self.months, self.until - timedelta(days=1)
        if months == 1:
            return month_name(self.since)
        if months == 12 and self.since.month == 1:
            return f"{self.since.year}"
        if months:
            year = "" if self.since.year == last.year else f" {self.since.year}"
            return f"{MONTHS[self.since.month - 1]}{year} to {month_name(last)}"
        return f"{day_name(self.since)} to {day_name(last)}"

    def earlier(self, months: int) -> Period:
        """The period so many months before it; days that a month lacks become its last ones."""
        if self.months:
            return Period(month_before(self.since, months), month_before(self.until, months))
        return Period(_day_before(self.since, months), _day_before(self.until, months))

    @property
    def before(self) -> Period:
        """The one just before it, as long as it is."""
        if self.months:
            return self.earlier(self.months)
        return Period(self.since - (self.until - self.since), self.since)

    @property
    def last_year(self) -> Period:
        """The same period a year before."""
        return self.earlier(12)


def given(
    month: str = "",
    quarter: str = "",
    year: str = "",
    since: str = "",
    until: str = "",
    *,
    fiscal_month: int = 1,
) -> Period | None:
    """The period that a report was asked for; None where nothing was said.

    Parameters
    ----------
    month : such as "2026-10"
    quarter : such as "2026-Q3"
    year : such as "2026": the library's own, which begins in `fiscal_month` and ends in that year
    since, until : its first day and the first day after it, such as "2026-10-05"

    Raises ReportError for what is none of these, for two of them, and for an end before its
    beginning.
    """
    said = [name for name, text in (("month", month), ("quarter", quarter), ("year", year)) if text]
    if since or until:
        said.append("since and until")
    if len(said) > 1:
        raise ReportError(
            f"the period is said twice: {' and '.join(said)}", "Say one of them, such as a month."
        )
    if month:
        first = _month(month)
        return Period(first, month_before(first, -1))
    if quarter:
        first = _quarter(quarter)
        return Period(first, month_before(first, -3))
    if year:
        return _year(year, fiscal_month)
    return _days(since, until) if said else None


def asked(con: duckdb.DuckDBPyConnection, **said: str) -> Period | None:
    """As `given`, with the fiscal year of the library whose connection it is."""
    (found,) = con.execute("select getvariable('fiscal_month')").fetchall()
    return given(**said, fiscal_month=found[0])


def _month(text: str) -> date:
    if isinstance(text, str) and re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", text, re.ASCII):
        return date.fromisoformat(f"{text}-01")
    raise ReportError(f"{text!r} is not a month", "Write the year and the month, such as 2026-10.")


def _quarter(text: str) -> date:
    found = re.fullmatch(r"([12]\d{3})-?[Qq]([1-4])", text, re.ASCII)
    if not found:
        raise ReportError(
            f"{text!r} is not a quarter", "Write the year and the quarter, such as 2026-Q3."
        )
    return date(int(found[1]), 3 * int(found[2]) - 2, 1)


def _year(text: str, fiscal_month: int) -> Period:
    if not re.fullmatch(r"[12]\d{3}", text, re.ASCII):
        raise ReportError(f"{text!r} is not a year", "Write its four digits, such as 2026.")
    first = date(int(text) - (fiscal_month > 1), fiscal_month, 1)
    return Period(first, month_before(first, -12))


def _days(since: str, until: str) -> Period:
    if not (since and until):
        raise ReportError(
            "a period needs its first day and the first day after it",
            "Give both: --since 2026-10-05 --until 2026-10-19.",
        )
    period = Period(day(since), day(until))
    if period.until <= period.since:
        raise ReportError(
            f"the period ends on {until}, before it begins on {since}",
            "The second day is the first one after the period.",
        )
    return period


def day(text: str) -> date:
    """A day such as "2026-10-31"; ReportError for what is none."""
    try:
        if isinstance(text, str) and re.fullmatch(r"[12]\d{3}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ReportError(
        f"{text!r} is not a day", "Write the year, the month and the day, such as 2026-10-31."
    )


def _day_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of that month."""
    first = month_before(day.replace(day=1), months)
    last = month_before(first, -1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))

"""What the month in one page is made of: of which months it tells, a line for each service, what
was changed and closed, and the verdicts of the control charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import duckdb

from libstats.analysis.work.exported import newest_exports
from libstats.errors import ReportError
from libstats.report.circulation.rows import branch_names
from libstats.report.page import period as periods
from libstats.report.page.period import Period
from libstats.report.technical_services.rows import covered_until
from libstats.wording import (
    MONTHS,
    Row,
    capital,
    change,
    day_name,
    listed,
    month_before,
    number,
    records,
)

__all__ = [
    "MOST_JUDGED",
    "WEEK",
    "Asked",
    "Change",
    "Count",
    "Line",
    "Service",
    "asked_of",
    "changes",
    "year_to_date",
]

MOST_JUDGED = 5  # series that the four rules judge on one page: more would cry wolf
WEEK = timedelta(days=6)  # from the first to the last closed day of what is called a closure


@dataclass(frozen=True)
class Asked:
    """The period that the page tells of, and the connection that tells."""

    con: duckdb.DuckDBPyConnection
    period: Period
    as_of: datetime
    fiscal_month: int

    @property
    def year(self) -> Period:
        """The library's own year as far as the period's end."""
        last = self.period.last_month
        since = date(last.year - (last.month < self.fiscal_month), self.fiscal_month, 1)
        return Period(since, self.period.until)

    @property
    def first_day(self) -> str:
        """The first day of the year so far in words; which year it is of goes without saying."""
        since = self.year.since
        is_same = since.year == self.period.last_month.year
        return f"{MONTHS[since.month - 1]} {since.day}" if is_same else day_name(since)

    @property
    def so_far(self) -> str:
        """The words with which what is told of this year begins."""
        return f"Fiscal year, since {self.first_day}"

    @property
    def twelve(self) -> Period:
        """The twelve months up to the period's end."""
        return Period(month_before(self.period.until, 12), self.period.until)

    @property
    def months(self) -> list[date]:
        """The 13 months up to the period's end."""
        return [month_before(self.period.last_month, back) for back in range(12, -1, -1)]

    @property
    def shown(self) -> Period:
        """These 13 months as one period."""
        return Period(self.months[0], self.period.until)

    @property
    def since(self) -> date:
        """The first day that anything is compared with."""
        return min(self.year.last_year.since, self.period.last_year.since, self.months[0])

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of branches by code, where an export tells them."""
        rows = self.con.execute("select distinct branch from coverage").fetchall()
        return branch_names(self.con, {code for (code,) in rows})


@dataclass(frozen=True)
class Change:
    """Something that was changed or closed: when, the words for it, and the kind of work that it
    touches (none: the whole library)."""

    on: date
    words: str
    process: str | None = None


@dataclass(frozen=True)
class Count:
    """A count of a period: None where nothing is told of it, and whether it is told as a whole."""

    value: int | None
    is_whole: bool


@dataclass(frozen=True)
class Line:
    """What is said of one service.

    `says` are its sentences; `shown`, `what` and `value` its figure; `trend` that of the 13 months
    and `trended` what it is of; `year` the year so far; `goal` whether it is met, where the library
    set one; `out` what of it stands out; `is_judged` whether that could be said at all, and
    `unjudged` why it could not; `moved` how the year compares with the year before where that is
    more than chance; `processes` the kinds of work it tells of; `asks` the command that gives the
    receipt. What is not `is_of_period` tells of today, whatever the period.
    """

    says: Sequence[str]
    shown: str
    what: str
    value: float | None
    trend: Sequence[float | None] = ()
    trended: str = ""
    year: str = ""
    goal: str = ""
    is_goal_missed: bool = False
    out: Sequence[str] = ()
    is_judged: bool = False
    unjudged: str = ""
    moved: str = ""
    processes: Sequence[str] = ()
    asks: str = ""
    sources: Sequence[Row] = ()
    is_of_period: bool = True


@dataclass(frozen=True)
class Service:
    """A service of the library, and what tells of it; None where no export does."""

    name: str
    tell: Callable[[Asked], Line | None]
    series: int = 0  # that the control charts judge of it


def asked_of(con: duckdb.DuckDBPyConnection, **said: str) -> Asked:
    """The period that is asked for; without any the last month that the newest export covers to its
    end. ReportError for what is none, and where nothing is loaded."""
    newest = max(newest_exports(con).values(), default=None)
    if newest is None:
        raise ReportError(
            "nothing that is loaded is active", "Load exports first: libstats load exports"
        )
    last = month_before(covered_until(newest).date().replace(day=1))
    period = periods.asked(con, **said) or Period(last, month_before(last, -1))
    ((fiscal_month,),) = con.execute("select getvariable('fiscal_month')").fetchall()
    return Asked(con, period, newest, fiscal_month)


def year_to_date(asked: Asked, now: Count, then: Count, what: str) -> str:
    """The year so far beside the same part of the year before, in a sentence; compared only where
    both are told as a whole."""
    if now.value is None:
        return ""
    since = asked.so_far
    if not now.is_whole:
        return f"{since}: at least {number(now.value)} {what}; told in part, so not compared."
    if then.value is None or not then.is_whole:
        return f"{since}: {number(now.value)} {what}. The year before is not told as a whole."
    beside = change(now.value, then.value, "the same part of the year before")
    was = "" if now.value == then.value else f" ({number(then.value)})"
    return f"{since}: {number(now.value)} {what}, {beside}{was}."


def changes(asked: Asked) -> list[Change]:
    """What libstats.toml says was changed in the 13 months, and what its calendars say was closed
    for a week or more, the oldest first."""
    found = _closures(asked)
    period = asked.shown
    for row in records(asked.con.sql("from change")):
        if period.since <= row["changed_on"] < period.until:
            branch = asked.names.get(row["branch"], row["branch"])
            where = f" ({branch})" if branch and branch not in row["what"] else ""
            words = f"{day_name(row['changed_on'])}: {row['what']}{where}"
            found.append(Change(row["changed_on"], words, row["process"]))
    return sorted(found, key=lambda each: (each.on, each.words))


def _closures(asked: Asked) -> list[Change]:
    """Where the calendars of branches are closed for a week or more though they are usually open;
    the library's own calendar, where no branch has one."""
    rows = asked.con.execute(
        """
        with place as (
            select distinct calendar
            from calendar_day
            where calendar in (select code from code where list = 'branch')
                or calendar in (select branch from coverage)
        ),
        looked_at as (
            from calendar_day
            where (
                    calendar in (from place)
                    or (calendar = 'default' and not exists (from place))
                )
                and day >= $since - interval 1 year
                and day < $until
        ),
        usual as (
            select
                calendar,
                isodow(day) as weekday,
                avg(is_open::integer) > 0.5 as is_usual
            from looked_at
            group by all
        ),
        usual_day as (
            select
                d.calendar,
                d.day,
                d.is_open,
                sum(d.is_open::integer) over (
                    partition by d.calendar
                    order by d.day
                    rows unbounded preceding
                ) as opened_before
            from looked_at d
            join usual u on u.calendar = d.calendar and u.weekday = isodow(d.day)
            where u.is_usual
        ),
        closure as (
            select
                calendar,
                min(day) as since,
                max(day) as until
            from usual_day
            where not is_open
            group by calendar, opened_before
        )
        select
            since,
            until,
            list(calendar order by calendar)
        from closure
        where until >= $since
        group by all
        order by all
        """,
        {"since": asked.shown.since, "until": asked.shown.until},
    ).fetchall()
    return [
        Change(since, _closed(asked, since, until, calendars))
        for since, until, calendars in rows
        if until - since >= WEEK
    ]


def _closed(asked: Asked, since: date, until: date, calendars: Sequence[str]) -> str:
    where = listed(
        ["the library" if name == "default" else asked.names.get(name, name) for name in calendars]
    )
    are = "was" if len(calendars) == 1 else "were"
    same = (since.year, since.month) == (until.year, until.month)
    if same:
        days = f"{MONTHS[since.month - 1]} {since.day} to {until.day}, {until.year}"
    else:
        days = f"{day_name(since)} to {day_name(until)}"
    return capital(f"{where} {are} closed from {days}")

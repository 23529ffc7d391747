"""What the report on circulation tells of, read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import duckdb

from libstats.analysis.circulation import circulation
from libstats.analysis.circulation import left_out as circulation_left_out
from libstats.analysis.provenance import freshness, receipt
from libstats.analysis.signals.signals import signals
from libstats.analysis.signals.years import year_on_year
from libstats.definitions.branches import place_of
from libstats.errors import AnalysisError, NothingTold, ReportError
from libstats.report.page.period import Period, asked
from libstats.wording import Row, month_before, records

__all__ = ["Circulation", "branch_names", "judged", "named", "read", "years"]

MONTHS = 36  # before the end of the period, that are read


@dataclass(frozen=True)
class Circulation:
    """What the report on circulation tells of: the period, one branch or all (""), the rows of
    every month up to its end, the sources, the receipt, what was left out of the period, and
    sources with copies alone.

    `days` are the rows of periods that are no whole months, `judged` what the control charts of
    checkouts say of a month, `years` what each branch's year is to the one before. Branches go by
    their names where a list of codes tells them: `names`. `behind` are the exports behind its
    parts besides.
    """

    period: Period
    branch: str
    rows: list[Row]
    sources: list[Row]
    receipt: list[Row]
    left_out: list[Row]
    silent: tuple[str, ...] = ()
    days: Mapping[Period, list[Row]] = field(default_factory=dict)
    judged: Sequence[Row] = ()
    years: Sequence[Row] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    behind: Sequence[Row] = ()

    def here(self, rows: Iterable[Row]) -> list[Row]:
        """Rows of an analysis with branches by name; of the report's own branch, or of all."""
        return [
            row
            for row in named(list(rows), self.names)
            if not self.branch or row["branch"] == self.branch
        ]

    @property
    def year(self) -> Period:
        """The twelve months that end with the period, or with the last whole one in it."""
        until = self.period.until.replace(day=1)
        return Period(month_before(until, 12), until)

    def judgement(self, branch: str | None = None) -> Row | None:
        """What the control chart says of the month's checkouts, at all branches or at one; None
        where it says nothing."""
        return next((row for row in self.judged if row["branch"] == branch), None)

    @property
    def before(self) -> Period:
        """The period before."""
        return self.period.before

    @property
    def last_year(self) -> Period:
        """The same period last year."""
        return self.period.last_year

    def of(self, period: Period) -> list[Row]:
        """The rows of a period at all branches; none if nothing is loaded for it."""
        if not period.months:
            return self.days.get(period, [])
        return [row for row in self.rows if period.since <= row["period"] < period.until]

    def at(self, period: Period, *branches: str | None) -> list[Row]:
        """The rows of a period at the branches named, else at the report's own, or at all."""
        chosen = branches or ((self.branch,) if self.branch else ())
        return [row for row in self.of(period) if not chosen or row["branch"] in chosen]

    def state(self, period: Period, *branches: str | None) -> str:
        """How much of a period the exports tell of: whole, partly, outside. A branch without a row
        had opened later, or closed before."""
        rows = self.at(period, *branches)
        found = {row["coverage"] for row in rows}
        if len({row["period"] for row in rows}) < (period.months or 1) and found:
            found.add("outside")
        return found.pop() if len(found) == 1 else "partly" if found else "outside"

    def count(self, columns: tuple[str, ...], period: Period, *branches: str | None) -> int | None:
        """The sum of some columns in a period, at the branches named, else at the report's own, or
        at all; None if nothing tells of them."""
        return _sum(self.at(period, *branches), columns)

    def everywhere(self, columns: tuple[str, ...], period: Period) -> int | None:
        """The sum at all branches, whichever the report is of."""
        return _sum(self.of(period), columns)


def _sum(rows: list[Row], columns: tuple[str, ...]) -> int | None:
    known = [row[column] for row in rows for column in columns if row[column] is not None]
    return sum(known) if known else None


def read(con: duckdb.DuckDBPyConnection, branch: str = "", **said: str) -> Circulation:
    """Read what the report on circulation needs.

    Parameters
    ----------
    con : an open connection
    branch : the code of one branch, or its name; "" is all of them
    said : month, quarter, year, or since and until, as `libstats.report.page.period.given` takes
        them; without any the last month that the exports of circulation cover to its end

    Raises ReportError for a period that is none or of which nothing is loaded, and for a branch
    that has no figures.
    """
    sources = _sources(con)
    if not sources:
        raise ReportError(
            "no export that tells of circulation has been loaded", "Load one: libstats load exports"
        )
    wanted = asked(con, **said)
    covered: datetime = max(row["covered_until"] for row in sources)
    last = wanted.until if wanted else covered.date().replace(day=1)
    since = month_before(last.replace(day=1), MONTHS)
    rows = _rows(con, since, month_before(last, -1) if last.day > 1 else last)
    if wanted is None:
        told = [row["period"] for row in rows if row["coverage"] != "outside"]
        newest = max(told, default=month_before(last))
        wanted = Period(newest, month_before(newest, -1))
    parts = () if wanted.months else (wanted, wanted.before, wanted.last_year)
    days = {period: _rows(con, period.since, period.until) for period in parts}
    names = branch_names(con, {row["branch"] for row in rows})
    branch = place_of(con, branch)
    code = {name: code for code, name in names.items()}.get(branch, branch)
    found = Circulation(
        wanted,
        names.get(code, code),
        named(rows, names),
        sources,
        receipt=_receipt(con, wanted.since, wanted.until),
        left_out=_left_out(con, wanted.since, wanted.until),
        silent=_silent(con),
        days={period: named(each, names) for period, each in days.items()},
        judged=named(judged(con, wanted), names),
        years=years(con, wanted, rows, names),
        names=names,
    )
    _refuse(found)
    return found


def judged(con: duckdb.DuckDBPyConnection, period: Period) -> list[Row]:
    """The verdicts on a month's checkouts, of the whole library (no branch) and of each branch; of
    a period that is no month there are none."""
    if period.months != 1:
        return []
    found: list[Row] = []
    for by in (None, "branch"):
        try:
            rows = records(signals(con, measure="checkouts", by=by, as_of=period.until))
        except AnalysisError:
            continue
        found += [row for row in rows if row["is_judged"] and row["period"] == period.since]
    return found


def years(
    con: duckdb.DuckDBPyConnection, period: Period, rows: list[Row], names: Mapping[str, str]
) -> list[Row]:
    """What each branch's twelve months are to the twelve before, of branches that are told of in
    them; none where nothing is."""
    until = period.until.replace(day=1)
    here = {row["branch"] for row in rows if row["period"] >= month_before(until, 12)}
    try:
        found = records(year_on_year(con, by="branch", as_of=until))
    except AnalysisError:
        return []
    return named([row for row in found if row["branch"] in here], names)


def named(rows: list[Row], names: Mapping[str, str]) -> list[Row]:
    """Rows with the names of branches in place of their codes."""
    return [{**row, "branch": names.get(row["branch"], row["branch"])} for row in rows]


def _refuse(report: Circulation) -> None:
    """ReportError where nothing is told of the branch, or of the period."""
    every = [*report.rows, *(row for rows in report.days.values() for row in rows)]
    branches = {row["branch"] for row in every if row["branch"] is not None}
    if report.branch and report.branch not in branches:
        raise NothingTold(
            f"there is no circulation at a branch {report.branch!r} in these {MONTHS} months",
            f"There is at: {', '.join(sorted(branches)) or 'none'}.",
        )
    if report.state(report.period) == "outside":
        reasons = sorted({row["reason"] for row in report.at(report.period) if row["reason"]})
        raise NothingTold(
            f"nothing that is loaded tells of circulation in {report.period.words}"
            f"{f': {reasons[0]}' if reasons else ''}",
            "`libstats coverage` says which months are told of. No file was changed.",
        )


def branch_names(con: duckdb.DuckDBPyConnection, codes: set[str | None]) -> dict[str, str]:
    """The names of branches by code; not of a code with two names, nor a name of two codes or one
    that is another branch's code."""
    rows = con.execute(
        """
        select
            code,
            any_value(name)
        from code
        where list = 'branch' and trim(name) <> ''
        group by code
        having count(distinct name) = 1
        """
    ).fetchall()
    counts = Counter(name for _, name in rows)
    return {code: name for code, name in rows if counts[name] == 1 and name not in codes - {code}}


def _silent(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The sources that have copies and neither loans nor a log, from which circulation could be
    counted."""
    rows = con.execute(
        """
        select distinct source from item
        except
        (select source from loan union select source from circulation_event)
        order by source
        """
    ).fetchall()
    return tuple(source for (source,) in rows)


def _sources(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """How fresh the exports are that circulation is counted from, and up to when they tell; of one
    named by a day that is the whole day, where anything of it is told."""
    loads = con.execute(
        """
        select source, declaration, max(told_until)
        from loaded_file
        where is_active
        group by all
        """
    ).fetchall()
    told = {(source, export): until for source, export, until in loads}
    rows = records(freshness(con, analysis="circulation"))
    for row in rows:
        until = told[row["source"], row["export"]]
        ends_with_day = until > row["newest_export_at"]
        following = datetime.combine(until.date() + timedelta(days=1), time())
        row["covered_until"] = following if ends_with_day else until
    return rows


def _receipt(con: duckdb.DuckDBPyConnection, since: date, until: date) -> list[Row]:
    """The receipt, what was left out at its end by name, so that a report repeats to the byte."""
    rows = records(receipt(con, "circulation", since=since, until=until))
    return sorted(rows, key=lambda row: row["what"] if row["part"] == "left out" else "")


def _left_out(con: duckdb.DuckDBPyConnection, since: date, until: date) -> list[Row]:
    """What was left out, by name, as at the end of the receipt."""
    rows = records(circulation_left_out(con, since=since, until=until))
    return sorted(rows, key=lambda row: row["reason"])


def _rows(con: duckdb.DuckDBPyConnection, since: date, until: date) -> list[Row]:
    return records(circulation(con, since=since, until=until))

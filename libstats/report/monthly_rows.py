"""What the monthly report on circulation tells of, read once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import duckdb

from libstats.analysis.circulation import circulation
from libstats.analysis.circulation import left_out as circulation_left_out
from libstats.analysis.provenance import freshness, receipt
from libstats.errors import ReportError
from libstats.report.page import parameters
from libstats.wording import Row, month_before, records

__all__ = ["Monthly", "branch_names", "read"]


@dataclass(frozen=True)
class Monthly:
    """What a monthly report tells of: the month, one branch or all (""), 13 months of rows, the
    sources, the receipt, what was left out of the month, and sources with copies alone.

    Branches go by their names where a list of codes tells them.
    """

    month: date
    branch: str
    rows: list[Row]
    sources: list[Row]
    receipt: list[Row]
    left_out: list[Row]
    silent: tuple[str, ...] = ()

    @property
    def before(self) -> date:
        """The month before."""
        return month_before(self.month)

    @property
    def last_year(self) -> date:
        """The same month last year."""
        return month_before(self.month, 12)

    def of(self, month: date) -> list[Row]:
        """The rows of a month; none if nothing is loaded for it."""
        return [row for row in self.rows if row["period"] == month]

    def at(self, month: date, *branches: str | None) -> list[Row]:
        """The rows of a month at the branches named, or at all shown."""
        return [row for row in self.of(month) if not branches or row["branch"] in branches]

    def state(self, month: date, *branches: str | None) -> str:
        """How much of a month the exports tell of, at the branches named or at all shown: whole,
        partly, outside. A branch without a row had opened later, or closed before."""
        found = {row["coverage"] for row in self.at(month, *branches)}
        return found.pop() if len(found) == 1 else "partly" if found else "outside"

    def count(self, columns: tuple[str, ...], month: date, *branches: str | None) -> int | None:
        """The sum of some columns in a month, at the branches named or at all shown; None if
        nothing tells of them."""
        rows = self.at(month, *branches)
        known = [row[column] for row in rows for column in columns if row[column] is not None]
        return sum(known) if known else None


def read(con: duckdb.DuckDBPyConnection, month: str = "", branch: str = "") -> Monthly:
    """Read what the monthly report needs.

    Parameters
    ----------
    con : an open connection
    month : such as "2026-10"; "" is the last month that the exports of circulation cover to its end
    branch : the code of one branch, or its name; "" is all of them

    Raises ReportError for a month that is none, or a branch that has no figures.
    """
    sources = _sources(con)
    if not sources:
        raise ReportError(
            "no export that tells of circulation has been loaded", "Load one: libstats load exports"
        )
    covered: datetime = max(row["covered_until"] for row in sources)
    wanted = parameters.month(month) if month else month_before(covered.date())
    rows = _rows(con, month_before(wanted, 36), month_before(wanted, -1))
    if not month:
        told = [row["period"] for row in rows if row["coverage"] != "outside"]
        wanted = max((when for when in told if when <= wanted), default=wanted)
    first, after = month_before(wanted, 12), month_before(wanted, -1)
    rows = [row for row in rows if first <= row["period"] < after]
    names = branch_names(con, {row["branch"] for row in rows})
    code = {name: code for code, name in names.items()}.get(branch, branch)
    named = [
        {**row, "branch": names.get(row["branch"], row["branch"])} for row in _at(rows, code, names)
    ]
    return Monthly(
        wanted,
        names.get(code, code),
        named,
        sources,
        receipt=_receipt(con, wanted, after),
        left_out=_left_out(con, wanted, after),
        silent=_silent(con),
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


def _at(rows: list[Row], branch: str, names: dict[str, str]) -> list[Row]:
    codes = {row["branch"] for row in rows if row["branch"] is not None}
    if branch and branch not in codes:
        told = ", ".join(sorted(names.get(code, code) for code in codes))
        raise ReportError(
            f"there is no circulation at a branch {branch!r} in these 13 months",
            f"There is at: {told or 'none'}.",
        )
    return [row for row in rows if not branch or branch == row["branch"]]

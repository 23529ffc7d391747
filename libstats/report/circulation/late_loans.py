"""What is out past its due day: now, by age and branch, and how it stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import duckdb

from libstats.analysis.work.backlog import backlog
from libstats.analysis.work.exported import newest_export
from libstats.analysis.work.worklist import worklist
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.report import sections
from libstats.report.charts.months import lines_by_month
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, Table, joined, table, tabled
from libstats.wording import Row, day_name, listed, month_before, month_name, number, records

__all__ = ["LONG", "overdue"]

LONG = 28  # days overdue, from which it is long overdue
# up to how many days each band reaches, and what it is called
BANDS = {
    "week": (7, "Up to a week"),
    "month": (LONG, "1 to 4 weeks"),
    "quarter": (91, "4 to 13 weeks"),
    "older": (None, "Over 13 weeks"),
}
LONG_ONES = ("quarter", "older")


def overdue(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """How many loans are overdue at the end of the period, and how many were at the ends of the
    months before."""
    at = _late_at(con, report)
    if at is None:
        return Html(paragraph("What is overdue cannot be told before a list of loans is loaded."))
    rows = report.here(_open(con, at))
    told = _unjudged(con, rows, report, at)
    return joined(overdue_of(rows, at), _stood(con, report), sections.unjudged(told))


def _late_at(con: duckdb.DuckDBPyConnection, report: Circulation) -> datetime | None:
    """The moment that ages are told for: the end of the period, or the newest list of loans; None
    where none is loaded."""
    (found,) = con.execute("select exists (from loan where checked_out_at is not null)").fetchall()
    if not found[0]:
        return None
    newest = newest_export(con, process_of(con, "loan"))
    return min(newest, datetime.combine(report.period.until, time()))


def _open(con: duckdb.DuckDBPyConnection, at: datetime) -> list[Row]:
    """How many open loans are late, or nobody can tell of (`standing`), by branch, band of age, and
    whether their copy is marked lost or claimed: `n`."""
    bands = " ".join(
        f"when -left_days <= {days} then '{band}'" if days else f"else '{band}'"
        for band, (days, _) in BANDS.items()
    )
    return records(
        worklist(con, "loan", as_of=at).aggregate(
            f"""
            branch,
            case
                when standing in ('not known', 'when last told') then 'not known'
                when due_at is null then 'no due day'
                when left_days < 0 then 'late'
                else 'in time'
            end as standing,
            is_missing,
            case {bands} end as band,
            count(*) as n
            """
        )
    )


def overdue_of(rows: Sequence[Row], at: datetime) -> Html:
    """The finding and the table by branch and age."""
    late = [row for row in rows if row["standing"] == "late"]
    there = [row for row in late if not row["is_missing"]]
    every, lost = (sum(int(row["n"]) for row in of) for of in (there, late))
    long = sum(row["n"] for row in there if row["band"] in LONG_ONES)
    day = day_name((at - timedelta(microseconds=1)).date())
    words = (
        f"On {day}, {'1 loan was' if every == 1 else f'{number(every)} loans were'} overdue, "
        f"{number(long)} of them by more than four weeks. Not counted are {number(lost - every)} "
        "overdue loans of copies that are marked lost, missing or claimed."
    )
    return joined(paragraph(words), _by_branch(late, day))


def _by_branch(late: Sequence[Row], day: str) -> Table:
    counts: Counter[tuple[str, str]] = Counter()
    for row in late:
        band = "lost" if row["is_missing"] else row["band"]
        counts[row["branch"] or "Branch not known", band] += row["n"]
    lines: list[Row] = [
        {
            "branch": branch,
            "overdue": sum(counts[branch, band] for band in BANDS),
            **{band: counts[branch, band] for band in (*BANDS, "lost")},
        }
        for branch in sorted({branch for branch, _ in counts})
    ]
    columns = ("overdue", *BANDS, "lost")
    foot = {"branch": "All branches", **{c: sum(line[c] for line in lines) for c in columns}}
    headings = {band: name for band, (_, name) in BANDS.items()}
    return table(
        lines,
        f"Loans past their due day on {day}, by branch and for how long",
        headings={**headings, "lost": "Marked lost or claimed"},
        foot=foot if len(lines) > 1 else None,
    )


def _stood(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """How many were overdue at the end of each of 13 months."""
    until = report.year.until
    by = "branch" if report.branch else None
    given: dict[str, Any] = {"since": month_before(until, 13), "until": until}
    try:
        found = backlog(con, "loan", start="due", every="month", by=by, **given)
        rows = records(found.filter("waiting is not null"))
    except AnalysisError:
        return Html("")
    if by:
        rows = report.here({**row, "branch": row["part"]} for row in rows)
    return stood_of(rows) if rows else Html("")


def stood_of(rows: Sequence[Row]) -> Html:
    """The picture of the months and its table."""
    months = [row["period"] for row in rows]
    last = rows[-1]
    then = next((row for row in rows if row["period"] == month_before(months[-1], 12)), None)
    words = (
        f"At the end of {month_name(months[-1])} {number(last['waiting'])} loans were past their "
        "due day"
    )
    if then:
        words += f", a year before {number(then['waiting'])}"
    picture = lines_by_month(
        months,
        {"Overdue at the end of the month": {"overdue": [float(r["waiting"]) for r in rows]}},
        f"{words}. Here those marked lost or claimed are counted too: since when they are is not "
        "told of all. A loan that was renewed counts by its last due day.",
        f"Overdue loans, {month_name(months[0])} to {month_name(months[-1])}",
    )
    names = ("period", "came", "done", "waiting", "oldest_age")
    shown = table(
        [{name: row[name] for name in names} for row in rows],
        "Overdue loans by month, those marked lost or claimed too",
        headings={
            "period": "Month",
            "came": "Became due and were out",
            "done": "Came back",
            "waiting": "Overdue at its end",
            "oldest_age": "The oldest (days)",
        },
        formats={"oldest_age": number},
    )
    return joined(
        picture._repr_html_(),
        tabled(sections.shortened(shown, last=True)),
    )


def _unjudged(
    con: duckdb.DuckDBPyConnection, rows: Sequence[Row], report: Circulation, at: datetime
) -> list[str]:
    """Of which loans it cannot be told, and which systems list none."""
    silent = con.execute(
        """
        select distinct source from circulation_event
        except
        select distinct source from loan_ever
        order by source
        """
    ).fetchall()
    told = []
    if silent and not report.branch:
        names = listed([source for (source,) in silent])
        told.append(f"No list of loans of {names} is loaded: more may be overdue there.")
    for standing, words in (
        ("no due day", "have no due day: they are never overdue."),
        ("not known", "may be over: nothing that is loaded tells."),
    ):
        if count := sum(row["n"] for row in rows if row["standing"] == standing):
            told.append(f"{number(count)} open loans {words}")
    if at.date() < report.period.until:
        told.append(f"The newest list of loans is of {day_name(at.date())}.")
    return told

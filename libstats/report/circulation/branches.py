"""Whether the library, and each branch, lends more or less than usual: against its own months, and
against the year before. A total hides branches that go opposite ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

import duckdb

from libstats.analysis.signals.signals import signals
from libstats.errors import AnalysisError
from libstats.report import sections
from libstats.report.charts.beside import bars_beside
from libstats.report.charts.usual import usual_by_month
from libstats.report.circulation.lending import COUNTS
from libstats.report.circulation.rows import Circulation, named
from libstats.report.page.cells import in_a_workbook
from libstats.report.page.html import notice, paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, joined, table, tabled
from libstats.wording import Row, day_name, listed, month_name, records, tenths

__all__ = ["closed_or_changed", "signed", "usual", "years"]

BEYOND = {"better": "more", "worse": "fewer"}
FEWEST = 2  # opening days in a row, from which a closing is named


def usual(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """Checkouts on an open day, month by month, against what is usual."""
    try:
        found = signals(
            con,
            measure="checkouts",
            by="branch" if report.branch else None,
            as_of=report.year.until,
        )
        rows = [
            {**row, "reason": _by_name(report, row["reason"])}
            for row in report.here(records(found))
            if row["period"] >= report.year.last_year.since
        ]
    except AnalysisError as error:
        return Html(notice("This cannot be told from what is loaded.", [f"{error.problem}."]))
    seasonal = [r["branch"] for r in report.judged if r["branch"] and r["season"] == "seasonal"]
    return usual_of(rows, [] if report.branch else seasonal)


def _by_name(report: Circulation, reason: str | None) -> str | None:
    """A reason that begins with a branch's code, with its name instead."""
    code, colon, rest = (reason or "").partition(": ")
    return f"{report.names[code]}: {rest}" if colon and code in report.names else reason


def usual_of(rows: Sequence[Row], seasonal: Sequence[str] = ()) -> Html:
    """The picture, how its limits were drawn, its table, and which months are no part of it.
    `seasonal` are branches of which it is known that their months differ."""
    points = [row for row in rows if row["is_point"]]
    first = points[0]["period"] if points else None
    picture = usual_by_month([row for row in rows if first and row["period"] >= first])
    lines = [
        {
            "period": row["period"],
            "value": row["value"],
            "days": row["days"],
            "low": row["low"],
            "high": row["high"],
            "why": row["reason"] or "",
        }
        for row in rows
    ]
    headings = {
        "period": "Month",
        "value": "Checkouts on an open day",
        "days": "Open days",
        "low": "Usual from",
        "high": "to",
        "why": "Left out, or not judged, because",
    }
    shown = table(
        lines,
        "Checkouts on an open day against what is usual",
        headings=headings,
        formats=dict.fromkeys(("value", "low", "high"), tenths),
    )
    return joined(
        picture._repr_html_(),
        paragraph(_limits(points)) if points else "",
        paragraph(
            f"At {listed(sorted(seasonal))} the months of the year differ. There each month is "
            "held against the same month a year before."
        )
        if seasonal
        else "",
        tabled(sections.shortened(shown, last=True)),
        sections.unjudged(_left_out(rows)),
    )


def _left_out(rows: Sequence[Row]) -> list[str]:
    """Which months are left out or not judged, by reason."""
    told = []
    for reason, group in groupby(rows, key=lambda row: row["reason"]):
        months = [month_name(row["period"]) for row in group]
        span = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
        told += [f"{span}: {reason}."] if reason else []
    return told


def _limits(points: Sequence[Row]) -> str:
    """From which months the limits come, and whether the season is in them."""
    span = f"{month_name(points[0]['period'])} to {month_name(points[-1]['period'])}"
    season = points[-1]["season"]
    limits = (
        f"The limits lie 2.66 mean steps from month to month around the mean. The picture shows "
        f"{len(points)} such months, {span}."
    )
    return limits + {
        "seasonal": " The months of the year differ here. So each month is held against the same "
        "month a year before.",
        "none": " The months of the year do not differ here beyond chance.",
    }.get(season, " Whether the months of the year differ is not known before 36 of them are told.")


def years(report: Circulation) -> Html:
    """What each branch lent on an open day in twelve months, beside the twelve before."""
    mine = [row for row in report.years if report.branch in ("", row["branch"])]
    return years_of(mine, report.year)


def years_of(rows: Sequence[Row], year: Period) -> Html:
    """The finding, the picture, its table, and what was not judged."""
    known = [row for row in rows if row["change"] is not None and row["verdict"]]
    known.sort(key=lambda row: (-row["change"], row["branch"]))
    if not known:
        words = "No branch is told of long enough to be held against the year before."
        return joined(paragraph(words), sections.unjudged(_unjudged(rows)))
    picture = bars_beside(
        [
            {"name": row["branch"], "now": row["value"], "before": row["before"]}
            for row in known[: sections.MOST_ROWS]
        ],
        "Checkouts on an open day",
        " ".join(_finding(row) for row in _first(known)),
        f"Checkouts on an open day by branch, {year.words} and the year before",
    )
    lines = [
        {
            "branch": row["branch"],
            "value": row["value"],
            "before": row["before"],
            "difference": row["change"],
            "low": row["low"],
            "high": row["high"],
            "verdict": _beyond(row),
        }
        for row in known
    ]
    headings = {
        "value": "On an open day",
        "before": "A year before",
        "difference": "Change",
        "low": "May be from (99.97%)",
        "high": "May be up to (99.97%)",
        "verdict": "More than the usual ups and downs?",
    }
    caption = f"Checkouts on an open day by branch, {year.words} and the year before"
    formats = {
        **dict.fromkeys(("value", "before"), tenths),
        **dict.fromkeys(("difference", "low", "high"), signed),
    }
    shown = table(lines, caption, headings=headings, formats=formats)
    return joined(
        picture._repr_html_(),
        tabled(sections.shortened(shown)),
        sections.unjudged(_unjudged(rows)),
    )


def _first(known: Sequence[Row]) -> list[Row]:
    """Those that stand out, those that changed most first; or where none does the first."""
    out = sorted(
        (row for row in known if row["verdict"] in BEYOND), key=lambda row: -abs(row["change"])
    )
    same = [row for row in known if row["verdict"] not in BEYOND]
    return [*out, *same][:4]


def _finding(row: Row) -> str:
    words = (
        f"{row['branch']} lends {tenths(row['value'])} on an open day, {tenths(row['before'])} a "
        f"year before ({signed(row['change'])})."
    )
    if row["verdict"] in BEYOND:
        return f"{words} That is {BEYOND[row['verdict']]} than the usual ups and downs explain."
    return f"{words} That is no more than the usual ups and downs."


def _beyond(row: Row) -> str:
    return {"better": "yes, more", "worse": "yes, fewer"}.get(row["verdict"], "no")


def _unjudged(rows: Sequence[Row]) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row["reason"]:
            by_reason.setdefault(row["reason"], []).append(row["branch"])
    return [f"{listed(names)}: {reason}." for reason, names in by_reason.items()]


@in_a_workbook('+0%;"−"0%;0%')
def signed(change: float) -> str:
    """A change of a share, with its sign: +38%, −12%, 0%."""
    whole = round(100 * change)
    return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{abs(whole)}%"


def closed_or_changed(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """When branches were closed out of the ordinary, by the calendar, and what was changed, by
    [[change]], in the two years that are compared."""
    since, until = report.year.last_year.since, max(report.year.until, report.period.until)
    given = {"since": since, "until": until}
    shut = records(con.sql(_CLOSED, params={name: str(day) for name, day in given.items()}))
    changed = records(con.sql(_CHANGED, params={name: str(day) for name, day in given.items()}))
    told = [*closings(named(shut, report.names), report.branch), *_changes(report, changed)]
    return Html(notice("Closed or changed in these two years:", told) if told else "")


# Days on which a branch is open by its week, and was not. Left out are holidays: days that it had
# closed in another year too, or any branch in two others.
_CLOSED = """
    with week as (
        select distinct calendar, isodow(day) as weekday
        from calendar_day
        where is_open
    ),
    shut as (
        select
            c.calendar as branch,
            c.day,
            c.open_before as before
        from calendar_day c
        join week w on w.calendar = c.calendar and w.weekday = isodow(c.day)
        where not c.is_open and c.calendar in (select branch from coverage)
    )
    select branch, day, before
    from shut s
    where s.day >= $since::date
        and s.day < $until::date
        and not exists (
            select 1
            from shut h
            where month(h.day) = month(s.day) and day(h.day) = day(s.day) and h.day <> s.day
            having count(*) filter (where h.branch = s.branch) > 0
                or count(distinct year(h.day)) > 1
        )
    order by s.day, s.branch
"""
_CHANGED = """
    select changed_on, what, branch
    from change
    where (process is null or process in ('hold', 'transit', 'loan'))
        and changed_on >= $since::date
        and changed_on < $until::date
    order by all
"""


def closings(days: Sequence[Row], branch: str = "") -> list[str]:
    """Closed days as sentences: each time of two opening days and more in a row (`before` is how
    many opening days lie before), with all branches that were closed within it; of one branch
    those that it was closed in."""
    runs: dict[tuple[str, int], list[date]] = {}
    for row in days:
        runs.setdefault((row["branch"], row["before"]), []).append(row["day"])
    times = sorted({(min(run), max(run)) for run in runs.values() if len(run) >= FEWEST})
    told = []
    for first, last in times:
        names = sorted({row["branch"] for row in days if first <= row["day"] <= last})
        is_within = any(a <= first and last <= b and (a, b) != (first, last) for a, b in times)
        if is_within or (branch and branch not in names):
            continue
        word = "was" if len(names) == 1 else "were"
        told.append(f"{listed(names)} {word} closed from {day_name(first)} to {day_name(last)}.")
    return told


def _changes(report: Circulation, changed: Sequence[Row]) -> list[str]:
    return [
        f"{day_name(row['changed_on'])}{_at(row['branch'])}: {row['what']}."
        for row in changed
        if not report.branch or row["branch"] in (None, report.branch)
    ]


def _at(branch: str | None) -> str:
    return f", {branch}" if branch else ""


def per_open_day(con: duckdb.DuckDBPyConnection, report: Circulation) -> Table:
    """Checkouts, renewals and uses on an open day at each branch, and checkouts a year before."""
    names = list(dict.fromkeys(row["branch"] for row in report.at(report.period)))
    now, then = (open_days(con, period, names) for period in (report.period, report.last_year))
    return per_open_day_of(report, now, then)


def per_open_day_of(
    report: Circulation, now: Mapping[str | None, int], then: Mapping[str | None, int]
) -> Table:
    """The table; of a branch without a calendar, or not told of as a whole, there is no row."""
    lines = []
    for branch, days in now.items():
        if report.state(report.period, branch) != "whole":
            continue
        line: Row = {"branch": branch or "Branch not known", "days": days}
        for name, columns in COUNTS.items():
            line[name] = _each(report.count(columns, report.period, branch), days)
        is_known = branch in then and report.state(report.last_year, branch) == "whole"
        before = report.count(COUNTS["checkouts"], report.last_year, branch) if is_known else None
        lines.append({**line, "last_year": _each(before, then.get(branch))})
    order = ("branch", "days", "checkouts", "last_year", "renewals", "uses inside the library")
    headings = {
        "days": "Open days",
        "last_year": f"Checkouts in {report.last_year.words}",
        "uses inside the library": "Uses inside the library",
    }
    return table(
        [{name: line[name] for name in order} for line in lines],
        f"On an open day in {report.period.words}, by branch",
        headings=headings,
        formats=dict.fromkeys(order[2:], tenths),
    )


def _each(count: int | None, days: int | None) -> float | None:
    return count / days if count is not None and days else None


def open_days(
    con: duckdb.DuckDBPyConnection, period: Period, branches: Sequence[str | None]
) -> Mapping[str | None, int]:
    """On how many days each branch was open, by its own calendar or the default one; where there is
    neither, it is not in it."""
    rows = con.execute(
        """
        select
            calendar,
            count(*) filter (where is_open)
        from calendar_day
        where day >= $1 and day < $2
        group by calendar
        """,
        [period.since, period.until],
    ).fetchall()
    days = dict(rows)
    found = {name: days.get(name, days.get("default")) for name in branches}
    return {name: count for name, count in found.items() if count}

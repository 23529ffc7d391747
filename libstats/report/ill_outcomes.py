"""What became of what was borrowed for patrons: what waits, what was filled, what to do."""

from __future__ import annotations

from datetime import timedelta

from libstats import charts
from libstats.analysis.backlog import backlog
from libstats.analysis.fill import fill_rate, unfilled_reasons
from libstats.analysis.worklist import worklist
from libstats.report.ill import KINDS, PROCESS, Ill, or_why_not
from libstats.report.pieces import Html
from libstats.report.tables import Table, table
from libstats.wording import Row, day_name, month_name, number, records, tenths

__all__ = ["backlog_by_week", "backlog_chart", "filled", "reasons", "to_do"]

WEEKS, LISTED = 26, 20  # weeks of backlog; requests in the list


def _weeks(report: Ill) -> list[Row]:
    return records(backlog(report.con, PROCESS, since=report.until - timedelta(weeks=WEEKS), until=report.until, every="week"))


@or_why_not
def backlog_chart(report: Ill) -> charts.Figure:
    """How many requests were waiting, week by week."""
    return charts.waiting_by_week(_weeks(report))


@or_why_not
def backlog_by_week(report: Ill) -> Table:
    """The picture's figures."""
    rows = [{k: week[k] for k in ("period", "came", "done", "given_up", "waiting", "median_age", "oldest_age")} for week in _weeks(report)]
    headings = {
        "period": "Week from",
        "came": "Came in",
        "done": "Reached the patron",
        "waiting": "Waiting at its end",
        "median_age": "Half wait longer than (days)",
        "oldest_age": "The oldest (days)",
    }
    return table(rows, "Requests waiting, week by week", headings=headings, formats={"period": day_name, "median_age": tenths, "oldest_age": tenths})


@or_why_not
def filled(report: Ill) -> Table:
    """How many of the year's requests were filled."""
    rows = [{"part": KINDS.get(row["part"], row["part"]), **_fill_line(row)} for row in records(fill_rate(report.con, by="kind", **report.period(12)))]
    whole = [{"part": "all", **_fill_line(row)} for row in records(fill_rate(report.con, **report.period(12)))]
    headings = {
        "part": "Of what",
        "cases": "Requests",
        "rate": "Fill rate",
        "rate_low": "95% interval from",
        "rate_high": "to",
        "naive_rate": "If all that were given up counted as unfilled",
    }
    formats = dict.fromkeys(("rate", "rate_low", "rate_high", "naive_rate"), _to_a_tenth)
    caption = f"Requests made from {month_name(report.since(12))} to {month_name(report.month)}: how many were filled"
    return table(rows if len(rows) > 1 else whole, caption, headings=headings, formats=formats, foot=whole[0] if whole and len(rows) > 1 else None)


def _fill_line(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("part", "as_of")}


def _to_a_tenth(part: float) -> str:
    return f"{100 * part:.1f}%"


@or_why_not
def reasons(report: Ill) -> Table:
    """Why requests were given up."""
    return table(unfilled_reasons(report.con, **report.period(12)), "Why requests were given up", headings={"counts_as": "Counts as", "cases": "Requests"})


@or_why_not
def to_do(report: Ill) -> Html:
    """The open requests that are late or near the goal, the oldest first."""
    pressing = worklist(report.con, PROCESS).filter("standing <> 'in time'").order("age desc, source, case_id")
    total = int(pressing.aggregate("count(*)").fetchall()[0][0])
    names = ("handle", "standing", "age", "branch", "kind", "last_milestone", "last_at", "next_step")
    rows = [
        {name: (row[name] or "").replace("_", " ") if name in ("branch", "kind", "last_milestone", "next_step") else row[name] for name in names}
        for row in records(pressing.limit(LISTED))
    ]
    headings = {"handle": "Request", "age": "Days since it was made", "last_milestone": "Last step", "last_at": "Reached", "next_step": "Next step"}
    listed = table(rows, f"Open requests that are late or near the goal of {report.work.goal_days:g} days, on {day_name(report.as_of)}", headings=headings, formats={"age": tenths})
    more = f"<p>And {number(total - len(rows))} more: libstats today --xlsx lists them all.</p>" if total > len(rows) else ""
    return Html(f"{listed._repr_html_()}{more}", [listed])

"""How long patrons waited for what was borrowed for them, and where the time went."""

from __future__ import annotations

from datetime import date
from typing import Any

from libstats.analysis.work.curve import turnaround_curve
from libstats.analysis.work.turnaround import turnaround
from libstats.errors import AnalysisError
from libstats.report import charts, sections
from libstats.report.charts.waiting import shares_after
from libstats.report.ill.rows import EVERY, KINDS, PROCESS, Ill, of_requests, or_why_not
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, joined, table, tabled
from libstats.wording import Interval, Row, capital, number, percent, records, tenths

__all__ = ["reached", "steps", "unjudged", "waits"]

# the steps on the way to the patron, and what each is called
CHAIN = ("submitted", "sent", "shipped", "received", "available")
WORDS = {
    "submitted": "asked for",
    "sent": "sent",
    "shipped": "shipped",
    "received": "received",
    "available": "ready",
}
DAYS = (1, 3, 7, 14, 21, 28, 42, 56)  # after which shares are told


@or_why_not
def waits(report: Ill, kind: str) -> Html:
    """How long one kind of request took, month by month: the picture, and its figures."""
    if report.kinds and kind not in report.kinds:
        return Html(paragraph(f"No {KINDS[kind]} were asked for in these two years."))
    if not report.kinds:
        if kind != "loan":
            return Html(paragraph("No export tells loans from copies: see the picture above."))
        kind = EVERY
    rows = report.months.get(kind, [])
    name = KINDS.get(kind, EVERY)
    picture = charts.waits_by_month(rows, name)
    return joined(picture._repr_html_(), tabled(by_month(rows, name)))


def by_month(rows: list[Row], name: str) -> Html:
    """The waits of each month; the last twelve on the page, and all of them in the workbook."""
    lines = [
        {
            "period": date.fromisoformat(f"{row['part']}-01"),
            "cases": row["cases"],
            "still_open": row["still_open"],
            "p50": row["p50"],
            "p50_interval": Interval(row["p50_low"], row["p50_high"]),
            "p90": row["p90"],
            "naive_p50": row["naive_p50"],
        }
        for row in rows
    ]
    headings = {
        "period": "Asked for in",
        "cases": "Requests",
        "still_open": "Still open",
        "p50": "Half within",
        "p50_interval": "May be from … to (95%)",
        "p90": "Nine in ten within",
        "naive_p50": "Half, closed ones alone",
    }
    listed = table(
        lines,
        f"Days that {name} took, by the month in which they were asked for",
        headings=headings,
        formats=dict.fromkeys(("p50", "p90", "naive_p50"), tenths),
        sheet=f"Waits for {name} by month",
    )
    return sections.shortened(listed, last=True)


@or_why_not
def reached(report: Ill) -> Html:
    """Of all requests of the twelve months, loans and copies each, the share that had reached the
    patron after so many days, and the share that was given up."""
    year: dict[str, Any] = {"since": report.year.since, "until": report.year.until}
    by = "kind" if report.kinds else None
    rows = records(turnaround_curve(report.con, PROCESS, by=by, **year))
    pieces: list[str | Html] = []
    for kind in report.kinds or [EVERY]:
        name = KINDS.get(kind, EVERY)
        steps = [row for row in rows if not report.kinds or row["part"] == kind]
        picture = charts.reached_by_day(steps, report.work.goal_days, name)
        listed = tabled(_by_day(steps, name))
        pieces += [picture._repr_html_(), listed]
    return joined(*pieces)


def _by_day(steps: list[Row], name: str) -> Table:
    found = {days: shares_after(steps, days) for days in DAYS}
    rows = [
        {
            "days": days,
            "reached": shares[0],
            "given_up": shares[1],
            "waiting": max(1 - sum(shares), 0.0),
        }
        for days, shares in found.items()
        if shares is not None
    ]
    headings = {
        "days": "Days since it was asked for",
        "reached": "Had reached the patron",
        "given_up": "Had been given up",
        "waiting": "Still waiting",
    }
    shares = dict.fromkeys(("reached", "given_up", "waiting"), percent)
    caption = f"How far all {name} were, by day"
    return table(rows, caption, headings=headings, formats=shares)


@or_why_not
def unjudged(report: Ill) -> Html:
    """What the waits did not judge, and why."""
    now, _ = report.years
    told = []
    if None in now and report.kinds:
        told.append(
            f"{of_requests(now[None]['cases'])} of the twelve months in neither picture: no "
            "export tells whether a loan or a copy was asked for."
        )
    if unknown := sum(row["undeterminable"] for row in now.values()):
        told.append(
            f"{of_requests(unknown, 'is', 'are')} over, and no export tells since when: their "
            "waits are left out."
        )
    told += sorted(
        f"The twelve months are told of in part: {reason}."
        for reason in {row["reason"] for row in now.values() if row["coverage"] != "whole"}
    )
    return sections.unjudged(told)


@or_why_not
def steps(report: Ill) -> Html:
    """How long each step took in the twelve months and in those before: loans and copies each."""
    pieces = [_steps(report, kind) for kind in report.kinds or [EVERY]]
    return joined(*(piece for pieces_of in pieces for piece in pieces_of))


def _steps(report: Ill, kind: str) -> list[str | Table | Html]:
    name, rows, why = KINDS.get(kind, EVERY), list[Row](), list[str]()
    start, is_known_then = CHAIN[0], True
    for end in CHAIN[1:]:
        now = _step(report, kind, report.year, start, end)
        if isinstance(now, str):
            why.append(f"{capital(name)}, “{WORDS[end]}”: {now} Its days are in the next step.")
            continue
        then = _step(report, kind, report.year.last_year, start, end)
        # a step from a day that few were told of would compare these few with all
        before = then if isinstance(then, dict) and is_known_then else {}
        is_known_then = isinstance(then, dict)
        if isinstance(then, str):
            why.append(f"{capital(name)}, “{WORDS[end]}”, a year before: {then}")
        rows.append(
            {
                "step": f"{WORDS[start]} → {WORDS[end]}",
                "cases": now["reached"],
                "p50": now["p50"],
                "p90": now["p90"],
                "before_p50": before.get("p50"),
                "before_p90": before.get("p90"),
            }
        )
        start = end
    picture = charts.steps_beside(rows, name, report.year.words)
    return [
        picture._repr_html_(),
        tabled(_table_of_steps(report, rows, name)),
        sections.unjudged(why),
    ]


def _table_of_steps(report: Ill, rows: list[Row], name: str) -> Table:
    headings = {
        "cases": "Requests",
        "p50": "Half within",
        "p90": "Nine in ten within",
        "before_p50": "Half, a year before",
        "before_p90": "Nine in ten, a year before",
    }
    return table(
        rows,
        f"Days that each step of {name} took, {report.year.words}",
        headings=headings,
        formats=dict.fromkeys(("p50", "p90", "before_p50", "before_p90"), tenths),
        sheet=f"Steps of {name}",
    )


def _step(report: Ill, kind: str, period: Period, start: str, end: str) -> Row | str:
    """How long a step took, or in words why that cannot be told of most requests."""
    given: dict[str, Any] = {"since": period.since, "until": period.until}
    by = "kind" if report.kinds else None
    try:
        rows = records(turnaround(report.con, PROCESS, start=start, end=end, by=by, **given))
    except AnalysisError:
        return "no export that is loaded tells its day of most requests."
    row = next((row for row in rows if row["part"] in (kind, "all")), None)
    if row is None:
        return "none was told of."
    if row["reached"] < row["undeterminable"]:
        return (
            f"the day is known of {of_requests(row['reached'])} only; of "
            f"{number(row['undeterminable'])} it is not."
        )
    return row

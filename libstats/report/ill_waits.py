"""How long patrons waited for what was borrowed for them, and where the time went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from libstats.analysis.work.curve import turnaround_curve
from libstats.analysis.work.throughput import throughput
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.worklist import worklist
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.report import charts
from libstats.report.charts.waiting import shares_after
from libstats.report.ill import KINDS, PROCESS, QUARTER, YEARS, Ill, interval, or_why_not
from libstats.report.page.html import Html, notice
from libstats.report.page.table import Table, table
from libstats.wording import Row, month_before, month_name, percent, records, tenths

__all__ = [
    "both_right",
    "by_day",
    "by_kind",
    "chart",
    "curve",
    "estimate_and_naive",
    "other_desks",
    "stages",
    "waits",
]

OTHERS = ("ill_lending", "document_delivery")
STAGES = (
    ("submitted", "sent"),
    ("sent", "shipped"),
    ("shipped", "received"),
    ("received", "available"),
)
DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 30)
WAITS = {"p50": "Half within", "p80": "80% within", "p90": "90% within"}


@or_why_not
def waits(report: Ill) -> Table:
    """The wait by month of submission, with its intervals."""
    return _waits(
        report,
        "month",
        13,
        "How long requests took, in days, by the month in which they were made",
        {"part": "Made in"},
        lambda row: date.fromisoformat(f"{row['part']}-01"),
    )


def _waits(
    report: Ill,
    by: str,
    months: int,
    caption: str,
    headings: dict[str, str],
    name: Callable[[Row], Any],
) -> Table:
    rows = []
    for row in records(turnaround(report.con, PROCESS, by=by, **report.period(months))):
        line = {
            "period" if by == "month" else "part": name(row),
            "cases": row["cases"],
            "still_open": row["still_open"],
            "given_up": row["given_up"],
        }
        for p in WAITS:
            line |= {p: row[p], f"{p}_interval": interval(row, p)}
        rows.append(line)
    intervals = {f"{p}_interval": "95% interval" for p in WAITS}
    return table(
        rows,
        caption,
        headings={
            "cases": "Requests",
            "period": "Made in",
            "still_open": "Of them still open",
            "given_up": "Of them given up",
            **WAITS,
            **intervals,
            **headings,
        },
        formats=dict.fromkeys(WAITS, tenths),
    )


@or_why_not
def chart(report: Ill) -> charts.Figure:
    """The estimate beside the naive figure, month by month."""
    return charts.waits_by_month(
        turnaround(report.con, PROCESS, by="month", **report.period(YEARS))
    )


@or_why_not
def estimate_and_naive(report: Ill) -> Table:
    """The picture's figures."""
    rows = [
        {
            "period": date.fromisoformat(f"{r['part']}-01"),
            "p50": r["p50"],
            "naive_p50": r["naive_p50"],
            "p90": r["p90"],
            "naive_p90": r["naive_p90"],
            "still_open": r["still_open"],
        }
        for r in records(turnaround(report.con, PROCESS, by="month", **report.period(YEARS)))
    ]
    headings = {
        "period": "Made in",
        "p50": "Half: estimate",
        "naive_p50": "Half: closed ones alone",
        "p90": "90%: estimate",
        "naive_p90": "90%: closed ones alone",
    }
    return table(
        rows,
        "Days taken: the estimate and the figure of closed requests alone",
        headings=headings,
        formats=dict.fromkeys(("p50", "naive_p50", "p90", "naive_p90"), tenths),
    )


def _curve(report: Ill) -> list[Row]:
    turnaround(report.con, PROCESS, **report.period(QUARTER))  # refuses where the curve would not
    return records(turnaround_curve(report.con, PROCESS, **report.period(QUARTER)))


@or_why_not
def curve(report: Ill) -> charts.Figure:
    """The share that had reached the patron, and that was given up, by day."""
    return charts.reached_by_day(_curve(report), report.work.goal_days)


@or_why_not
def by_day(report: Ill) -> Table:
    """The picture's figures."""
    steps = _curve(report)
    rows = []
    for days in DAYS:
        if (found := shares_after(steps, days)) is not None:
            rows.append(
                {
                    "days": days,
                    "reached": found[0],
                    "given_up": found[1],
                    "waiting": max(1 - found[0] - found[1], 0.0),
                }
            )
    headings = {
        "days": "Days since it was made",
        "reached": "Had reached the patron",
        "given_up": "Had been given up",
        "waiting": "Still waiting",
    }
    return table(
        rows,
        f"Requests made from {month_name(report.since(QUARTER))} to {month_name(report.month)}",
        headings=headings,
        formats=dict.fromkeys(("reached", "given_up", "waiting"), percent),
    )


@or_why_not
def both_right(report: Ill) -> Html:
    """Why the curve and the waits tell different shares for the same day, with the figures of these
    months."""
    steps = _curve(report)
    (row,) = records(turnaround(report.con, PROCESS, **report.period(QUARTER)))
    named = next(
        (
            (words, row[p])
            for p, words in (("p90", "nine in ten"), ("p50", "half"))
            if row[p] is not None
        ),
        None,
    )
    if named is None:
        return Html(
            "<p>Too few of these requests have reached the patron to compare this picture with the table above.</p>"
        )
    if not row["given_up"]:
        return Html(
            "<p>None of these requests was given up, so this picture and the table above tell the same.</p>"
        )
    words, days = named
    reached = percent(max(step["share_reached"] for step in steps if step["waited"] <= days))
    return Html(
        f"<p>Given-up requests are counted here and not in the table above, so {reached} here and {words} there, both within {tenths(days)} days, are both right.</p>"
    )


def stages(report: Ill) -> Html:
    """How long each step took, beside the same months a year before."""
    rows, why = [], []
    for start, end in STAGES:
        row: Row = {
            "stage": f"{start} to {end}",
            "cases": None,
            "p50": None,
            "p90": None,
            "before_p50": None,
            "before_p90": None,
        }
        before = {
            "since": month_before(report.since(QUARTER), 12),
            "until": month_before(report.until, 12),
        }
        for prefix, period in (("", report.period(QUARTER)), ("before_", before)):
            try:
                (told,) = records(turnaround(report.con, PROCESS, start=start, end=end, **period))
            except AnalysisError as error:
                why += (
                    [f"{start} to {end}: {error.problem.removeprefix(f'{PROCESS}: ')}."]
                    if not prefix
                    else []
                )
                continue
            row |= {
                f"{prefix}p50": told["p50"],
                f"{prefix}p90": told["p90"],
                **({"cases": told["cases"]} if not prefix else {}),
            }
        rows.append(row)
    then = f"{month_name(month_before(report.since(QUARTER), 12))[:3]} to {month_name(month_before(report.month, 12))}"
    headings = {
        "cases": "Requests",
        "p50": "Half within",
        "p90": "90% within",
        "before_p50": f"Half within, {then}",
        "before_p90": f"90% within, {then}",
    }
    name = f"Days that each step took, from {month_name(report.since(QUARTER))} to {month_name(report.month)}"
    listed = table(
        rows,
        name,
        headings=headings,
        formats=dict.fromkeys(("p50", "p90", "before_p50", "before_p90"), tenths),
    )
    return Html(
        f"{listed._repr_html_()}{notice('Some steps cannot be told:', why, attention=True) if why else ''}",
        [listed],
    )


@or_why_not
def by_kind(report: Ill) -> Table:
    """Loans, which travel as parcels, and copies, which do not."""
    caption = f"How long loans and copies took, in days, {month_name(report.since(12))} to {month_name(report.month)}"
    return _waits(
        report,
        "kind",
        12,
        caption,
        {"part": "Of what"},
        lambda row: KINDS.get(row["part"], row["part"]),
    )


def other_desks(report: Ill) -> Html:
    """Lending and document delivery in short."""
    rows, why = [], []
    for name in OTHERS:
        work = process_of(report.con, name)
        try:
            (row,) = records(turnaround(report.con, name, **report.period(QUARTER)))
            waiting = worklist(report.con, name).count("*").fetchall()[0][0]
            done = sum(
                r["cases"]
                for r in records(
                    throughput(report.con, name, since=report.month, until=report.until)
                )
            )
        except AnalysisError as error:
            why.append(
                f"{work.title[:1].upper()}{work.title[1:]}: {error.problem.removeprefix(f'{name}: ')}."
            )
            continue
        span = f"{work.starts} to {work.done[0]}"
        rows.append(
            {
                "desk": work.title,
                "done": done,
                "span": span,
                **{
                    k: row[k]
                    for k in ("cases", "p50", "p90", "naive_p50", "still_open", "given_up")
                },
                "open_now": waiting,
            }
        )
    headings = {
        "desk": "Desk",
        "done": f"Done in {month_name(report.month)}",
        "span": "Time from … to",
        "cases": "Requests in these months",
        "p50": "Half within",
        "p90": "90% within",
        "still_open": "Of these months’ requests, still open",
        "given_up": "Of these months’ requests, given up",
        "open_now": "Open now, whenever they were made",
    }
    name = f"Lending and document delivery, in days, from {month_name(report.since(QUARTER))} to {month_name(report.month)}"
    listed = table(
        rows,
        name,
        headings={**headings, "naive_p50": "Half, closed ones alone"},
        formats=dict.fromkeys(("p50", "p90", "naive_p50"), tenths),
    )
    return Html(
        f"{listed._repr_html_()}{notice('What cannot be told:', why) if why else ''}", [listed]
    )

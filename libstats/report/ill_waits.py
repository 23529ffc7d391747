"""How long patrons waited for what was borrowed for them, and where the time went."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from libstats.analysis.work.curve import turnaround_curve
from libstats.analysis.work.throughput import throughput
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.worklist import worklist
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError
from libstats.report import charts
from libstats.report.charts.waiting import shares_after
from libstats.report.ill import KINDS, PROCESS, QUARTER, YEARS, Ill, interval, or_why_not
from libstats.report.page.html import notice
from libstats.report.page.table import Html, Table, joined, table
from libstats.wording import Row, capital, month_before, month_name, percent, records, tenths

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
# of those that were not given up
WAITS = {"p50": "Half within", "p80": "80% within", "p90": "90% within"}


@or_why_not
def waits(report: Ill) -> Table:
    """The wait by month of submission, with its intervals."""
    caption = "How long requests took, in days, by the month in which they were made"
    return _waits(report, "month", 13, caption)


def _waits(report: Ill, by: Literal["month", "kind"], months: int, caption: str) -> Table:
    rows = []
    for row in records(turnaround(report.con, PROCESS, by=by, **report.period(months))):
        line = {
            **_of(row["part"], by),
            "cases": row["cases"],
            "still_open": row["still_open"],
            "given_up": row["given_up"],
            "share_reached": row["share_reached"],
        }
        for p in WAITS:
            line |= {p: row[p], f"{p}_interval": interval(row, p), f"naive_{p}": row[f"naive_{p}"]}
        rows.append(line)
    headings = {
        "period": "Made in",
        "part": "Of what",
        "cases": "Requests",
        "still_open": "Of them still open",
        "given_up": "Of them given up",
        **WAITS,
        **{f"{p}_interval": "95% interval" for p in WAITS},
        **{f"naive_{p}": "Closed ones alone" for p in WAITS},
        "share_reached": "Of all, had arrived",
    }
    formats = dict.fromkeys((*WAITS, *(f"naive_{p}" for p in WAITS)), tenths)
    return table(rows, caption, headings=headings, formats=formats | {"share_reached": percent})


def _of(part: str | None, by: Literal["month", "kind"]) -> Row:
    """The first column of a row: the month, or the kind in words."""
    if by == "month":
        return {"period": date.fromisoformat(f"{part}-01")}
    return {"part": KINDS.get(part, part)}


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
            "<p>Too few of these requests have reached the patron to compare this picture "
            "with the table above.</p>"
        )
    if not row["given_up"]:
        return Html(
            "<p>None of these requests was given up, so this picture and the table above "
            "tell the same.</p>"
        )
    words, days = named
    reached = percent(max(step["share_reached"] for step in steps if step["waited"] <= days))
    return Html(
        f"<p>Given-up requests are counted here and not in the table above, so {reached} "
        f"here and {words} there, both within {tenths(days)} days, are both right.</p>"
    )


def stages(report: Ill) -> Html:
    """How long each step took, beside the same months a year before."""
    since, until = report.since(QUARTER), report.until
    before = {"since": month_before(since, 12), "until": month_before(until, 12)}
    rows, why = [], []
    for start, end in STAGES:
        now = _step(report, start, end, **report.period(QUARTER))
        if isinstance(now, str):
            why.append(f"{start} to {end}: {now}")
        then = _step(report, start, end, **before)
        rows.append(
            {
                "stage": f"{start} to {end}",
                **_columns(now, ("cases", "p50", "p90")),
                **_columns(then, ("p50", "p90"), "before_"),
            }
        )
    months = f"{month_name(before['since'])[:3]} to {month_name(month_before(report.month, 12))}"
    headings = {
        "cases": "Requests",
        "p50": "Half within",
        "p90": "90% within",
        "before_p50": f"Half within, {months}",
        "before_p90": f"90% within, {months}",
    }
    listed = table(
        rows,
        f"Days that each step took, from {month_name(since)} to {month_name(report.month)}",
        headings=headings,
        formats=dict.fromkeys(("p50", "p90", "before_p50", "before_p90"), tenths),
    )
    return joined(listed, notice("Some steps cannot be told:", why, attention=True) if why else "")


def _step(report: Ill, start: str, end: str, **period: Any) -> Row | str:
    """How long a step took, or in words why that cannot be told."""
    try:
        (row,) = records(turnaround(report.con, PROCESS, start=start, end=end, **period))
    except AnalysisError as error:
        return f"{error.problem.removeprefix(f'{PROCESS}: ')}."
    return row


def _columns(told: Row | str, names: tuple[str, ...], prefix: str = "") -> Row:
    """Some columns of a row, NULL where there is none."""
    return {f"{prefix}{name}": None if isinstance(told, str) else told[name] for name in names}


@or_why_not
def by_kind(report: Ill) -> Table:
    """Loans, which travel as parcels, and copies, which do not."""
    caption = (
        f"How long loans and copies took, in days, {month_name(report.since(12))} to "
        f"{month_name(report.month)}"
    )
    return _waits(report, "kind", 12, caption)


def other_desks(report: Ill) -> Html:
    """Lending and document delivery in short."""
    rows, why = [], []
    for name in OTHERS:
        work = process_of(report.con, name)
        try:
            rows.append(_desk(report, work))
        except AnalysisError as error:
            told = error.problem.removeprefix(f"{name}: ")
            why.append(f"{capital(work.title)}: {told}.")
    headings = {
        "desk": "Desk",
        "done": f"Done in {month_name(report.month)}",
        "span": "Time from … to",
        "cases": "Requests in these months",
        "p50": "Half within",
        "p90": "90% within",
        "naive_p50": "Half, closed ones alone",
        "still_open": "Of these months’ requests, still open",
        "given_up": "Of these months’ requests, given up",
        "open_now": "Open now, whenever they were made",
    }
    caption = (
        f"Lending and document delivery, in days, from {month_name(report.since(QUARTER))} to "
        f"{month_name(report.month)}"
    )
    listed = table(
        rows,
        caption,
        headings=headings,
        formats=dict.fromkeys(("p50", "p90", "naive_p50"), tenths),
    )
    return joined(listed, notice("What cannot be told:", why) if why else "")


def _desk(report: Ill, work: Process) -> Row:
    """What a desk did, how long it took, and what is open."""
    (row,) = records(turnaround(report.con, work.name, **report.period(QUARTER)))
    done = records(throughput(report.con, work.name, since=report.month, until=report.until))
    columns = ("cases", "p50", "p90", "naive_p50", "still_open", "given_up")
    return {
        "desk": work.title,
        "done": None
        if any(each["coverage"] == "outside" for each in done)
        else sum(each["cases"] for each in done),
        "span": f"{work.starts} to {work.done[0]}",
        **{name: row[name] for name in columns},
        "open_now": worklist(report.con, work.name).count("*").fetchall()[0][0],
    }

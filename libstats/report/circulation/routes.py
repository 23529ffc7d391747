"""Where copies go between branches, and how many days that takes."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from libstats.analysis.work.turnaround import turnaround
from libstats.errors import AnalysisError
from libstats.report import sections
from libstats.report.charts.beside import bars_beside
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, joined, table, tabled
from libstats.wording import Row, capital, number, records, tenths

__all__ = ["transit"]

ARROW = " → "
FEW = 20  # journeys of a route, from which it is compared


def transit(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """The routes of the twelve months, beside the twelve before."""
    try:
        now = _routes(con, report, report.year)
    except AnalysisError as error:
        why = f"{capital(error.problem)}. So nothing can be told of copies in transit."
        return Html(paragraph(why))
    try:
        then = _routes(con, report, report.year.last_year)
    except AnalysisError:
        then = []
    return transit_of(now, then, report.year.words)


def _routes(con: duckdb.DuckDBPyConnection, report: Circulation, when: Period) -> list[Row]:
    """The routes with branches by name; of a branch those from it and to it."""
    rows = records(turnaround(con, "transit", since=when.since, until=when.until, by="route"))
    found = []
    for row in rows:
        ends = [report.names.get(end, end) for end in (row["part"] or "?").split(ARROW)]
        if not report.branch or report.branch in ends:
            found.append({**row, "part": ARROW.join(ends)})
    return found


def transit_of(now: Sequence[Row], then: Sequence[Row], when: str) -> Html:
    """The finding, the picture, its table, and what was not judged."""
    told = sorted(
        (row for row in now if row["p50"] is not None), key=lambda row: (-row["p50"], row["part"])
    )
    if not told:
        nothing = paragraph(f"No journey of {when} is told of.")
        return joined(nothing, sections.unjudged(_unjudged(now)))
    before = {row["part"]: row["p50"] for row in then if row["coverage"] == "whole"}
    picture = bars_beside(
        [
            {"name": row["part"], "now": row["p50"], "before": before.get(row["part"])}
            for row in told[: sections.MOST_ROWS]
        ],
        "Half of the copies came within … days",
        _finding(told),
        f"Days in transit by route, {when} and the year before",
    )
    lines = [
        {
            "route": row["part"],
            "cases": row["cases"],
            "p50": row["p50"],
            "p90": row["p90"],
            "last_year": before.get(row["part"]),
            "still_open": row["still_open"],
        }
        for row in told
    ]
    shown = table(
        lines,
        f"Journeys between branches by route, {when}",
        headings={
            "cases": "Copies sent",
            "p50": "Half within (days)",
            "p90": "Nine in ten within",
            "last_year": "Half, a year before",
            "still_open": "Still on the way",
        },
        formats=dict.fromkeys(("p50", "p90", "last_year"), tenths),
    )
    return joined(
        picture._repr_html_(),
        tabled(sections.shortened(shown)),
        sections.unjudged(_unjudged(now)),
    )


def _finding(told: Sequence[Row]) -> str:
    """Which route takes longest, and where most copies go."""
    compared = [row for row in told if row["cases"] >= FEW]
    words = []
    if compared:
        slow, *others = compared
        words.append(
            f"The slowest route is {slow['part']}: half of its copies take {tenths(slow['p50'])} "
            "days or more."
        )
        if others:
            cases = sum(row["cases"] for row in others)
            mean = sum(row["cases"] * row["p50"] for row in others) / cases
            words.append(f"On the other routes it is {tenths(mean)} days on average.")
    most = max(told, key=lambda row: (row["cases"], row["part"]))
    every = number(sum(row["cases"] for row in told))
    words.append(f"Most copies go {most['part']}: {number(most['cases'])} of {every}.")
    return " ".join(words)


def _unjudged(rows: Sequence[Row]) -> list[str]:
    told = sorted({f"The months are told of in part: {r['reason']}." for r in rows if r["reason"]})
    if few := [row for row in rows if row["cases"] < FEW]:
        told.append(
            f"{number(len(few))} {'route' if len(few) == 1 else 'routes'} with fewer than {FEW} "
            "copies sent: too few to call slow."
        )
    return told

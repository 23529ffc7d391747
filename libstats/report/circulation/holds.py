"""Holds: how long patrons wait, what becomes of holds, and where the queue is long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from libstats.analysis.work.fill import fill_rate, unfilled_reasons
from libstats.analysis.work.hold_copies import hold_copies
from libstats.analysis.work.hold_queues import BUY_FROM, hold_queues
from libstats.errors import AnalysisError
from libstats.report import sections
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, folded, joined, table
from libstats.wording import Row, capital, listed, number, records, tenths

__all__ = ["none_told", "outcomes", "queues"]

OUTCOMES = {
    "branch": "To be fetched at",
    "cases": "Holds",
    "fetched": "Fetched, or ready",
    "not_fetched": "Ready, not fetched",
    "given_up": "Cancelled or lapsed",
    "still_open": "Still open",
    "undeterminable": "Not known",
}


def none_told(error: AnalysisError) -> Html:
    """That nothing can be told of holds, and why."""
    return Html(paragraph(f"{capital(error.problem)}. So nothing can be told of holds."))


def outcomes(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """What became of the holds of the twelve months."""
    given: dict[str, Any] = {"since": report.year.since, "until": report.year.until}
    try:
        rows = records(fill_rate(con, "hold", by="branch", **given))
        reasons = records(unfilled_reasons(con, "hold", **given))
    except AnalysisError as error:
        return none_told(error)
    mine = report.here({**row, "branch": row["part"]} for row in rows if row["cases"])
    return outcomes_of(mine, [] if report.branch else reasons, report.year.words)


def outcomes_of(rows: Sequence[Row], reasons: Sequence[Row], when: str) -> Html:
    """The finding, the table by branch, the reasons, and what was not judged."""
    if not rows:
        return Html(paragraph(f"No hold of {when} is told of."))
    lines = [
        {
            "branch": row["branch"] or "Branch not known",
            "cases": row["cases"],
            "fetched": row["filled"] - row["not_fetched"],
            "not_fetched": row["not_fetched"],
            "given_up": row["cases"] - row["filled"] - row["still_open"] - row["undeterminable"],
            "still_open": row["still_open"],
            "undeterminable": row["undeterminable"],
        }
        for row in rows
    ]
    foot = {name: sum(line[name] for line in lines) for name in OUTCOMES if name != "branch"}
    words = (
        f"Of {number(foot['cases'])} holds {number(foot['fetched'])} were fetched or stand ready. "
        f"{number(foot['not_fetched'])} stood ready and were not fetched, and "
        f"{number(foot['given_up'])} were cancelled or lapsed before a copy was ready."
    )
    shown = table(
        lines,
        f"What became of the holds asked for in {when}",
        headings=OUTCOMES,
        foot={"branch": "All branches", **foot} if len(lines) > 1 else None,
    )
    why = table(
        reasons,
        "Why holds ended unfilled, at all branches",
        headings={"counts_as": "Counts as", "cases": "Holds"},
    )
    return joined(
        paragraph(words),
        sections.shortened(shown),
        folded("Why holds ended unfilled", why) if reasons else "",
        sections.unjudged(_by_reason(rows)),
    )


def _by_reason(rows: Sequence[Row]) -> list[str]:
    """Which branches are not told of as a whole, by reason."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["coverage"] != "whole":
            found.setdefault(row["reason"] or "", []).append(row["branch"] or "branch not known")
    return [f"{listed(names)}: {reason}." for reason, names in found.items()]


def queues(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """The titles with a long queue for each copy, and how many holds no copy can fill. A queue is
    of all branches."""
    known = con.execute("select count(*) from hold").fetchall()
    if not known[0][0]:
        return Html(paragraph("Queues cannot be told before a list of holds is loaded."))
    stuck = hold_copies(con).filter("is_unfillable").aggregate("count(*)").fetchall()
    return queues_of(records(hold_queues(con)), stuck[0][0])


def queues_of(rows: Sequence[Row], stuck: int) -> Html:
    """The finding and the table; how many holds nothing can fill is counted alone."""
    lines = [_queue(row) for row in rows]
    has, have = ("has" if count == 1 else "have" for count in (len(lines), stuck))
    words = (
        f"{number(len(lines))} {'title' if len(lines) == 1 else 'titles'} {has} {BUY_FROM} holds "
        f"for each copy, or more. {number(stuck)} {'hold' if stuck == 1 else 'holds'} {have} no "
        "copy left that can fill it."
    )
    shown = table(
        lines,
        "Titles with a long queue, in the newest lists, at all branches",
        headings={
            "waiting": "Holds waiting",
            "copies": "Copies here",
            "on_order": "On order",
            "each": "Holds for each copy",
        },
        formats={"each": tenths},
    )
    return joined(paragraph(words), sections.shortened(shown) if lines else "")


def _queue(row: Mapping[str, Any]) -> Row:
    return {
        "title": row["title"] or row["title_id"],
        "waiting": row["waiting"],
        "copies": row["copies"],
        "on_order": row["on_order"],
        "each": row["waiting"] / row["copies"],
    }

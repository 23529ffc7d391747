"""Holds: how long patrons wait, what becomes of holds, and where the queue is long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from libstats.analysis.today_rows import BUY_FROM
from libstats.analysis.work.fill import fill_rate, unfilled_reasons
from libstats.analysis.work.hold_copies import hold_copies
from libstats.errors import AnalysisError
from libstats.report import sections
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, folded, joined, table
from libstats.wording import Row, capital, listed, number, records, tenths

__all__ = ["long_queues", "none_told", "outcomes", "queues"]

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
    rows = long_queues(con)
    known = con.execute("select count(*) from hold").fetchall()
    if not known[0][0]:
        return Html(paragraph("No list of holds is loaded, so no queue can be told."))
    return queues_of(rows)


# Of each hold its title, and how many copies of that the list of copies has on order.
_ON_ORDER = """
    select
        h.source as of_source,
        h.hold_id as of_hold,
        h.title_id,
        o.coming
    from hold h
    left join (
        select i.source, i.title_id, count(*) as coming
        from item i
        join copy_state s on s.source = i.source and s.item_key = i.item_key
        where s.role = 'on order'
        group by all
    ) o on o.source = h.source and o.title_id = h.title_id
"""


def long_queues(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Titles with four holds a copy and more, the longest queue first: `title`, `waiting`, `copies`
    (that can fill a hold and are no longer on order), `on_order`; and those with `unfillable`
    holds."""
    copies, coming = hold_copies(con).set_alias("c"), con.sql(_ON_ORDER).set_alias("h")
    pairs = "c.source = h.of_source and c.hold_id = h.of_hold"
    found = copies.join(coming, pairs, "left").aggregate(
        """
        source,
        title_id,
        any_value(title) as title,
        any_value(waiting) as waiting,
        max(able) - max(coalesce(coming, 0)) as copies_here,
        max(on_order) + max(coalesce(coming, 0)) as on_order,
        count(*) filter (where is_unfillable) as unfillable,
        max(copies) as copies_known
        """
    )
    long = f"waiting >= {BUY_FROM} and waiting >= {BUY_FROM} * copies_here"
    return records(
        found.filter(f"copies_known > 0 and (unfillable > 0 or {long})").order(
            "waiting desc, source, title_id"
        )
    )


def queues_of(rows: Sequence[Row]) -> Html:
    """The finding and the table; a single hold that nothing can fill is counted alone."""
    stuck = sum(row["unfillable"] for row in rows)
    lines = [_queue(row) for row in rows if row["waiting"] >= BUY_FROM]
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
        "copies": row["copies_here"],
        "on_order": row["on_order"],
        "each": row["waiting"] / row["copies_here"] if row["copies_here"] else None,
    }

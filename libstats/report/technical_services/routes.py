"""Routes of orders in the report on technical services: what waits at each step, and how long the
orders of each route took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from libstats.analysis.order_piles import order_piles
from libstats.analysis.work.turnaround import turnaround
from libstats.errors import AnalysisError
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, joined, table
from libstats.wording import Row, capital, day_name, number, records, tenths

__all__ = ["Routes", "by_route", "read_routes"]

NOT_TOLD = "not told"


@dataclass(frozen=True)
class Routes:
    """The piles between order and shelf at the newest list of orders, `as_of`, and the waits of the
    orders of a period by route; of how many order lines the library's system tells how they stand,
    and how many there are."""

    period: Period | None = None
    piles: Sequence[Row] = ()
    waits: Sequence[Row] = ()
    as_of: datetime | None = None
    told_lines: int = 0
    lines: int = 0


def read_routes(con: duckdb.DuckDBPyConnection, period: Period) -> Routes:
    """Read what is told of routes; nothing where nothing is."""
    lines, told = con.execute(
        """
        select
            count(*),
            count(*) filter (
                where not coalesce(l.is_exchanged, false)
                    and coalesce(l.placed_at, l.placed_on, p.placed_on) is not null
            )
        from order_line l left join purchase_order p using (source, purchase_order_id)
        """
    ).fetchall()[0]
    if not lines:
        return Routes()
    within: dict[str, Any] = {"since": period.since, "until": period.until}
    try:
        waits = records(turnaround(con, "order_copy", by="order route", end="received", **within))
    except AnalysisError:
        waits = []
    newest = """
        select max(as_of)
        from "case"
        where process = 'order_copy'
    """
    return Routes(
        period, records(order_piles(con)), waits, con.execute(newest).fetchall()[0][0], told, lines
    )


def by_route(routes: Routes) -> Html:
    """What waits at each step by route, those with holds first; how long each route takes."""
    if routes.period is None:
        return Html(paragraph("No export tells of orders."))
    return joined(*_piles(routes), *_waits(routes, routes.period))


def _piles(routes: Routes) -> list[Any]:
    if not routes.piles and not routes.told_lines:
        return [paragraph(_untold(routes.lines))]
    if not routes.piles:
        return [paragraph("Nothing waits between the order and the shelf.")]
    rows = [
        {
            "step": capital(row["step"]),
            "route": row["route"] or NOT_TOLD,
            **{
                name: row[name] for name in ("copies", "with_holds", "rush", "half_older", "oldest")
            },
        }
        for row in routes.piles
    ]
    headings = {
        "with_holds": "With holds",
        "rush": "Rush",
        "half_older": "Half older than, days",
        "oldest": "Oldest, days",
    }
    formats = {"half_older": tenths, "oldest": tenths}
    waiting = sum(row["with_holds"] for row in routes.piles)
    said = f"Holds wait for {number(waiting)} of these copies: they come first." if waiting else ""
    listed = table(
        rows, "What waits between the order and the shelf", headings=headings, formats=formats
    )
    # the desk's own list, further down, is of another day and names other copies
    when = f" on {day_name(routes.as_of.date())}" if routes.as_of else ""
    basis = (
        f"So say orders and the status of copies{when}. A list of the desk's own work can tell "
        "other numbers below, since it is of another day or holds other copies."
    )
    return [paragraph(said) if said else "", listed, paragraph(basis)]


def _untold(lines: int) -> str:
    """That orders are held of which nothing tells how they stand."""
    many = f"{number(lines)} order line{'' if lines == 1 else 's'}"
    return (
        f"What waits between the order and the shelf is not known. Of {many} no export of your "
        "system tells when it was sent: load its order lists too."
    )


def _waits(routes: Routes, period: Period) -> list[Any]:
    told = [row for row in routes.waits if row["part"] is not None]
    if not told:
        words = (
            "No export tells by which route orders come, or its codes are declared nowhere: "
            "libstats check names these."
        )
        return [paragraph(words)]
    rows = [
        {
            "route": row["part"] or NOT_TOLD,
            **{name: row[name] for name in ("cases", "reached", "p50", "p90")},
        }
        for row in routes.waits
    ]
    headings = {
        "cases": "Ordered",
        "reached": "Came",
        "p50": "Half came within, days",
        "p90": "Nine in ten within, days",
    }
    caption = f"Orders sent from {period.words}, by route"
    return [table(rows, caption, headings=headings, formats={"p50": tenths, "p90": tenths})]

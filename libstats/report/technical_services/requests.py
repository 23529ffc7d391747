"""From request to shelf in the report on technical services: what became of what people asked the
library to buy, how long each step took, and what waits at which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import median
from typing import Any

import duckdb

from libstats.analysis.provenance import receipt
from libstats.analysis.purchase_requests import purchase_requests
from libstats.analysis.work.exported import newest_exports
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.worklist import LAST_TOLD, worklist
from libstats.errors import AnalysisError
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, joined, table
from libstats.wording import Row, day_name, number, records, tenths

__all__ = ["Requests", "from_request_to_shelf", "read_requests"]

PROCESS = "purchase_request"
STEPS = {
    "accepted": "Accepted",
    "ordered": "Ordered",
    "received": "Received",
    "available": "On its shelf",
}
WAITS = {
    "requested": "Asked for, nothing decided",
    "accepted": "Accepted, not ordered",
    "ordered": "Ordered, not received",
    "received": "Received, not on its shelf",
    "catalogued": "Catalogued, not on its shelf",
}


@dataclass(frozen=True)
class Requests:
    """The requests of a period: how many were followed to their order, the row of `turnaround` to
    each step that is told, the open ones, the receipt, and the day as of which those without an
    order are, if their list is older. `period` is None where nothing tells of requests."""

    period: Period | None = None
    told: Sequence[Row] = ()
    steps: Sequence[tuple[str, Row]] = ()
    open_ones: Sequence[Row] = ()
    receipt: Sequence[Row] = ()
    listed_on: date | None = None


def read_requests(con: duckdb.DuckDBPyConnection, period: Period, as_of: datetime) -> Requests:
    """Read what is told of the requests of a period; nothing where nothing is."""
    if not con.execute("select count(*) from purchase_request").fetchall()[0][0]:
        return Requests()
    within: dict[str, Any] = {"since": period.since, "until": period.until}
    moment = min(as_of, datetime.combine(period.until, time()))
    steps = []
    for step in STEPS:
        try:
            (row,) = records(turnaround(con, PROCESS, **within, end=step, as_of=moment))
        except (AnalysisError, ValueError):
            continue  # nothing tells of it
        steps.append((step, row))
    waiting, listed_on = _waiting(con, moment)
    return Requests(
        period,
        records(purchase_requests(con, **within)),
        steps,
        waiting,
        records(receipt(con, "purchase_requests", **within)),
        listed_on,
    )


def _waiting(con: duckdb.DuckDBPyConnection, moment: datetime) -> tuple[list[Row], date | None]:
    """The open requests as of a moment; and the day of their newest list, if those that have no
    order are as of then, since it is older."""
    listed_at = newest_exports(con).get(PROCESS)  # the table has the name of the process
    if listed_at is None:
        return [], None
    found = _open_ones(con, moment)
    known = {(row["source"], row["case_id"]) for row in found if row["standing"] != LAST_TOLD}
    beside = [] if moment <= listed_at else _open_ones(con, listed_at)
    lost = {(row["source"], row["case_id"]) for row in found} - known
    beside = [row for row in beside if (row["source"], row["case_id"]) in lost]
    every = [row for row in (*found, *beside) if row["standing"] in ("late", "near", "in time")]
    return every, listed_at.date() if beside else None


def _open_ones(con: duckdb.DuckDBPyConnection, moment: datetime) -> list[Row]:
    columns = "source, case_id, standing, last_milestone, age"
    return records(worklist(con, PROCESS, as_of=moment).select(columns))


def from_request_to_shelf(requests: Requests) -> Html:
    """What became of the requests, how long each step took, what waits."""
    if requests.period is None:
        return Html(paragraph("No export tells what the library was asked to buy."))
    return joined(
        paragraph(_finding(requests, requests.period)), *_steps(requests), *_piles(requests)
    )


def _finding(requests: Requests, period: Period) -> str:
    every, declined, withdrawn, named, by_record, lost = (
        sum(int(row[name]) for row in requests.told)
        for name in ("requests", "declined", "withdrawn", "by_order", "by_record", "not_linked")
    )
    words = f"{_many(every)} made from {period.words}; {_were(declined)} declined"
    words += f" and {_were(withdrawn)} withdrawn" if withdrawn else ""
    words += f". {number(named + by_record)} can be followed to an order"
    words += f", {number(by_record)} of them by the record alone." if by_record else "."
    if lost:
        words += f" Of {number(lost)} accepted or ordered no order is found."
    return words


def _were(count: int) -> str:
    return f"{number(count)} {'was' if count == 1 else 'were'}"


def _many(count: int) -> str:
    return "1 request was" if count == 1 else f"{number(count)} requests were"


def _steps(requests: Requests) -> list[Any]:
    rows = [
        {
            "step": STEPS[step],
            "cases": row["cases"],
            "reached": row["reached"],
            "p50": row["p50"],
            "p90": row["p90"],
        }
        for step, row in requests.steps
    ]
    if not rows:
        return [paragraph("No export tells how long a request took.")]
    headings = {
        "step": "From the request until",
        "cases": "Requests",
        "reached": "Came so far",
        "p50": "Half within, days",
        "p90": "Nine in ten within, days",
    }
    caption = "How long requests took"
    return [table(rows, caption, headings=headings, formats={"p50": tenths, "p90": tenths})]


def _piles(requests: Requests) -> list[Any]:
    rows = []
    for step, name in WAITS.items():
        ages = [row["age"] for row in requests.open_ones if row["last_milestone"] == step]
        if ages:
            told = {"step": name, "requests": len(ages)}
            rows.append({**told, "half": median(ages), "oldest": max(ages)})
    if not rows:
        return [paragraph("No request is open.")]
    headings = {"half": "Half older than, days", "oldest": "Oldest, days"}
    formats = {"half": tenths, "oldest": tenths}
    listed = table(rows, "Requests that are open, by step", headings=headings, formats=formats)
    if requests.listed_on is None:
        return [listed]
    day = day_name(requests.listed_on)
    said = f"Those without an order are as of {day}, the day of their newest list."
    return [listed, paragraph(said)]

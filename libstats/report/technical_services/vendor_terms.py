"""Vendors in the report on technical services: what they fill in 30, 60 and 90 days, what they
cancel and put on back order, what they charge and take off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from libstats.analysis.invoices.vendors import numbers_said
from libstats.analysis.vendor_terms import vendor_terms
from libstats.analysis.work.curve import turnaround_curve
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.worklist import worklist
from libstats.errors import AnalysisError
from libstats.report.page.cells import money
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, joined, table
from libstats.wording import Row, number, percent, records

__all__ = ["Terms", "fill_and_charges", "read_terms"]

MOST = 12  # rows on the page
DAYS = (30, 60, 90)


@dataclass(frozen=True)
class Terms:
    """Of each vendor what share of its orders had come after DAYS, and was cancelled; and what it
    billed. `period` are the months of which this tells."""

    period: Period
    filled: Sequence[Row] = ()
    billed: Sequence[Row] = ()
    names: Sequence[str] = ()


def read_terms(con: duckdb.DuckDBPyConnection, period: Period) -> Terms:
    """Read what is told of vendors in a period."""
    within: dict[str, Any] = {"since": period.since, "until": period.until}
    of = {**within, "end": "received", "by": "kind"}
    try:
        curve = records(turnaround_curve(con, "order_copy", **of))
        waits = records(turnaround(con, "order_copy", **of))
        ages = worklist(con, "order_copy").select("kind, age").fetchall()
    except AnalysisError:
        curve, waits, ages = [], [], []
    filled = [
        _filled(
            wait,
            [row for row in curve if row["part"] == wait["part"]],
            max((age for kind, age in ages if kind == wait["part"]), default=0.0),
        )
        for wait in waits
    ]
    billed = records(vendor_terms(con, **within))
    return Terms(period, filled, billed, numbers_said(con) if billed else ())


def _filled(wait: Row, curve: Sequence[Row], oldest: float) -> Row:
    """The share of one vendor's orders that had come after so many days: not told beyond the time
    for which any order was watched; `oldest` is the age of the oldest that is open."""
    told: Row = {"vendor": wait["part"] or "vendor not known", "cases": wait["cases"]}
    for days in DAYS:
        before = [row["share_reached"] for row in curve if row["waited"] <= days]
        is_watched = (
            wait["still_open"] == 0 or oldest >= days or any(row["waited"] > days for row in curve)
        )
        told[f"after_{days}"] = (before[-1] if before else 0.0) if is_watched else None
    told["cancelled"] = wait["given_up"]
    return told


def fill_and_charges(terms: Terms) -> Html:
    """What vendors fill and cancel, then what they charge."""
    return joined(*_fill(terms), *_charges(terms))


def _fill(terms: Terms) -> list[Any]:
    if not terms.filled:
        return [paragraph("No export tells how soon orders were filled.")]
    rows = sorted(terms.filled, key=lambda row: -row["cases"])
    headings = {"cases": "Orders", "cancelled": "Cancelled"}
    headings |= {f"after_{days}": f"Come after {days} days" for days in DAYS}
    caption = f"Orders sent from {terms.period.words}: the share that had come"
    formats = {f"after_{days}": percent for days in DAYS}
    listed = table(rows, caption, headings=headings, formats=formats).at_most(MOST)
    said = (
        "Of all orders, cancelled ones too. Open orders count for as long as they have waited. "
        "A share stands where some were watched for so long."
    )
    return [listed, paragraph(said)]


def _charges(terms: Terms) -> list[Any]:
    if not terms.billed:
        return [paragraph("No export tells what vendors charged.")]
    rows = [
        {
            "vendor": _in_currency(row["vendor"] or "vendor not known", row["currency"]),
            "invoices": row["invoices"],
            "net": row["net"],
            "charges": row["charges"],
            "on_top": row["charges_share"],
            "discount": row["discount"],
            "waiting": None if row["answered"] is None else _waiting(row),
        }
        for row in terms.billed
    ]
    headings = {
        "net": "For copies",
        "charges": "Charges on top",
        "on_top": "Charges, of that",
        "discount": "Off the list price",
        "waiting": "Order lines answered",
    }
    caption = f"What vendors billed from {terms.period.words}"
    formats = {"net": money, "charges": money, "on_top": percent, "discount": percent}
    listed = table(rows, caption, headings=headings, formats=formats).at_most(MOST)
    more = f"The workbook has {number(listed.more)} more." if listed.more else ""
    said = [more, *_again(terms.billed), *terms.names]
    return [listed, *(paragraph(each) for each in said if each)]


def _again(billed: Sequence[Row]) -> list[str]:
    """Which invoices are in the sums twice: under one number, or told of by two sources."""
    numbers = {
        number: row["vendor"] or "vendor not known"
        for row in billed
        for number in (row["numbers_again"] or "").split(", ")
        if number
    }
    return [f"{number} of {vendor} is in it twice." for number, vendor in sorted(numbers.items())]


def _in_currency(vendor: str, currency: str | None) -> str:
    """A vendor, with the currency in which it billed."""
    return f"{vendor} ({currency or 'currency not told'})"


def _waiting(row: Row) -> str:
    return (
        f"{number(row['answered'])}: {number(row['cancelled'])} cancelled, "
        f"{number(row['waiting'])} on back order"
    )

"""Funds in the report on technical services: what is left of each, and what is set aside for
nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import duckdb

from libstats.analysis.fund_balances import fund_balances
from libstats.report.page.cells import money
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, joined, table
from libstats.wording import Row, day_name, number, percent, records

__all__ = ["balances", "read_funds"]

MOST = 12  # rows on the page


def read_funds(con: duckdb.DuckDBPyConnection, as_of: date) -> list[Row]:
    """The funds of the year that a day lies in, as far as their days are told, and those of which
    no days are told."""
    rows = records(fund_balances(con, as_of=as_of))
    return [
        {**row, "as_of": as_of}
        for row in rows
        if row["share_of_year"] is None or 0 < row["share_of_year"] < 1
    ]


def balances(funds: Sequence[Row]) -> Html:
    """What is left of each fund; which are over, and what can be freed."""
    told = [row for row in funds if row["allocated"] is not None]
    if not told:
        return Html(paragraph("No export tells what was allocated to the funds."))
    over = [str(row["name"] or row["code"]) for row in told if row["is_over"]]
    dangling = sum((row["dangling"] or Decimal(0) for row in funds), Decimal(0))
    words = [
        f"{' and '.join(over)}: more is committed than was allocated."
        if over
        else "No fund has more committed than was allocated."
    ]
    if dangling:
        words.append(
            f"{dangling:,.2f} is set aside for orders that are over: it can be freed in your "
            "system."
        )
    return joined(paragraph(" ".join(words)), _listed(told), paragraph(_explained(told)))


def _listed(told: Sequence[Row]) -> Html:
    rows = [
        {
            "fund": row["name"] or row["code"] or row["fund_id"],
            "allocated": row["allocated"],
            "spent": row["spent"],
            "encumbered": row["encumbered"],
            "free": row["free"],
            "cash": row["cash"],
            "pace": _pace(row),
        }
        for row in sorted(told, key=lambda row: -row["allocated"])
    ]
    headings = {"free": "Free", "cash": "Cash", "pace": "Spent, of its year"}
    day = day_name(told[0]["as_of"])
    formats = dict.fromkeys(("allocated", "spent", "encumbered", "free", "cash"), money)
    listed = table(rows, f"Funds on {day}", headings=headings, formats=formats).at_most(MOST)
    more = f"The workbook has {number(listed.more)} more funds." if listed.more else ""
    return joined(listed, paragraph(more) if more else "")


def _pace(row: Row) -> str:
    """What was spent beside how much of the year has run."""
    spent = "not known" if row["share_spent"] is None else percent(row["share_spent"])
    run = row["share_of_year"]
    return spent if run is None else f"{spent} in {percent(run)}"


def _explained(told: Sequence[Row]) -> str:
    words = (
        "Free is what may still be ordered: allocated, less encumbered, less spent. Cash is what "
        "is not yet paid out: allocated, less spent."
    )
    if all(row["share_of_year"] is None for row in told):
        return f"{words} No export tells the days of the year of a fund."
    return f"{words} “20% in 50%” is a fifth spent when half of its year has run."

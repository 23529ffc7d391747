"""Invoices in the report on technical services: what is to be asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

from libstats.analysis.invoices.checks import invoice_checks, left_out
from libstats.analysis.invoices.held import not_held
from libstats.analysis.provenance import freshness, receipt
from libstats.definitions.invoices import CHECKS
from libstats.report.page.html import notice, paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.wording import Row, capital, number, records

__all__ = ["Bills", "questions", "read_bills", "with_receipt"]

MOST = 12  # rows on the page


@dataclass(frozen=True)
class Bills:
    """The questions about the invoices of a period, how many invoices it has, what could not be
    looked at, the receipt and the exports; `period` is None where nothing tells of invoices.
    Messages come when a vendor writes: of these exports none is called old."""

    period: Period | None = None
    invoices: int = 0
    rows: Sequence[Row] = ()
    left_out: Sequence[Row] = ()
    receipt: Sequence[Row] = ()
    sources: Sequence[Row] = ()
    not_held: str = ""
    as_of: date | None = None


def read_bills(con: duckdb.DuckDBPyConnection, period: Period, as_of: datetime) -> Bills:
    """Read what is told of the invoices of a period; nothing where nothing is."""
    within: dict[str, Any] = {"since": period.since, "until": period.until}
    told, every = con.execute(
        """
        select
            count(*) filter (where billed_on >= $since and billed_on < $until),
            count(*)
        from invoice
        """,
        within,
    ).fetchall()[0]
    if not every:
        return Bills()
    moment = min(as_of, datetime.combine(period.until, time())).date()
    return Bills(
        period,
        told,
        records(invoice_checks(con, **within, as_of=moment)),
        [row for row in records(left_out(con, **within)) if row["rows"]],
        not_held=not_held(con, **within),
        as_of=moment,
    )


def with_receipt(con: duckdb.DuckDBPyConnection, bills: Bills) -> Bills:
    """The same with the receipt of how they were found, and the exports behind them."""
    if bills.period is None:
        return bills
    within: dict[str, Any] = {"since": bills.period.since, "until": bills.period.until}
    return replace(
        bills,
        receipt=records(receipt(con, "invoice_checks", **within)),
        sources=records(freshness(con, analysis="invoice_checks")),
    )


def questions(bills: Bills) -> Html:
    """What is to be asked about invoices: how much money, by check, and each question."""
    if bills.period is None:
        return Html(paragraph("No export tells of invoices."))
    words = bills.period.words
    if not bills.rows:
        judged = "what could be judged of the " if bills.not_held else "the "
        few = (
            f"Nothing on {judged}{_invoices(bills.invoices)} from {words} needs to be asked about."
        )
        return joined(_head(bills), paragraph(few), _unlooked(bills))
    return joined(
        _head(bills),
        paragraph(
            f"{_many(len(bills.rows))} to be asked about the {_invoices(bills.invoices)} from "
            f"{words}, about {_money(bills.rows)}."
        ),
        _by_check(bills),
        _each(bills),
        _unlooked(bills),
    )


def _head(bills: Bills) -> Html:
    """What could be held against no order: it stands before what is said of the rest."""
    return Html(notice(f"{bills.not_held}.") if bills.not_held else "")


def _many(count: int) -> str:
    return "1 question is" if count == 1 else f"{number(count)} questions are"


def _invoices(count: int) -> str:
    return "1 invoice" if count == 1 else f"{number(count)} invoices"


def _money(rows: Sequence[Row]) -> str:
    """The money that questions are about, each currency for itself."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        currency = row["currency"] or ""
        sums[currency] = sums.get(currency, Decimal(0)) + abs(row["difference"] or Decimal(0))
    told = [f"{amount:,.2f} {currency}".strip() for currency, amount in sorted(sums.items())]
    return " and ".join(told)


def _by_check(bills: Bills) -> Table:
    found = []
    for name, check in CHECKS.items():
        rows = [row for row in bills.rows if row["check_name"] == name]
        if rows:
            told = {"check": capital(name), "questions": len(rows), "money": _money(rows)}
            found.append({**told, "ask": capital(check.ask)})
    headings = {"check": "What was found", "money": "About how much", "ask": "Whom to ask"}
    return table(found, "Questions about invoices, by what was found", headings=headings)


def _each(bills: Bills) -> Html:
    listed = [
        {
            "invoice": row["invoice_number"] or f"order {row['order_line_id']}",
            "vendor": row["vendor"] or "vendor not known",
            "found": capital(row["check_name"]),
            "title": row["title"],
            "money": _money([row]),
            "detail": row["detail"],
            "question": row["question"],
        }
        for row in sorted(bills.rows, key=lambda row: -abs(row["difference"] or 0))
    ]
    headings = {
        "invoice": "Invoice or order",
        "found": "What was found",
        "money": "About how much",
        "detail": "What is known",
        "question": "What to ask",
    }
    caption = "Questions about invoices, those about most money first"
    told = table(listed, caption, headings=headings).at_most(MOST)
    more = f"The workbook has {number(told.more)} more." if told.more else ""
    return joined(told, paragraph(more) if more else "")


def _unlooked(bills: Bills) -> Html:
    """What could not be held against anything, folded away."""
    if not bills.left_out:
        return Html("")
    rows = [
        {"reason": capital(row["reason"].removeprefix("counted, but ")), "rows": row["rows"]}
        for row in bills.left_out
    ]
    headings = {"reason": "What, and why", "rows": "Lines or invoices"}
    told = table(rows, "What of the invoices could not be judged", headings=headings)
    return joined(folded("What could not be judged", told))

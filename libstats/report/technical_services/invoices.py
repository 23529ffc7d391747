"""Invoices in the report on technical services: what is to be asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

from libstats.analysis.invoices.checks import invoice_checks, left_out
from libstats.analysis.invoices.each import line_number
from libstats.analysis.invoices.held import not_held
from libstats.analysis.invoices.vendors import numbers_said
from libstats.analysis.provenance import receipt
from libstats.definitions.invoices import CHECKS, DAYS, chosen
from libstats.report.page.html import notice, paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.wording import Row, capital, day_name, number, records

__all__ = ["Bills", "questions", "read_bills", "with_receipt"]

MOST = 12  # rows on the page


@dataclass(frozen=True)
class Bills:
    """The questions about the invoices of a period, how many invoices it has, what could not be
    looked at, and the receipt; `period` is None where nothing tells of invoices."""

    period: Period | None = None
    invoices: int = 0
    rows: Sequence[Row] = ()
    left_out: Sequence[Row] = ()
    receipt: Sequence[Row] = ()
    not_held: str = ""
    as_of: date | None = None
    names: Sequence[str] = ()
    days: float = DAYS


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
        names=numbers_said(con),
        days=chosen(con, None, None, None)["days"],
    )


def with_receipt(con: duckdb.DuckDBPyConnection, bills: Bills) -> Bills:
    """The same with the receipt of how they were found,."""
    if bills.period is None:
        return bills
    within: dict[str, Any] = {"since": bills.period.since, "until": bills.period.until}
    return replace(bills, receipt=records(receipt(con, "invoice_checks", **within)))


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
        *(paragraph(each) for each in (*bills.names, *_uncounted(bills))),
        _unlooked(bills),
    )


def _head(bills: Bills) -> Html:
    """What could be held against no order: it stands before what is said of the rest."""
    return Html(notice(f"{bills.not_held}.") if bills.not_held else "")


def _uncounted(bills: Bills) -> list[str]:
    """Of how many lines nobody can tell whether what they bill came."""
    lines = sum(row["rows"] for row in bills.left_out if "receipt is not judged" in row["reason"])
    if not lines:
        return []
    of = "1 line" if lines == 1 else f"{number(lines)} lines"
    return [
        f"Whether it came is not judged of {of}: how many were billed, or came, is not told. "
        "Today's list names every open order that was invoiced, at once; here copies have "
        f"{bills.days:g} days."
    ]


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
            found.append({**told, "ask": _whom(check.ask, rows)})
    headings = {"check": "What was found", "money": "About how much", "ask": "Whom to ask"}
    return table(found, "Questions about invoices, by what was found", headings=headings)


def _whom(ask: str, rows: Sequence[Row]) -> str:
    """Whom to ask: of vendors each by its name."""
    if ask != "vendor":
        return capital(ask)
    names = dict.fromkeys(row["vendor"] or "vendor not known" for row in rows)
    return f"Vendor: {', '.join(names)}"


def _each(bills: Bills) -> Html:
    """Each question: seven columns on the page, all that is known in the workbook."""
    rows = sorted(bills.rows, key=lambda row: -abs(row["difference"] or 0))
    shown_here = [
        {
            "invoice": _dated(row),
            "line": _line(row),
            "vendor": row["vendor"] or "vendor not known",
            "found": capital(row["check_name"]),
            "money": _money([row]),
            "detail": row["detail"],
            "question": row["question"],
        }
        for row in rows
    ]
    told = [
        {
            "invoice": row["invoice_number"] or row["invoice_id"],
            "day": row["billed_on"],
            "invoice_line": line_number(row),
            "order_line": row["order_line_id"],
            **{name: each[name] for name in ("vendor", "found")},
            "title": row["title"],
            "billed": row["billed"],
            "expected": row["expected"],
            "difference": row["difference"],
            "currency": row["currency"],
            **{name: each[name] for name in ("detail", "question")},
        }
        for row, each in zip(rows, shown_here, strict=True)
    ]
    headings = {
        "invoice": "Invoice",
        "day": "Day of the invoice",
        "invoice_line": "Line of the invoice",
        "line": "Line, order line",
        "found": "What was found",
        "expected": "By the order or the lines",
        "difference": "About how much",
        "money": "About how much",
        "detail": "What is known",
        "question": "What to ask",
    }
    caption = "Questions about invoices, those about most money first"
    page = table(shown_here, caption, headings=headings).at_most(MOST)
    more = f" {number(page.more)} more questions are there." if page.more else ""
    where = f"The workbook has titles and each amount besides.{more}"
    whole = table(told, caption, headings=headings)
    return joined(Html(page._repr_html_(), [whole]), paragraph(where))


def _dated(row: Row) -> str:
    """An invoice with its day; of what was not billed nothing."""
    name = row["invoice_number"] or row["invoice_id"]
    if not name:
        return "not billed"
    return f"{name}, {day_name(row['billed_on'])}" if row["billed_on"] else str(name)


def _line(row: Row) -> str | None:
    order = f"order line {row['order_line_id']}" if row["order_line_id"] else None
    line = line_number(row)
    return ", ".join(filter(None, (f"line {line}" if line else None, order))) or None


def _unlooked(bills: Bills) -> Html:
    """What could not be held against anything, folded away."""
    if not bills.left_out:
        return Html("")
    rows = [
        {
            "reason": capital(row["reason"].removeprefix("counted, but ")),
            "rows": row["rows"],
            "unit": row["unit"],
        }
        for row in bills.left_out
    ]
    headings = {"reason": "What, and why", "rows": "How many", "unit": "Of what"}
    told = table(rows, "What of the invoices could not be judged", headings=headings)
    return joined(folded("What could not be judged", told))

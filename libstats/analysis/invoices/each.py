"""Questions about invoices, each in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from libstats.definitions.invoices import whom
from libstats.wording import Row, number

__all__ = ["line_number", "questions"]

FIRST = 10


def questions(rows: Sequence[Row]) -> list[str]:
    """The first questions by what they are about, and where all of them are."""
    named = [f"{_about(row)}: {row['check_name']}, {_known(row)}" for row in rows[:FIRST]]
    more = len(rows) - FIRST
    if more > 0:
        named.append(
            f"and {number(more)} more. All: libstats report technical_services (its workbook)"
        )
    return named


def line_number(row: Row) -> str | None:
    """Which line of an invoice: of a message its number, else as the library system numbers it."""
    line = row["invoice_line_id"]
    return line.rpartition(" line ")[2] if line else None


def _about(row: Row) -> str:
    """The invoice that a question is about, else the order, with its vendor."""
    number_ = row["invoice_number"] or row["invoice_id"]
    what = f"invoice {number_}" if number_ else f"order {row['order_line_id']}"
    line = f"line {line_number(row)}" if line_number(row) else ""
    return ", ".join(filter(None, (what, line, row["vendor"] or "vendor not known")))


def _known(row: Row) -> str:
    money = "" if row["difference"] is None else f"about {abs(row['difference']):,.2f}"
    amount = f"{money} {row['currency'] or ''}".strip()
    return "; ".join(filter(None, (amount, row["detail"], f"ask {_whom(row)}")))


def _whom(row: Row) -> str:
    return row["vendor"] or "the vendor" if row["ask"] == "vendor" else whom(row["ask"])

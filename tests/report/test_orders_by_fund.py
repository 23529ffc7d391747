"""The order lines by fund, with the money that they are about."""

from __future__ import annotations

from datetime import date

from libstats.report.technical_services.vendor_rows import _funds
from tests.support.tables import holding

LINE = {"placed_on": "2026-09-15", "status": "ordered", "quantity": 2, "currency": "usd"}


def test_each_fund_says_what_was_ordered_on_it() -> None:
    """Two of 10.00 on HIST; of two copies one each on HIST and ART, at 5.00 a list price; 7.50 as
    told in pounds; cancelled; without a price; two funds of three copies, which nobody can part."""
    lines = [
        LINE | {"order_line_id": "1", "estimated_price": "10.00"},
        LINE | {"order_line_id": "2", "list_price": "5.00"},
        LINE | {"order_line_id": "3", "currency": "GBP"},
        LINE | {"order_line_id": "4", "estimated_price": "99.00", "status": "cancelled"},
        LINE | {"order_line_id": "5"},
        LINE | {"order_line_id": "6", "estimated_price": "8.00", "quantity": 3},
    ]
    funds = [("1", "1", "HIST", None), ("2", "a", "HIST", None), ("2", "b", "ART", None)]
    funds += [("3", "1", "HIST", "7.50"), ("4", "1", "HIST", None), ("5", "1", "REF", None)]
    funds += [("6", "a", "ART", None), ("6", "b", "REF", None)]
    columns = ("order_line_id", "fund_share", "fund_code", "amount")
    borne = [dict(zip(columns, row, strict=True)) for row in funds]
    with holding(order_line=lines, order_fund=borne) as con:
        found = _funds(con, date(2026, 9, 1), date(2026, 10, 1))
    assert [(row["fund"], row["lines"], row["money"]) for row in found] == [
        ("HIST", 4, "7.50 GBP and 25.00 USD"),
        ("ART", 2, "5.00 USD"),
        ("REF", 2, None),
    ]

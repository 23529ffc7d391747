"""What is left in funds, over small tables worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import libstats
from libstats.analysis.fund_balances import left_out
from libstats.report.technical_services.funds import balances, read_funds
from tests.support.tables import dicts, holding

# Told by the list itself; by movements; over its allocation; with a transfer
FUNDS = [
    {"fund_id": "1", "code": "FIC", "amount": "1000", "encumbered": "200", "spent": "300"}
    | {"period_starts_on": "2026-07-01", "period_ends_on": "2027-06-30"},
    {"fund_id": "2", "code": "JUV"},
    {"fund_id": "3", "code": "REF", "amount": "100", "encumbered": "60", "spent": "50"},
    {"fund_id": "4", "code": "GEN"},
]  # fmt: skip
# JUV: 500 allocated; 80 set aside for O1, of which 30 was freed; 40 for O2, which is cancelled; 25
# for O3, received and billed; 70 spent, 20 of it given back; 99 spent later
MOVED = [
    ("2", "allocated", "500", None),
    ("2", "encumbered", "80", "O1"),
    ("2", "unencumbered", "-30", "O1"),
    ("2", "encumbered", "40", "O2"),
    ("2", "encumbered", "25", "O3"),
    ("2", "spent", "70", None),
    ("2", "refunded", "-20", None),
    ("4", "allocated", "500", None),
    ("4", "transferred", "50", None),
]
TABLES = {
    "fund": FUNDS,
    "fund_transaction": [
        {"transaction_id": str(n), "fund_id": fund, "kind": kind, "amount": amount}
        | {"order_line_id": order, "happened_on": "2026-09-01"}
        for n, (fund, kind, amount, order) in enumerate(MOVED)
    ]
    + [
        {"transaction_id": "later", "fund_code": "JUV", "kind": "spent", "amount": "99"}
        | {"happened_on": "2026-11-01"},
        {"transaction_id": "none", "fund_code": "OLD", "kind": "spent", "amount": "9"},
    ],
    "order_line": [
        {"order_line_id": "O1", "status": "ordered", "quantity": 1, "quantity_received": 0},
        {"order_line_id": "O2", "status": "cancelled"},
        {"order_line_id": "O3", "status": "received", "quantity": 1, "quantity_received": 1},
    ],
    "invoice_line": [{"invoice_line_id": "1", "order_line_id": "O3", "amount": "25"}],
}  # fmt: skip


def test_free_and_cash_by_the_list_or_by_the_movements() -> None:
    """FIC 1000 - 200 - 300; JUV 500 - (50 + 40 + 25) - 50, of which 40 + 25 dangle; the year of FIC
    has run 123 of 365 days."""
    with holding(**TABLES) as con:
        rows = dicts(libstats.fund_balances(con, as_of="2026-11-01"))
        told = dict(left_out(con, as_of="2026-11-01").fetchall())
    by_code = {row["code"]: row for row in rows}
    money = ("allocated", "encumbered", "spent", "free", "cash", "dangling", "dangling_orders")
    assert {code: tuple(row[name] for name in money) for code, row in by_code.items()} == {
        "FIC": (1000, 200, 300, 500, 700, None, None),
        "JUV": (500, 115, 50, 335, 450, 65, 2),
        "REF": (100, 60, 50, -10, 50, None, None),
        "GEN": (None, None, None, None, None, None, None),
    }
    assert by_code["FIC"]["share_of_year"] == 123 / 365
    assert [code for code, row in by_code.items() if row["is_over"]] == ["REF"]
    assert told["a movement of a later day"] == 1
    assert told["a movement of no fund, or of a code that several funds have"] == 1
    assert told["counted, but its allocation is not told"] == 1


def test_the_page_begins_with_what_is_over_and_what_can_be_freed() -> None:
    with holding(**TABLES) as con:
        html = balances(read_funds(con, date(2026, 11, 1)))._repr_html_()
    assert "REF: more is committed than was allocated." in html
    assert f"{Decimal(65):,.2f} is set aside for orders that are over" in html
    assert "30% in 34%" in html


def test_of_funds_without_allocations_nothing_is_said() -> None:
    assert "No export tells what was allocated" in balances([])._repr_html_()

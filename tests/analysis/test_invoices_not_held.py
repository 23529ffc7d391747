"""An invoice that no order could be held against is never said to be in order; funds are held
against each other only where both are codes, or both numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.invoices.checks import left_out
from libstats.analysis.invoices.held import not_held
from libstats.report.page.period import Period
from libstats.report.technical_services import invoices
from tests.support.tables import dicts, holding

PERIOD = Period(date(2026, 3, 1), date(2026, 4, 1))
ISBN = "9780306406157"
ORDER: dict[str, Any] = {"order_line_id": "501", "quantity": 1, "status": "ordered"} | {
    "estimated_price": "10.00", "currency": "EUR", "placed_on": "2026-01-02",
}  # fmt: skip
BILL = {"source": "edifact", "invoice_id": "I1", "invoice_number": "7", "vendor_id": "4099"} | {
    "billed_on": "2026-03-01", "currency": "EUR", "total": "20.00", "total_rule": "lines",
}  # fmt: skip
LINES: list[dict[str, Any]] = [
    {"source": "edifact", "invoice_line_id": f"L{n}", "invoice_id": "I1", "isbn": isbn}
    | {"quantity": 1, "amount": "10.00"}
    for n, isbn in ((1, ISBN), (2, "9781861972712"))
]


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        ([ORDER], "2 of 2 lines could not be held against an order: add isbn to the orders' query"),
        ([], "2 of 2 lines could not be held against an order: load the orders of your library"),
        (
            [ORDER | {"isbn": ISBN}],
            "1 of 2 lines could not be held against an order: none that is loaded fits",
        ),
        (
            [ORDER | {"isbn": ISBN}, ORDER | {"order_line_id": "502", "isbn": "9781861972712"}],
            "",
        ),
    ],
)
def test_how_many_lines_meet_no_order_is_said_with_what_to_do(
    orders: list[dict[str, Any]], said: str
) -> None:
    with holding(order_line=orders, invoice=[BILL], invoice_line=LINES) as con:
        assert not_held(con).startswith(said) and bool(not_held(con)) == bool(said)
        assert not_held(con, "2026-04-01", "2026-05-01") == ""


def test_no_place_clears_what_nobody_judged() -> None:
    """The answer of `explain`, and the part of the page."""
    with holding(order_line=[ORDER], invoice=[BILL], invoice_line=LINES) as con:
        told = answer(con, "invoice_checks", as_of="2026-03-02")
        assert told == [
            "2 of 2 lines could not be held against an order: add isbn to the orders' query",
            "Nothing of what could be judged needs to be asked about",
        ]
        bills = invoices.Bills(PERIOD, 1, not_held=not_held(con))
    html = invoices.questions(bills)._repr_html_()
    assert "2 of 2 lines could not be held" in html
    assert "Nothing on what could be judged of the 1 invoice" in html


def fund_asked(billed: str, told: dict[str, str], **tables: Any) -> tuple[list[str], int]:
    """What is asked about the fund of one line of a vendor, and how many were not judged."""
    order = {"order_line_id": "501", "fund_share": "1"} | told
    tables |= {"order_line": [ORDER | {"isbn": ISBN}], "order_fund": [order]}
    line = LINES[0] | {"funds": billed}
    with holding(invoice=[BILL | {"total": "10.00"}], invoice_line=[line], **tables) as con:
        rows = dicts(libstats.invoice_checks(con, as_of="2026-03-02"))
        left = {r["reason"]: r["rows"] for r in dicts(left_out(con))}
    [unjudged] = [n for reason, n in left.items() if "funds are not judged" in reason]
    return [r["detail"] for r in rows if r["check_name"] == "fund against the order"], unjudged


FUNDS = [{"fund_id": "17", "code": "HIST"}, {"fund_id": "18", "code": "REF"}]


@pytest.mark.parametrize(
    ("billed", "told", "funds", "found"),
    [
        ("HIST", {"fund_id": "17"}, [], ([], 1)),  # a code beside a number: not compared
        ("REF", {"fund_id": "17", "fund_code": "HIST"}, [], (["REF instead of HIST"], 0)),
        # the list of funds tells the code
        ("hist; REF", {"fund_id": "17"}, FUNDS, (["hist; REF instead of HIST"], 0)),
        ("18", {"fund_id": "17"}, FUNDS, (["18 instead of HIST"], 0)),
        ("18", {"fund_code": "HIST"}, FUNDS, ([], 1)),  # the order's number is not told
    ],
)
def test_a_fund_is_held_against_its_like(
    billed: str, told: dict[str, str], funds: list[dict[str, str]], found: tuple[list[str], int]
) -> None:
    assert fund_asked(billed, told, fund=funds) == found

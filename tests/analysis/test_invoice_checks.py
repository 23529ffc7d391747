"""What of invoices should not be paid as it stands: faults planted in a sound year, each kind."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.invoices.checks import left_out
from libstats.definitions import invoices
from tests.support.invoices import AMOUNT, AS_OF, PERCENT, PLANTS, planted, sound_year
from tests.support.tables import dicts, holding

ASKED = {"as_of": str(AS_OF), "percent": PERCENT, "amount": AMOUNT}


def named(con: duckdb.DuckDBPyConnection, **given: Any) -> list[tuple[str, str, Decimal]]:
    """Each fault: the check, what it is about, the amount."""
    rows = dicts(libstats.invoice_checks(con, **{**ASKED, **given}))
    return [
        (
            row["check_name"],
            row["invoice_line_id"] or row["invoice_id"] or row["order_line_id"],
            row["difference"],
        )
        for row in rows
    ]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("rate", [0.004, 0.03])
def test_each_planted_fault_is_named_once_under_its_own_check_to_the_cent(
    rate: float, seed: int
) -> None:
    books = planted(sound_year(random.Random(seed)), rate)
    found = named(holding(**books.tables))
    assert len(books.faults) >= 2 * len(PLANTS)
    wanted = [(check, about, amount) for (check, about), amount in books.faults.items()]
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("seed", range(10, 12))
def test_a_sound_year_has_nothing_to_name(seed: int) -> None:
    books = sound_year(random.Random(seed))
    assert len(books.lines) > 500
    assert named(holding(**books.tables)) == []


ORDER = {"order_line_id": "O1", "vendor_id": "V1", "status": "received", "quantity": 2} | {
    "quantity_received": 2, "estimated_price": "20.00", "currency": "EUR",
    "received_on": "2026-03-10", "isbn": "9780306406157",
}  # fmt: skip
BILL = {"invoice_id": "I1", "invoice_number": "77", "vendor_id": "V1"} | {
    "billed_on": "2026-03-01", "currency": "EUR", "total": "40.00",
}  # fmt: skip
LINE = {"invoice_line_id": "L1", "invoice_id": "I1", "order_line_id": "O1"} | {
    "quantity": 2, "amount": "40.00",
}  # fmt: skip


def checked(
    order: dict[str, Any] | None = None,
    bill: dict[str, Any] | None = None,
    line: dict[str, Any] | None = None,
    **given: Any,
) -> list[tuple[str, str, Decimal]]:
    """What is named of one sound invoice of two copies at 20.00, changed as is said."""
    tables = {
        "order_line": [ORDER | (order or {})],
        "invoice": [BILL | (bill or {})],
        "invoice_line": [LINE | (line or {})],
    }
    with holding(**tables) as con:
        return named(con, **given)


@pytest.mark.parametrize(
    ("amount", "percent", "tolerance", "over"),
    [
        ("42.00", 5, 1, None),  # 21.00 each: 5 in 100, and 1.00
        ("42.02", 5, 1, "2.02"),  # 21.01
        ("38.00", 5, 1, None),
        ("37.98", 5, 1, "-2.02"),
        ("41.98", 1, 1, None),  # within the amount alone
        ("41.98", 5, 0, None),  # within the per cent alone
        ("40.02", 0, 0, "0.02"),
        ("40.00", 0, 0, None),
    ],
)
def test_a_price_within_either_tolerance_is_not_named(
    amount: str, percent: float, tolerance: float, over: str | None
) -> None:
    wanted = [("price against the order", "L1", Decimal(over))] if over else []
    changed: dict[str, Any] = {"bill": {"total": amount}, "line": {"amount": amount}}
    assert checked(**changed, percent=percent, amount=tolerance) == wanted


def test_below_a_list_price_nothing_is_asked_and_above_it_is() -> None:
    """A list price has a discount to come: 40.00 for two at 25.00 is one, for two at 15.00 is
    10.00 too much."""
    listed = {"estimated_price": None, "list_price": "25.00"}
    assert checked(order=listed) == []
    assert checked(order=listed | {"list_price": "15.00"}) == [
        ("price against the order", "L1", Decimal("10.00"))
    ]


def test_what_no_export_tells_is_named_by_no_check() -> None:
    """No price, number, receipt, currency, total, vendor: nothing to hold it against, and the
    companion says so."""
    order = dict.fromkeys(("estimated_price", "quantity", "quantity_received", "currency"))
    tables = {
        "order_line": [ORDER | order | {"received_on": None, "status": None}],
        "invoice": [BILL | {"total": None, "currency": None, "vendor_id": None}],
        "invoice_line": [LINE],
    }
    with holding(**tables) as con:
        assert named(con) == []
        told = dict(left_out(con).select("reason, rows").fetchall())
    assert {reason.partition(":")[0]: rows for reason, rows in told.items() if rows} == {
        "counted, but the price is not judged": 1,
        "counted, but how many is not judged": 1,
        "counted, but receipt is not judged": 1,
        "counted, but funds are not judged": 1,
        "counted, but barcodes are not told": 1,
        "counted, but the total is not judged": 1,
    }


def test_copies_on_their_way_and_standing_orders_are_not_named() -> None:
    """Billed ten days ago and not come; a standing order billed again each year."""
    waiting = {"quantity_received": 0, "received_on": None, "status": "ordered"}
    assert checked(order=waiting, as_of="2026-03-11") == []
    assert checked(order=waiting, as_of="2026-04-11") == [
        ("billed and not received", "L1", Decimal("40.00"))
    ]
    assert checked(order=waiting | {"is_standing": True, "quantity": 1}) == []


def test_a_check_is_turned_off_with_its_reason() -> None:
    config = {"invoices": {"off": {"no order line": "the vendor sends no numbers"}}}
    with holding(order_line=[ORDER], invoice=[BILL], invoice_line=[LINE]) as con:
        invoices.register(con, config)
        assert named(con) == []
        told = [row[0] for row in left_out(con).fetchall() if "turned off" in row[0]]
    assert told == [
        "counted, but the check no order line is turned off: the vendor sends no numbers"
    ]


def test_the_tolerances_of_the_library_hold_where_none_is_given() -> None:
    dear = {"bill": {"total": "42.02"}, "line": {"amount": "42.02"}}
    tables = {"order_line": [ORDER], "invoice": [BILL | dear["bill"]]}
    with holding(**tables, invoice_line=[LINE | dear["line"]]) as con:
        invoices.register(con, {"invoices": {"percent": 10, "amount": 2}})
        assert named(con, percent=None, amount=None) == []


def test_the_order_of_the_library_system_is_found_for_the_vendors_message() -> None:
    """By its number behind the slash, else by the one order of that ISBN; the vendor's own answer
    cancelled one of them."""
    message = {"source": "edifact", "total_rule": "lines", "currency": "EUR"}
    line = {"source": "edifact"}
    answer = {"source": "edifact", "order_line_id": "12/O1", "is_exchanged": True}
    tables = {
        "order_line": [
            ORDER | {"quantity_received": 1},
            ORDER | {"order_line_id": "O2", "isbn": "0-306-40616-9 (pbk.)"},
            answer | {"status": "cancelled"},
        ],
        "invoice": [BILL | message | {"total": "80.00"}],
        "invoice_line": [
            LINE | line | {"order_line_id": "12/O1"},
            LINE | line | {"invoice_line_id": "L2", "order_line_id": None}
            | {"isbn": "9780306406164", "amount": "50.00"},
        ],
    }  # fmt: skip
    with holding(**tables) as con:
        assert named(con) == [
            ("cancelled and billed", "L1", Decimal("40.00")),
            ("price against the order", "L2", Decimal("10.00")),
        ]


def test_koha_tells_the_invoice_in_the_order_line() -> None:
    """Received in two parts: the second for 12.00 too much, the third part of the order to come."""
    part = {"parent_line_id": "O1", "invoice_id": "9", "status": "received", "quantity": 1}
    part |= {"quantity_received": 1, "unit_price": "20.00"}
    first = {"quantity": 1, "quantity_received": 0, "status": "ordered", "received_on": None}
    tables = {
        "order_line": [
            ORDER | first,
            ORDER | part | {"order_line_id": "O2"},
            ORDER | part | {"order_line_id": "O3", "unit_price": "32.00"},
        ],
        "invoice": [BILL | {"invoice_id": "9", "total": None, "currency": None}],
    }
    with holding(**tables) as con:
        assert named(con) == [("price against the order", "order line O3", Decimal("12.00"))]


PAID = {"payment_id": "P1", "invoice_number": " 77 ", "vendor_name": "Heron", "currency": "EUR"} | {
    "amount": "40.00", "paid_on": "2026-03-20",
}  # fmt: skip


@pytest.mark.parametrize(
    ("payments", "wanted"),
    [
        ([PAID], []),
        ([PAID, PAID | {"payment_id": "P2"}], [("paid otherwise than billed", "I1", "40.00")]),
        ([PAID | {"amount": "39.99"}], [("paid otherwise than billed", "I1", "-0.01")]),
        # two parts are one payment
        ([PAID | {"amount": "15.00"}, PAID | {"payment_id": "P2", "amount": "25.00"}], []),
        ([PAID | {"currency": "USD"}], []),
        ([PAID, PAID | {"payment_id": "P2", "invoice_number": "78"}],
         [("paid and not billed", "78", "40.00")]),
        ([PAID | {"invoice_number": "1", "paid_on": "2026-02-01"}],
         [("billed and not paid", "I1", "40.00")]),
        # a list that begins later tells nothing of the invoice
        ([PAID | {"invoice_number": "2", "paid_on": "2026-04-01"}],
         [("paid and not billed", "2", "40.00")]),
    ],
)  # fmt: skip
def test_the_finance_office_is_held_against_the_invoices(
    payments: list[dict[str, str]], wanted: list[tuple[str, str, str]]
) -> None:
    tables = {"order_line": [ORDER], "invoice": [BILL], "invoice_line": [LINE]}
    with holding(**tables, payment=payments) as con:
        assert named(con) == [(check, about, Decimal(over)) for check, about, over in wanted]


def test_an_invoice_of_which_the_vendor_tells_too_is_paid_once() -> None:
    """Both the library system and a message tell of it: 50.00 were paid for 40.00."""
    message = BILL | {"source": "edifact", "invoice_id": "M1", "total_rule": "lines"}
    tables = {"order_line": [ORDER], "invoice": [BILL, message], "invoice_line": [LINE]}
    with holding(**tables, payment=[PAID | {"amount": "50.00"}]) as con:
        assert ("paid otherwise than billed", "I1", Decimal("10.00")) in named(con)


def test_a_currency_is_one_however_it_is_written() -> None:
    """A price of 22.00 ordered for 20.00 is asked about, and nothing about `eur`."""
    found = checked(order={"currency": " eur "}, bill={"total": "44.00"}, line={"amount": "44.00"})
    assert found == [("price against the order", "L1", Decimal("4.00"))]


def test_lines_without_an_amount_give_no_sum() -> None:
    line = LINE | {"invoice_line_id": "L2", "amount": None, "order_line_id": None}
    tables = {"order_line": [ORDER], "invoice": [BILL | {"total": "45.00"}]}
    with holding(**tables, invoice_line=[LINE, line]) as con:
        assert "sum against the total" not in {check for check, *_ in named(con)}
        told = dict(left_out(con).select("reason, rows").fetchall())
    assert [n for reason, n in told.items() if "the total is not judged" in reason] == [1]


def test_two_orders_of_one_isbn_are_two_though_one_bill_names_none() -> None:
    """A copy each was ordered twice; the second bill has the ISBN alone, which both orders have."""
    one = {"quantity": 1, "quantity_received": 1}
    orders = [ORDER | one, ORDER | one | {"order_line_id": "O2"}]
    bills = [BILL | {"total": "20.00"}]
    bills += [BILL | {"invoice_id": "I2", "invoice_number": "78", "total": "20.00"}]
    told = {"quantity": 1, "amount": "20.00", "isbn": "9780306406157"}
    lines = [LINE | told, LINE | told | {"invoice_line_id": "L2", "invoice_id": "I2"}]
    lines[1]["order_line_id"] = None
    with holding(order_line=orders, invoice=bills, invoice_line=lines) as con:
        assert "ISBN billed twice" not in {check for check, *_ in named(con)}
    with holding(order_line=orders[:1], invoice=bills, invoice_line=lines) as con:
        assert "ISBN billed twice" in {check for check, *_ in named(con)}


@pytest.mark.parametrize("quantity", [1, -1])
def test_a_credit_note_takes_its_copies_off_however_it_writes_them(quantity: int) -> None:
    """One copy ordered, billed, and given back: nothing is billed beyond the order."""
    order = ORDER | {"quantity": 1, "quantity_received": 1}
    bills = [BILL | {"total": "20.00"}]
    bills += [BILL | {"invoice_id": "C1", "invoice_number": "84", "total": "-20.00"}]
    one = LINE | {"quantity": 1, "amount": "20.00"}
    back = {"invoice_line_id": "L2", "invoice_id": "C1", "quantity": quantity, "amount": "-20.00"}
    with holding(order_line=[order], invoice=bills, invoice_line=[one, one | back]) as con:
        assert named(con) == []
    # without the credit the second copy is one too many
    back |= {"amount": "20.00", "quantity": 1}
    bills[1]["total"] = "20.00"
    with holding(order_line=[order], invoice=bills, invoice_line=[one, one | back]) as con:
        assert len(named(con)) == 1

"""Which order a vendor's line bills: by numbers, else by an ISBN, else it is not linked."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.invoices.links import ISBNS
from tests.support.tables import dicts, holding

ISBN = "9780306406157"
# the order in the library system, 10.00 a copy; the vendor bills 15.00, which names the order
ORDER: dict[str, Any] = {"source": "koha", "order_line_id": "501", "quantity": 1} | {
    "estimated_price": "10.00", "currency": "EUR", "purchase_order_id": "PO77",
    "line_number": "2", "placed_on": "2026-01-02", "status": "ordered",
}  # fmt: skip
WRITTEN = ORDER | {"source": "edifact", "is_exchanged": True, "vendor_id": "4099"}
OTHER = ORDER | {"order_line_id": "900", "purchase_order_id": "PO1", "line_number": "9"}
BILL = {"source": "edifact", "invoice_id": "I1", "invoice_number": "7", "vendor_id": "4099"} | {
    "billed_on": "2026-03-01", "currency": "EUR", "total": "15.00", "total_rule": "lines",
}  # fmt: skip
LINE = {"source": "edifact", "invoice_line_id": "L1", "invoice_id": "I1", "quantity": 1} | {
    "amount": "15.00"
}


def named(orders: list[dict[str, Any]], line: dict[str, Any], **given: Any) -> list[str | None]:
    """The order of each line that costs more than it."""
    tables = {"order_line": orders, "invoice": [BILL], "invoice_line": [LINE | line]}
    with holding(**tables, **given) as con:
        rows = dicts(libstats.invoice_checks(con, as_of="2026-03-02"))
    return [r["order_line_id"] for r in rows if r["check_name"] == "price against the order"]


@pytest.mark.parametrize(
    ("orders", "line", "found"),
    [
        ([ORDER, OTHER], {"order_line_id": "77/501"}, ["501"]),
        ([ORDER, OTHER], {"purchase_order_id": "PO77", "line_number": "2"}, ["501"]),
        ([ORDER, OTHER], {"purchase_order_id": "PO77", "line_number": "3"}, []),
        ([ORDER, OTHER], {"purchase_order_id": "PO77"}, []),
        # the order's number, and the ISBN within it
        (
            [ORDER | {"isbn": ISBN}, OTHER | {"isbn": ISBN}],
            {"purchase_order_id": "PO77", "isbn": ISBN},
            ["501"],
        ),
        ([WRITTEN | {"supplier_number": "S5"}], {"supplier_number": "S5"}, ["501"]),
        ([WRITTEN | {"supplier_number": "S5", "vendor_id": "4111"}], {"supplier_number": "S5"}, []),
        ([ORDER | {"isbn": ISBN}, OTHER], {"isbn": ISBN}, ["501"]),
        # of two orders of an ISBN the only open one; two open ones are no answer
        ([ORDER | {"isbn": ISBN}, OTHER | {"isbn": ISBN}], {"isbn": ISBN}, []),
        (
            [ORDER | {"isbn": ISBN}, OTHER | {"isbn": ISBN, "status": "closed"}],
            {"isbn": ISBN},
            ["501"],
        ),
        (
            [ORDER | {"isbn": ISBN}, OTHER | {"isbn": ISBN, "placed_on": "2026-03-09"}],
            {"isbn": ISBN},
            ["501"],
        ),
        # the library's own order goes before the vendor's word for it
        ([ORDER | {"isbn": ISBN}, WRITTEN | {"isbn": ISBN}], {"isbn": ISBN}, ["501"]),
        # a vendor's order of another file, such as of MARC records
        ([WRITTEN | {"source": "gobi", "order_line_id": "K1"}], {"order_line_id": "K1"}, ["K1"]),
    ],
)
def test_a_line_meets_its_order(
    orders: list[dict[str, Any]], line: dict[str, Any], found: list[str]
) -> None:
    assert named(orders, line) == found


def test_an_answer_without_the_librarys_number_is_of_the_order_that_it_names() -> None:
    """It says that the order is cancelled, and adds no copies to it."""
    answer = WRITTEN | {"order_line_id": "PO77/2", "status": "cancelled"}
    tables = {
        "order_line": [WRITTEN, answer],
        "invoice": [BILL],
        "invoice_line": [LINE | {"order_line_id": "501"}],
    }
    with holding(**tables) as con:
        rows = dicts(libstats.invoice_checks(con, as_of="2026-03-02"))
    assert [(r["check_name"], r["order_line_id"]) for r in rows] == [
        ("cancelled and billed", "501")
    ]


@pytest.mark.parametrize(
    ("vendors", "config", "name"),
    [
        ([{"vendor_id": "3", "name": "Vale", "edi_number": "4099"}], {}, "Vale"),
        ([], {"4099": "Vale Books"}, "Vale Books"),
        # the library's own word goes first; two vendors with one number are none
        (
            [{"vendor_id": "3", "name": "Vale", "edi_number": "4099"}],
            {"4099": "Vale Books"},
            "Vale Books",
        ),
        (
            [
                {"vendor_id": "3", "name": "Vale", "edi_number": "4099"},
                {"vendor_id": "4", "name": "Moor", "edi_number": "4099"},
            ],
            {},
            "4099",
        ),
        ([], {}, "4099"),
    ],
)
def test_the_number_of_a_vendor_is_its_name(
    vendors: list[dict[str, Any]], config: dict[str, str], name: str
) -> None:
    tables = {"vendor": vendors, "invoice": [BILL], "invoice_line": [LINE]}
    with holding({"vendors": config}, **tables) as con:
        told = libstats.vendor_terms(con, since="2026-01-01", until="2027-01-01").fetchall()
    assert [row[0] for row in told] == [name]


OWN = {"source": "koha", "invoice_id": "71", "invoice_number": "7", "vendor_id": "3"} | {
    "billed_on": "2026-03-04"
}
RECEIVED = ORDER | {"status": "received", "quantity_received": 1, "received_on": "2026-03-05"} | {
    "unit_price": "10.00", "invoice_id": "71", "invoice_number": "7", "vendor_id": "3",
}  # fmt: skip


def checks(orders: list[dict[str, Any]], bills: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What is named, and its source, of 15.00 billed for an order of 10.00."""
    line = LINE | {"order_line_id": "501"}
    tables = {"order_line": orders, "invoice": bills, "invoice_line": [line]}
    with holding(vendor=[{"vendor_id": "3", "name": "Vale"}], **tables) as con:
        rows = dicts(libstats.invoice_checks(con, as_of="2026-10-31"))
    return sorted((r["check_name"], r["source"]) for r in rows)


PRICE = ("price against the order", "edifact")


def test_an_invoice_that_two_tell_of_is_looked_at_once() -> None:
    """As the message tells it: Koha's own of the same number would bill the order twice. Another
    number, another time or another vendor is another invoice."""
    assert checks([RECEIVED], [BILL, OWN]) == [PRICE]
    another = [("ISBN billed twice", "edifact"), ("billed more than ordered", "koha")]
    for other in ({"invoice_number": "8"}, {"billed_on": "2025-03-04"}):
        found = checks([RECEIVED], [BILL, OWN | other])
        assert set(found) & {*another, ("billed more than ordered", "edifact")}, other


def test_a_number_that_comes_twice_to_both_is_named_once() -> None:
    again = {"billed_on": "2026-03-20"}
    bills = [BILL, BILL | again | {"invoice_id": "I2"}, OWN, OWN | again | {"invoice_id": "72"}]
    assert checks([RECEIVED], bills) == [("invoice number twice", "edifact"), PRICE]


def test_what_came_and_no_message_bills_is_asked_about_of_vendors_that_send_them() -> None:
    """The vendor bills by messages since March; of another vendor no message is known."""
    came = ORDER | {"status": "received", "quantity_received": 1, "received_on": "2026-04-05"}
    mine = came | {"order_line_id": "502", "vendor_name": "Vale"}
    other = came | {"order_line_id": "503", "vendor_name": "Moor"}
    first = came | {"received_on": "2026-03-03", "vendor_name": "Vale"}
    assert checks([first, mine, other], [BILL]) == [PRICE, ("received and not billed", "koha")]


@pytest.mark.parametrize(
    ("text", "isbn"),
    [
        ("9780306406157 (pbk)", "9780306406157"),
        ("0306406152", "0306406152"),
        ("080442957x; 0306406152", "080442957x"),
        ("5012345678900", ""),  # a record's EAN
        ("97803064061579", ""),
    ],
)
def test_an_isbn_is_a_whole_number(text: str, isbn: str) -> None:
    found = duckdb.execute(f"select regexp_extract($1, {ISBNS})", [text]).fetchall()
    assert found == [(isbn,)]

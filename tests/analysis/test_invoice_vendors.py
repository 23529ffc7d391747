"""Who a number in messages is, what is known of a question, and which invoices are in a sum twice;
each worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

import libstats
from libstats.analysis.answers import answer
from libstats.analysis.invoices.checks import left_out
from libstats.analysis.invoices.vendors import numbers_said, unnamed
from libstats.report.technical_services.vendor_terms import _again
from tests.support.tables import dicts, holding

GLN = "4099999000011"
MESSAGE = {"source": "edifact"}
ORDER: dict[str, Any] = {"order_line_id": "501", "quantity": 1, "status": "ordered"} | {
    "estimated_price": "25.42", "currency": "EUR", "vendor_id": "12", "placed_on": "2026-01-02",
}  # fmt: skip
OTHER = ORDER | {"order_line_id": "502", "vendor_id": "13"}
BILL = MESSAGE | {"invoice_id": "I1", "invoice_number": "MR-2604", "vendor_id": GLN} | {
    "billed_on": "2026-03-01", "currency": "EUR", "total": "29.23", "total_rule": "lines",
}  # fmt: skip
LINE = MESSAGE | {"invoice_line_id": f"{GLN} MR-2604 line 3", "invoice_id": "I1"} | {
    "order_line_id": "501", "quantity": 1, "amount": "29.23",
}  # fmt: skip
SECOND = LINE | {"invoice_line_id": f"{GLN} MR-2604 line 4", "order_line_id": "502"}
VENDORS = [{"vendor_id": "12", "name": "millrace"}, {"vendor_id": "13", "name": "heron"}]


def asked(lines: list[dict[str, Any]], **given: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The questions, and what is said of numbers of vendors."""
    tables = {"order_line": [ORDER, OTHER], "invoice": [BILL], "invoice_line": lines}
    with holding(**{"vendor": VENDORS} | tables | given) as con:
        return dicts(libstats.invoice_checks(con, as_of="2026-03-02")), numbers_said(con)


def test_a_number_is_the_vendor_whose_orders_alone_its_invoices_met() -> None:
    """25.42 ordered of millrace, billed at 29.23 by a number."""
    [row], said = asked([LINE])
    assert (row["vendor"], row["check_name"]) == ("millrace", "price against the order")
    assert row["detail"] == "ordered 25.42, billed 29.23"
    assert said == [f"{GLN} is taken for millrace: its invoices met orders of that vendor alone."]


def test_a_number_that_met_orders_of_two_vendors_is_no_vendor_of_them() -> None:
    rows, said = asked([LINE, SECOND])
    assert {row["vendor"] for row in rows} == {GLN}
    assert said == [
        f'No export names {GLN}. Its name goes into libstats.toml: [vendors], then "{GLN}" = "..."'
    ]


def test_what_the_library_says_goes_before_what_is_derived() -> None:
    rows, said = asked([LINE], config={"vendors": {GLN: "Vale Books"}})
    assert ({row["vendor"] for row in rows}, said) == ({"Vale Books"}, [])


@pytest.mark.parametrize(
    ("order", "bill", "check", "detail"),
    [
        (
            {"status": "cancelled", "cancelled_on": "2026-02-03"},
            {},
            "cancelled and billed",
            "cancelled on 2026-02-03",
        ),
        ({"status": "cancelled"}, {}, "cancelled and billed", "cancelled, on a day not told"),
        (
            {"estimated_price": "29.23"},
            {"total": "31.00", "total_rule": "none"},
            "sum against the total",
            "stated total 31.00, sum of lines 29.23",
        ),
    ],
)
def test_what_a_check_knows_is_said(
    order: dict[str, Any], bill: dict[str, Any], check: str, detail: str
) -> None:
    tables = {"order_line": [ORDER | order], "invoice": [BILL | bill]}
    [row], _ = asked([LINE], **tables)
    assert (row["check_name"], row["detail"]) == (check, detail)


@pytest.mark.parametrize(
    ("paid", "detail"),
    [
        ({}, "; of this number 29.23 were paid on 2026-03-05: ask for money back"),
        ({"invoice_number": "MR-1"}, "; in no payment so far: hold it back"),
        # a list of payments that begins after the invoice tells nothing of it
        ({"invoice_number": "MR-1", "paid_on": "2026-03-09"}, ""),
    ],
)
def test_a_question_says_whether_the_invoice_was_paid(paid: dict[str, str], detail: str) -> None:
    payment = {"payment_id": "P1", "invoice_number": "MR-2604", "currency": "EUR"}
    payment |= {"amount": "29.23", "paid_on": "2026-03-05"} | paid
    # an older payment shows that the list was kept when the invoice came
    old = {"payment_id": "P0", "invoice_number": "0", "amount": "1.00", "paid_on": "2026-02-01"}
    payments = [payment, *([] if "paid_on" in paid else [old])]
    rows, _ = asked([LINE], payment=payments)
    [row] = [each for each in rows if each["check_name"] == "price against the order"]
    assert row["detail"] == f"ordered 25.42, billed 29.23{detail}"


def test_an_isbn_that_was_billed_before_names_the_invoice() -> None:
    isbn = {"isbn": "9780306406157"}
    bills = [BILL | {"total": "25.42"}, BILL | {"invoice_id": "I2", "invoice_number": "MR-2700"}]
    bills[1] |= {"total": "25.42", "billed_on": "2026-03-02"}
    one = LINE | isbn | {"amount": "25.42"}
    two = one | {"invoice_line_id": f"{GLN} MR-2700 line 1", "invoice_id": "I2"}
    rows, _ = asked([one, two], order_line=[ORDER | isbn], invoice=bills)
    assert [row["detail"] for row in rows if row["check_name"] == "ISBN billed twice"] == [
        "1 billed before, last on invoice MR-2604, 1 ordered"
    ]


def test_an_order_that_another_vendor_bills_is_asked_about() -> None:
    """Ordered of millrace; the number is heron's, of whom the library orders too."""
    rows, _ = asked([LINE | {"amount": "25.42"}], config={"vendors": {GLN: "Heron"}})
    [row] = [each for each in rows if each["check_name"] == "vendor against the order"]
    assert (row["detail"], row["ask"]) == ("ordered of millrace, billed by Heron", "acquisitions")
    # of a name that no order has, it may be the same vendor written otherwise
    rows, _ = asked([LINE | {"amount": "25.42"}], config={"vendors": {GLN: "Millrace Ltd"}})
    assert "vendor against the order" not in {each["check_name"] for each in rows}


@pytest.mark.parametrize(
    ("order", "bill", "vendors", "config"),
    [
        # the order says the vendor's name otherwise than the list of vendors
        ({"vendor_name": "Millrace Books"}, {"source": "koha", "vendor_id": "12"}, {}, {}),
        ({"vendor_name": "Heron"}, {"source": "koha", "vendor_id": "12"}, {}, {}),
        # a message's number stands in the list of vendors, under another name in libstats.toml
        ({}, {}, {"edi_number": GLN}, {GLN: "Heron"}),
        ({"vendor_id": None, "vendor_name": "Millrace"}, {}, {"edi_number": GLN}, {GLN: "Heron"}),
        # libstats.toml names the number of the library system too
        ({}, {}, {}, {GLN: "Heron", "12": "Heron"}),
        # two accounts of one vendor, of one number
        ({"vendor_id": "13"}, {"source": "koha", "vendor_id": "12"}, {"edi_number": GLN}, {}),
    ],
)
def test_a_vendor_is_one_whatever_it_is_called(
    order: dict[str, Any], bill: dict[str, Any], vendors: dict[str, Any], config: dict[str, str]
) -> None:
    source = {"source": bill.get("source", "edifact")}
    lists = [VENDORS[0] | vendors, VENDORS[1] | (vendors if order.get("vendor_id") == "13" else {})]
    rows, _ = asked(
        [LINE | source | {"amount": "25.42"}],
        order_line=[ORDER | order, OTHER],
        invoice=[BILL | bill | {"total_rule": None if bill else "lines"}],
        vendor=lists,
        config={"vendors": config},
    )
    assert "vendor against the order" not in {row["check_name"] for row in rows}


@pytest.mark.parametrize(
    ("order", "config", "wanted"),
    [
        # the name of the second order is another one of the vendor
        ({"vendor_name": "Millrace Books"}, {GLN: "millrace"}, False),
        # a vendor that no order names may be that of any
        ({"vendor_id": "13"}, {GLN: "Vale"}, False),
        ({"vendor_id": "13"}, {GLN: "millrace"}, True),
    ],
)
def test_an_order_of_the_isbn_counts_by_whom_it_was_made(
    order: dict[str, Any], config: dict[str, str], wanted: bool
) -> None:
    """Two orders of an ISBN; the second bill names none, so either may be meant."""
    isbn = {"isbn": "9780306406157"}
    bills = [BILL, BILL | {"invoice_id": "I2", "invoice_number": "MR-2700"}]
    lines = [LINE | isbn, LINE | isbn | {"invoice_line_id": "L2", "invoice_id": "I2"}]
    lines[1]["order_line_id"] = None
    orders = [ORDER | isbn, ORDER | isbn | {"order_line_id": "502"} | order]
    rows, _ = asked(lines, order_line=orders, invoice=bills, config={"vendors": config})
    assert ("ISBN billed twice" in {row["check_name"] for row in rows}) == wanted


def test_another_vendor_of_the_systems_own_invoices_is_asked_about() -> None:
    own = {"source": "koha", "total_rule": None}
    rows, _ = asked(
        [LINE | {"source": "koha", "amount": "25.42"}],
        order_line=[ORDER | {"vendor_name": "Millrace Books"}, OTHER],
        invoice=[BILL | own | {"vendor_id": "13"}],
    )
    assert [row["detail"] for row in rows if row["check_name"] == "vendor against the order"] == [
        "ordered of Millrace Books, billed by heron"
    ]


def test_vendors_of_orders_by_number_are_named_by_the_library() -> None:
    with holding(order_line=[ORDER, OTHER], config={"vendors": {"12": "Vale Books"}}) as con:
        assert unnamed(con) == [
            "the names of vendors of orders: 13. Load the list of vendors, or write [vendors] into "
            'libstats.toml, then "13" = "..."'
        ]


@pytest.mark.parametrize(
    ("function", "billed_on", "wanted"),
    [
        ("1", "2026-03-02", set()),
        ("5", "2026-03-02", {"I2 line 1"}),
        ("9", "2026-03-02", {"I2", "L1"}),
        # taken back before it was sent anew
        ("1", "2026-02-27", {"L1"}),
    ],
)
def test_what_a_vendor_takes_back_or_replaces_is_asked_about_no_more(
    function: str, billed_on: str, wanted: set[str]
) -> None:
    """25.42 ordered, billed at 29.23 and again at 30.00: an original, else a replacement."""
    second = {"invoice_id": "I2", "billed_on": billed_on, "function_as_exported": function}
    bills = [BILL | {"function_as_exported": "9"}, BILL | second | {"total": "30.00"}]
    lines = [LINE | {"invoice_line_id": "L1"}]
    lines += [LINE | {"invoice_line_id": "I2 line 1", "invoice_id": "I2", "amount": "30.00"}]
    rows, _ = asked(lines, invoice=bills)
    assert {row["invoice_line_id"] or row["invoice_id"] for row in rows} == wanted


def test_explain_names_the_first_ten_and_where_all_are() -> None:
    """Twelve lines, each 3.81 too dear."""
    orders = [ORDER | {"order_line_id": str(n)} for n in range(12)]
    lines = [LINE | {"invoice_line_id": f"I1 line {n}", "order_line_id": str(n)} for n in range(12)]
    bill = BILL | {"total": "350.76"}
    with holding(vendor=VENDORS, order_line=orders, invoice=[bill], invoice_line=lines) as con:
        _, *named, more = answer(con, "invoice_checks", as_of="2026-03-02")
    assert len(named) == 10
    assert named[0] == (
        "invoice MR-2604, line 0, millrace: price against the order, about 3.81 EUR; "
        "ordered 25.42, billed 29.23; ask millrace"
    )
    assert more.startswith("and 2 more. All: libstats report technical_services")


def test_an_invoice_that_is_in_a_sum_twice_is_named() -> None:
    """The number comes again within the month; of another vendor it is another invoice."""
    bills = [
        BILL,
        BILL | {"invoice_id": "I2", "billed_on": "2026-03-09"},
        BILL | {"invoice_id": "I3", "vendor_id": "4111"},
    ]
    lines = [LINE, *({**SECOND, "invoice_line_id": n, "invoice_id": n} for n in ("I2", "I3"))]
    lines = [line | {"order_line_id": None} for line in lines]
    with holding(invoice=bills, invoice_line=lines) as con:
        rows = dicts(libstats.vendor_terms(con, since="2026-03-01", until="2026-04-01"))
    assert [(row["vendor"], row["numbers_again"]) for row in rows] == [
        (GLN, "MR-2604"),
        ("4111", None),
    ]
    assert _again(rows) == [f"MR-2604 of {GLN} is in it twice."]


def test_what_tells_no_number_of_copies_is_no_receipt_judged() -> None:
    """Such as lines of Alma's invoices."""
    came = ORDER | {"quantity_received": 0}
    line = LINE | {"quantity": None}
    with holding(order_line=[came], invoice=[BILL], invoice_line=[line]) as con:
        told = {row["reason"]: (row["rows"], row["unit"]) for row in dicts(left_out(con))}
    [found] = [each for reason, each in told.items() if "receipt is not judged" in reason]
    assert found == (1, "lines")


@pytest.mark.parametrize(("invoice_id", "count"), [("YBP 77", 1), ("I1", 0)])
def test_where_an_invoice_is_its_number_no_second_one_is_seen(invoice_id: str, count: int) -> None:
    """Alma's are known by vendor and number: the same number again is the same invoice."""
    bill = {"source": "alma", "invoice_id": invoice_id, "invoice_number": "77", "vendor_id": "YBP"}
    with holding(invoice=[bill]) as con:
        told = left_out(con).filter("contains(reason, 'comes again')").select("rows, unit")
        assert told.fetchall() == [(count, "invoices")]

"""What vendors bill, charge and take off, over small tables worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import libstats
from libstats.report.page.period import Period
from libstats.report.technical_services.vendor_terms import Terms, fill_and_charges, read_terms
from libstats.workspace.workspace import Workspace
from tests.support.files import write
from tests.support.tables import dicts, holding

PERIOD = Period(date(2026, 10, 1), date(2026, 11, 1))
INVOICES = [
    {"invoice_id": "1", "vendor_id": "V", "billed_on": "2026-10-05", "currency": "EUR"},
    {"invoice_id": "2", "vendor_id": "V", "billed_on": "2026-10-20", "currency": "EUR"},
    {"invoice_id": "3", "vendor_id": "V", "billed_on": "2026-11-01", "currency": "EUR"},
]
# 18.00 for two listed at 10.00 each; 21.00 for one listed at 30.00, 1.00 of it a charge; no list
# price; freight; tax; credited again; of another month
LINES = [
    {"invoice_id": "1", "quantity": 2, "amount": "18.00", "list_price": "10.00"},
    {"invoice_id": "1", "quantity": 1, "amount": "21.00", "list_price": "30.00", "charges": "1.00"},
    {"invoice_id": "1", "quantity": 1, "amount": "12.00"},
    {"invoice_id": "1", "amount": "4.00", "description": "DL"},
    {"invoice_id": "1", "amount": "3.00", "description": "tax"},
    {"invoice_id": "2", "quantity": -1, "amount": "-9.00", "list_price": "10.00"},
    {"invoice_id": "3", "quantity": 1, "amount": "99.00", "list_price": "99.00"},
]
ANSWERS = [
    {"vendor_id": "V", "currency": "EUR", "answered_on": "2026-10-06", "status": "ordered"},
    {"vendor_id": "V", "currency": "EUR", "answered_on": "2026-10-06", "status": "cancelled"},
    {"vendor_id": "V", "currency": "EUR", "answered_on": "2026-10-06", "status": "ordered"}
    | {"quantity_waiting": "2"},
    {"vendor_id": "V", "currency": "EUR", "status": "ordered"},
]  # fmt: skip
TABLES = {
    "invoice": INVOICES,
    "invoice_line": [{"invoice_line_id": f"L{n}", **line} for n, line in enumerate(LINES)],
    "order_line": [{"order_line_id": f"O{n}", **line} for n, line in enumerate(ANSWERS)],
    "vendor": [{"vendor_id": "V", "name": "Heron Books"}],
}


def test_net_charges_and_discount_of_a_month() -> None:
    """For copies 18 + 20 + 12 - 9 = 41.00, on top 1 + 4 = 5.00 (12.2 in 100); of 20 + 30 - 10 =
    40.00 by list price 29.00 were asked, so that 27.5 in 100 were taken off."""
    with holding(**TABLES) as con:
        found = dicts(libstats.vendor_terms(con, since="2026-10-01", until="2026-11-01"))
    assert found == [
        {
            "vendor": "Heron Books",
            "source": "koha",
            "currency": "EUR",
            "invoices": 2,
            "lines": 4,
            "copies": 3,
            "net": Decimal("41.00"),
            "charges": Decimal("5.00"),
            "charges_share": 5 / 41,
            "listed": Decimal("40.00"),
            "discount": 0.275,
            "answered": 3,
            "cancelled": 1,
            "waiting": 1,
            "numbers_again": None,
        }
    ]


ORDERS = """ordernumber;basketno;name;orderstatus;quantity;closedate;datereceived;datecancellationprinted;entrydate
1;7;Heron;complete;1;2026-06-01;2026-06-21;;2026-06-01
2;7;Heron;complete;1;2026-06-01;2026-08-10;;2026-06-01
3;7;Heron;cancelled;1;2026-06-01;;2026-06-11;2026-06-01
4;7;Heron;complete;1;2026-06-01;2026-09-29;;2026-06-01
"""


def test_what_had_come_after_30_60_and_90_days(workspace: Workspace, tmp_path: Path) -> None:
    """Four orders: come after 20, 70 and 120 days, and cancelled after 10: 1, 1 and 2 of 4."""
    libstats.load(workspace, [write(tmp_path / "aqorders-2026-10-31.csv", ORDERS)])
    with libstats.open(workspace) as con:
        terms = read_terms(con, Period(date(2026, 1, 1), date(2026, 11, 1)))
    assert [dict(row) for row in terms.filled] == [
        {
            "vendor": "Heron",
            "cases": 4,
            "after_30": 0.25,
            "after_60": 0.25,
            "after_90": 0.5,
            "cancelled": 1,
        }
    ]
    html = fill_and_charges(terms)._repr_html_()
    assert "25%" in html
    assert "50%" in html


def test_the_page_says_what_vendors_charge() -> None:
    with holding(**TABLES) as con:
        billed = dicts(libstats.vendor_terms(con, since="2026-10-01", until="2026-11-01"))
    html = fill_and_charges(Terms(PERIOD, (), billed))._repr_html_()
    assert "Heron Books (EUR)" in html
    assert ">41.00<" in html
    assert "12%" in html
    assert "3: 1 cancelled, 1 on back order" in html


def test_nothing_is_said_of_what_no_export_tells() -> None:
    html = fill_and_charges(Terms(Period(PERIOD.since, PERIOD.until)))._repr_html_()
    assert "No export tells how soon orders were filled." in html
    assert "No export tells what vendors charged." in html

"""Questions about the invoices of each system, from its own exports: one fault each, worked by
hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import libstats
from libstats.analysis.today import invoices as today_invoices
from libstats.analysis.today import lists as today
from libstats.analysis.today import words
from libstats.analysis.today.orders import ORDERED
from libstats.analysis.today.rows import DO
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import ROOT, write

NOW = datetime(2026, 10, 31, 8)
# Evergreen: two copies at 12.00, billed for 15.00 each; of the second line one of two came
EVERGREEN = {
    "lines-2026-10-31.csv": """Lineitem ID,Purchase Order ID,Provider Code,Status,Estimated Unit Price,Order Date,Item Detail ID,Actual Receive Date
11,1,INGRAM,received,12.00,2026-07-01 10:00:00-04,101,2026-07-20 10:00:00-04
11,1,INGRAM,received,12.00,2026-07-01 10:00:00-04,102,2026-07-20 10:00:00-04
12,1,INGRAM,on-order,9.00,2026-07-01 10:00:00-04,103,2026-07-20 10:00:00-04
12,1,INGRAM,on-order,9.00,2026-07-01 10:00:00-04,104,
""",
    "invoices-2026-10-31.csv": """id,inv_ident,recv_date,close_date,provider_code
1,INV-1,2026-07-15 00:00:00-04,,INGRAM
""",
    "entries-2026-10-31.csv": """id,invoice,lineitem,inv_item_count,billed_per_item,cost_billed,amount_paid
1,1,11,2,f,30.00,
2,1,12,2,t,9.00,
""",
}
# Koha: received on two invoices of one number
KOHA = {
    "aqorders-2026-10-31.csv": """ordernumber;basketno;booksellerid;orderstatus;quantity;quantityreceived;ecost;unitprice;datereceived;invoiceid;invoicenumber;billingdate
1;7;3;complete;1;1;20.00;20.00;2026-06-10;71;A-1;2026-06-01
2;7;3;complete;1;1;14.00;14.00;2026-06-20;72;A-1;2026-06-15
""",
}
# FOLIO: ordered in USD, billed in EUR
FOLIO = {
    "orders-2026-10-31.json": """{"poLines": [{"id": "p1", "poLineNumber": "1-1", "purchaseOrderId": "o1",
 "receiptStatus": "Fully Received", "receiptDate": "2026-07-20T10:00:00.000+00:00",
 "cost": {"quantityPhysical": 1, "listUnitPrice": 40.0, "currency": "USD"},
 "metadata": {"createdDate": "2026-07-01T10:00:00.000+00:00", "updatedDate": "2026-07-20T10:00:00.000+00:00"}}]}""",
    "bills-2026-10-31.json": """{"invoices": [{"id": "i1", "vendorInvoiceNo": "F-1", "vendorId": "v1", "currency": "EUR",
 "invoiceDate": "2026-07-15T00:00:00.000+00:00", "status": "Open", "paymentDate": null}]}""",
    "lines-2026-10-31.json": """{"invoiceLines": [{"id": "l1", "invoiceId": "i1", "invoiceLineNumber": "1", "poLineId": "p1",
 "quantity": 1, "total": 40.0, "invoiceLineStatus": "Open"}]}""",
}
# Alma: billed for an order that was cancelled
ALMA = {
    "lines_202610310530.csv": """PO Line Reference,PO Number,Vendor Code,Status,List Price,Currency,PO Line Creation Date
POL-1,PO-1,V,CANCELLED,20.00,USD,06/01/2026
POL-2,PO-1,V,CLOSED,20.00,USD,06/01/2026
""",
    "bills_202610310530.csv": """Invoice-Number,Invoice-Date,Vendor Code,Invoice Line-Unique Identifier,PO Line Reference,Invoice Line Total Price
B-1,07/01/2026,V,91,POL-1,18.00
B-1,07/01/2026,V,92,POL-2,18.00
""",
}


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        (
            EVERGREEN,
            [
                ("billed and not received", "INV-1", Decimal("9.00")),
                ("price against the order", "INV-1", Decimal("6.00")),
            ],
        ),
        (KOHA, [("invoice number twice", "A-1", Decimal("14.00"))]),
        (FOLIO, [("currency against the order", "F-1", Decimal("40.00"))]),
        (ALMA, [("cancelled and billed", "B-1", Decimal("18.00"))]),
    ],
    ids=["evergreen", "koha", "folio", "alma"],
)
def test_each_system_has_its_fault_named(
    files: dict[str, str],
    wanted: list[tuple[str, str, Decimal]],
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    workspace.config["library"] = {"timezone": "America/New_York"}
    paths = [write(tmp_path / name, text) for name, text in files.items()]
    receipt = libstats.load(workspace, paths)
    assert receipt.is_clean, str(receipt)
    with libstats.open(workspace) as con:
        rows = libstats.invoice_checks(con).select("check_name, invoice_number, difference")
        assert rows.fetchall() == wanted


def test_today_names_each_question_with_whom_to_ask_and_about_how_much(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Both are to be done now, at the desk of technical services. What was billed and did not come
    is a row of its order alone, which says both."""
    workspace.config["library"] = {"timezone": "America/New_York"}
    libstats.load(workspace, [write(tmp_path / name, text) for name, text in EVERGREEN.items()])
    with libstats.open(workspace) as con:
        work = {w.process.name: w for w in today.read(con, NOW).work}
        orders = work[ORDERED].of(DO)
        assert [(row["task"], row["who"], row["why"]) for row in orders] == [
            (
                "Invoiced and not received",
                "INGRAM",
                "Invoiced on July 15, 2026; order line 12; 9.00; 2 billed, 1 received; "
                "Did these copies come? If not, ask the vendor",
            )
        ]
        bills = work[today_invoices.INVOICES].of(DO)
        # both lie since the day of the invoice, not of the order
        told = work[ORDERED].as_of.date()
        assert [row["waited"] for row in orders] == [(told - date(2026, 7, 15)).days]
        assert all(words.since(row).endswith(" since invoice") for row in (*orders, *bills))
        assert [(row["task"], row["look_for"], row["who"], row["why"]) for row in bills] == [
            (
                "Price against the order: ask the vendor",
                "INV-1",
                "INGRAM",
                "order line 11; 6.00; 2 copies: ordered 12.00 each, billed 15.00 each; "
                "Why is the price another than that of the order?",
            ),
        ]


FINANCE = """
[export."finance payments"]
recognise = ["Voucher", "Supplier"]
happened = ["paid_on"]
dates = "day first, as in 31/10/2026"
[export."finance payments".columns.payment]
"Voucher" = "payment_id"
"Reference" = "invoice_number"
"Supplier" = "vendor_name"
"Net" = "amount"
"Posted" = "paid_on"
"""
LEDGER = """Voucher,Supplier,Reference,Net,Posted,Clerk
9001,Ingram Content,INV-1,57.00,20/07/2026,canary
"""


def test_the_finance_offices_list_is_mapped_without_code(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Billed 30.00 and 18.00, paid 57.00."""
    config = workspace.folder / CONFIG
    text = config.read_text(encoding="utf-8").replace(
        "[library]", '[library]\ntimezone = "America/New_York"', 1
    )
    config.write_text(text + FINANCE, encoding="utf-8")
    place = find(workspace.folder)
    files = EVERGREEN | {"ledger.csv": LEDGER}
    receipt = libstats.load(place, [write(tmp_path / name, each) for name, each in files.items()])
    assert receipt.is_clean, str(receipt)
    with libstats.open(place) as con:
        rows = libstats.invoice_checks(con).select("check_name, invoice_number, difference")
        assert ("paid otherwise than billed", "INV-1", Decimal("9.00")) in rows.fetchall()


PLACED = """ordernumber;basketno;name;orderstatus;quantity;closedate;datereceived;entrydate
1;7;Heron;complete;1;2026-06-01;2026-06-21;2026-06-01
2;7;Heron;ordered;1;2026-09-01;;2026-09-01
"""


def orders_told(workspace: Workspace) -> list[list[tuple[object, ...]]]:
    """What is said of orders: by month, how long they take, what is open, what is covered."""
    period = {"since": "2026-01-01", "until": "2026-11-01"}
    with libstats.open(workspace) as con:
        found = [
            libstats.throughput(con, "order_copy", milestone="received", **period),
            libstats.throughput(con, "order_copy", milestone="ordered", **period),
            libstats.turnaround(con, "order_copy", end="received", as_of="2026-10-31", **period),
            libstats.backlog(con, "order_copy", **period),
            libstats.worklist(con, "order_copy", as_of="2026-10-31"),
        ]
        return [each.fetchall() for each in found]


def test_orders_that_come_as_messages_too_count_once(workspace: Workspace, tmp_path: Path) -> None:
    """Nor do messages change what is covered: they begin in October, and know no receipt."""
    libstats.load(workspace, [write(tmp_path / "aqorders-2026-10-31.csv", PLACED)])
    before = orders_told(workspace)
    pairs = ROOT / "tests" / "sources"
    messages = [pairs / f"edifact-{name}" for name in ("orders", "answers-to-orders", "quotes")]
    receipt = libstats.load(workspace, [folder / "oddity.edi" for folder in messages])
    assert {file.outcome for file in receipt.files} == {"loaded"}
    assert orders_told(workspace) == before
    with libstats.open(workspace) as con:
        behind = libstats.freshness(con, process="order_copy").project("source").fetchall()
    assert behind == [("koha",)]  # no message is behind a wait, so none is called old above one

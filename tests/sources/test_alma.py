"""Alma's reports: what counts once, what is set aside and said, and what a later file changes."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.files import write

REQUESTS = (
    "Request ID,MMS ID,Request Type Description,Request Status,Active Request Flag,Request Date,"
    "Request Completion Date,Hold Shelf Date\n"
)
HOLD = "Patron physical item request"


def test_what_is_no_hold_is_set_aside(workspace: Workspace, tmp_path: Path) -> None:
    rows = (
        f"1,99,{HOLD},Ready,Yes,2026-10-01,,\n"
        "2,99,Transit for reshelving,Active,Yes,2026-10-01,,\n"
        f"3,99,{HOLD},Rejected,Yes,2026-10-01,,\n"
        "4,99,Work order,Active,Yes,2026-10-01,,\n"
    )
    receipt = libstats.load(
        workspace, [write(tmp_path / "requests-2026-10-31.csv", REQUESTS + rows)]
    ).files[0]
    assert (receipt.dispositions["new"], receipt.dispositions["set aside"]) == (2, 2)


def test_a_hold_called_off_is_over_before_its_day_is_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Of three holds one came after two days, one is called off on the fifth, one waits since the
    first."""
    first = (
        f"1,99,{HOLD},Active,Yes,2026-10-01,,2026-10-03\n"
        f"2,99,{HOLD},Ready,Yes,2026-10-01,,\n"
        f"3,99,{HOLD},Ready,Yes,2026-10-01,,\n"
    )
    later = {
        "07": f"2,99,{HOLD},Rejected by Patron,Yes,2026-10-01,,\n",
        "14": f"2,99,{HOLD},Rejected by Patron,No,2026-10-01,2026-10-05,\n",
    }
    libstats.load(workspace, [write(tmp_path / "requests-2026-10-04.csv", REQUESTS + first)])
    waiting = []
    for day, rows in later.items():
        libstats.load(workspace, [write(tmp_path / f"requests-2026-10-{day}.csv", REQUESTS + rows)])
        with libstats.open(workspace) as con:
            waiting.append(
                [
                    r[0]
                    for r in libstats.worklist(con, "hold", as_of="2026-10-15")
                    .project("case_id")
                    .order("case_id")
                    .fetchall()
                ]
            )
    assert waiting == [["3"], ["3"]]
    with libstats.open(workspace) as con:
        told = libstats.turnaround(con, "hold", since="2026-10-01", until="2026-11-01").df()
        assert (int(told["cases"][0]), float(told["naive_p50"][0])) == (3, 2.0)


def test_an_invoice_line_over_two_funds_is_billed_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    """100.00 over two funds and 20.00 are 120.00, not 220.00; in the next month the invoice is
    closed, and still one."""
    head = (
        "Invoice-Number,Invoice-Status,Invoice-Payment Date,Vendor Code,PO Line Reference,"
        "Invoice Line-Unique Identifier,Invoice Line Total Price,Fund Ledger Code\n"
    )
    for day, status in (("2026-09-30", "In Review,"), ("2026-10-31", "Closed,2026-10-12")):
        rows = (
            f"A1,{status},V,POL-1,1,100.00,hist\n"
            f"A1,{status},V,POL-1,1,100.00,art\n"
            f"A1,{status},V,POL-2,2,20.00,art\n"
        )
        receipt = libstats.load(
            workspace, [write(tmp_path / f"invoices-{day}.csv", head + rows)]
        ).files[0]
        assert (receipt.label, receipt.dispositions["repeated"]) == ("alma invoice lines", 1)
    with libstats.open(workspace) as con:
        assert con.execute(
            "select invoice_id, sum(amount)::varchar, count(*) from invoice_line group by 1"
        ).fetchall() == [("V A1", "120.00", 2)]
        assert con.execute("select invoice_id, closed_on::varchar from invoice").fetchall() == [
            ("V A1", "2026-10-12")
        ]


def test_a_report_of_transactions_that_names_invoices_is_one_of_transactions(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = (
        "Transaction Id,Transaction Amount,Transaction Item Sub Type,Transaction Date,"
        "Invoice-Number,Invoice Line-Unique Identifier,Invoice Line Total Price,Vendor Code\n"
    )
    receipt = libstats.load(
        workspace,
        [write(tmp_path / "funds.csv", head + "T1,50.00,EXPENDITURE,2026-10-01,A1,1,100.00,V\n")],
    ).files[0]
    assert receipt.label == "alma fund transactions"


@pytest.mark.parametrize(
    ("headings", "values", "year", "is_serial"),
    [
        ("Begin Publication Date,Publication Date", "9999,2019-", 2019, True),
        ("Begin Publication Date,Publication Date", "9999,", None, True),
        ("Begin Publication Date,End Publication Date", "1998,9999", 1998, True),
        ("Begin Publication Date,End Publication Date", "1998,1998", 1998, None),
        ("Begin Publication Date,Bibliographic Level", "9999,Monograph/Item", None, False),
        ("Begin Publication Date,Bibliographic Level", "2001,Serial", 2001, True),
    ],
)
def test_9999_says_that_a_serial_still_appears_and_is_no_year(
    headings: str,
    values: str,
    year: int | None,
    is_serial: bool | None,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    text = f"MMS Id,Physical Item Id,Barcode,Title,{headings}\n99,23,b1,A title,{values}\n"
    libstats.load(workspace, [write(tmp_path / "items-2026-10-31.csv", text)])
    with libstats.open(workspace) as con:
        assert con.execute("select published_year, is_serial from title").fetchall() == [
            (year, is_serial)
        ]

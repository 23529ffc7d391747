"""An order line whose word says that it came, was paid or was called off is over, day or no day."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.definitions.roles import fold
from libstats.sources import roles
from libstats.workspace.workspace import Workspace
from tests.support.files import write

REST = (
    "number,po_number,vendor.value,acquisition_method.value,status.value,created_date,sent_date\n"
)
LIST = (
    "PO Number,PO Line Reference,PO Creation Date,PO Line Creation Date,Receiving Status,Sent Date"
    ",Status,Vendor Code,PO Line Modification Date,Fund Ledger Code,Fund Ledger Name"
    ",Fiscal Period Description\n"
)
SENT = "PO-1,{n},2026-07-01 10:00:00,2026-07-01 10:00:00,{came},2026-07-02,{word},v"
ROW = SENT + ",2026-07-03 10:00:00,f,F,FY-2026\n"


def test_what_came_and_waits_for_its_invoice_is_no_order_late(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Sent on July 2; the list of August has one that waits for its invoice, one that came though
    it is active still, and one that is on its way since 60 days and more."""
    words = (("1", "No", "WAITING_FOR_INVOICE"), ("2", "Yes", "ACTIVE"), ("3", "No", "ACTIVE"))
    first = "".join(ROW.format(n=n, came="No", word="ACTIVE") for n, _, _ in words)
    last = "".join(ROW.format(n=n, came=came, word=word) for n, came, word in words)
    libstats.load(workspace, [write(tmp_path / "lines-2026-08-01.csv", LIST + first)])
    libstats.load(workspace, [write(tmp_path / "lines-2026-10-01.csv", LIST + last)])
    with libstats.open(workspace) as con:
        found = con.sql(
            """
            select case_id, outcome, strftime(ended_not_before, '%m'), strftime(ended_not_after, '%m')
            from "case" where process = 'order_copy' order by 1"""
        ).fetchall()
        assert found == [
            ("line:1", "done", "08", "10"),
            ("line:2", "done", "08", "10"),
            ("line:3", "open", None, None),
        ]
        late = libstats.worklist(con, "order_copy").select("case_id, standing").fetchall()
        assert late == [("line:3", "late")]


def test_the_same_word_of_the_service(workspace: Workspace, tmp_path: Path) -> None:
    row = "1,PO-1,v,PURCHASE,WAITING_FOR_INVOICE,2026-07-01Z,2026-07-02Z\n"
    libstats.load(workspace, [write(tmp_path / "lines-2026-10-01.csv", REST + row)])
    with libstats.open(workspace) as con:
        assert con.sql('select outcome from "case"').fetchall() == [("done",)]
        assert con.sql("select status from order_line").fetchall() == [("received",)]


@pytest.mark.parametrize(
    ("system", "word", "outcome"),
    [
        *(("alma", word, "done") for word in ("CLOSED", "WAITING_FOR_INVOICE")),
        ("alma", "Waiting for invoice", "done"),
        ("alma", "CANCELLED", "given up"),
        ("folio", "Fully Received", "done"),
        ("folio", "Receipt Not Required", "over"),
        ("folio", "Cancelled", "given up"),
        ("evergreen", "received", "done"),
        ("evergreen", "cancelled", "given up"),
        ("koha", "complete", "done"),
        ("koha", "cancelled", "given up"),
        ("sierra", "a", "done"),
        ("sierra", "z", "given up"),
    ],
)
def test_words_of_orders_that_are_over(system: str, word: str, outcome: str) -> None:
    lines = [line for line in roles.of_system(system) if line[0] == "order_line"]
    assert {line[5] for line in lines if fold(line[2]) == fold(word)} == {outcome}


@pytest.mark.parametrize("system", ["alma", "folio", "evergreen", "koha", "sierra"])
def test_no_word_of_an_end_is_open(system: str) -> None:
    ends = ("received", "paid", "closed", "complete", "cancelled", "invoice")
    still = ("partial", "part", "delayed", "not ")
    for about, _, code, _, _, outcome, *_ in roles.of_system(system):
        is_end = any(end in code.lower() for end in ends) and about == "order_line"
        if is_end and not any(word in code.lower() for word in still):
            assert outcome not in ("", "open"), code

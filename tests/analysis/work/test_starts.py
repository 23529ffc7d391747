"""Cases whose beginning stands elsewhere than in their own row, or under another name: they wait
since then, and are late where nothing came of them."""

from __future__ import annotations

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.analysis.work.test_outcomes import loaded

pytestmark = pytest.mark.slow

# The line is open, what it waits for was ordered on 1 July; another order is ongoing.
ORDERS = {
    "folio": {
        "orders__2026_10_31": "id,po_number,order_type,workflow_status,date_ordered\n"
        "o1,1,One-Time,Open,2026-07-01T10:00:00.000+00:00\n"
        "o2,2,Ongoing,Open,2026-07-01T10:00:00.000+00:00\n",
        "lines__2026_10_31": "id,po_line_number,purchase_order_id,receipt_status\n"
        "1,1-1,o1,Awaiting Receipt\n2,1-2,o1,Ongoing\n3,1-3,o1,Fully Received\n"
        "4,2-1,o2,Awaiting Receipt\n",
    },
    "sierra": {
        "orders__2026_10_31": "order_record_id,order_date_gmt,order_status_code,location_code\n"
        "1,2026-07-01 10:00:00+00,o,main\n2,2026-07-01 10:00:00+00,g,main\n"
        "3,2026-07-01 10:00:00+00,a,main\n",
    },
}


@pytest.mark.parametrize("system", ORDERS)
def test_an_order_waits_since_it_was_sent_and_a_standing_one_does_not(
    workspace: Workspace, system: str
) -> None:
    with loaded(workspace, **ORDERS[system]) as con:
        assert libstats.worklist(con, "order_copy").select("case_id, standing").fetchall() == [
            ("line:1", "late"),
            ("line:2", "paused"),
        ]


def test_a_standing_order_of_alma_is_never_late(workspace: Workspace) -> None:
    head = "PO Line Reference,PO Number,Status,Sent Date,Order Line Type Code,PO Line Creation Date"
    rows = "".join(
        f"POL-{n},PO1,ACTIVE,7/1/2026,{code},7/1/2026\n"
        for n, code in enumerate(("PRINTED_BOOK_OT", "PRINTED_BOOK_SO", "PRINTED_JOURNAL_CO"), 1)
    )
    with loaded(workspace, lines__2026_10_31=f"{head}\n{rows}") as con:
        assert libstats.worklist(con, "order_copy").select("case_id").fetchall() == [
            ("line:POL-1",)
        ]


def test_an_order_is_its_vendors_by_name_and_by_number_where_no_name_is_told(
    workspace: Workspace,
) -> None:
    """FOLIO tells the vendor with the purchase order, by number; a list of organizations has the
    names."""
    orders = (
        "id,po_number,order_type,workflow_status,date_ordered,vendor\n"
        "o1,1,One-Time,Open,2026-07-01T10:00:00.000+00:00,v1\n"
        "o2,2,One-Time,Open,2026-07-01T10:00:00.000+00:00,v2\n"
    )
    lines = (
        "id,po_line_number,purchase_order_id,receipt_status\n"
        "1,1-1,o1,Awaiting Receipt\n2,2-1,o2,Awaiting Receipt\n"
    )
    vendors = "id,code,name,is_vendor\nv1,HER,Heron Books,true\n"
    with loaded(
        workspace,
        orders__2026_10_31=orders,
        lines__2026_10_31=lines,
        vendors__2026_10_31=vendors,
    ) as con:
        assert libstats.worklist(con, "order_copy").select("case_id, kind").order(
            "case_id"
        ).fetchall() == [("line:1", "Heron Books"), ("line:2", "v2")]


def test_koha_writes_the_day_of_a_request_as_placed(workspace: Workspace) -> None:
    """Whoever makes a request, staff or a patron, Koha calls that day placed; when it was sent to a
    library is not told."""
    rows = "illrequest_id;status;branchcode;placed\n1;NEW;EAST;2026-09-01\n2;REQ;EAST;2026-10-30\n"
    with loaded(workspace, illrequests__2026_10_31=rows) as con:
        found = libstats.worklist(con, "ill_borrowing").select("case_id, standing, last_milestone")
        assert found.fetchall() == [("1", "late", "submitted"), ("2", "in time", "submitted")]
        assert con.sql("select count(placed_on) from ill_request").fetchall() == [(0,)]

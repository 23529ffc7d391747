"""Routes of orders, and what waits at each step by route."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.analysis.order_piles import left_out
from libstats.analysis.today import lists as today
from libstats.definitions.roles import OF_ROUTES, ROUTES
from libstats.report.page.period import Period
from libstats.report.technical_services.routes import by_route, read_routes
from libstats.sources import roles
from libstats.workspace.workspace import Workspace
from tests.support.files import write
from tests.support.tables import holding

PERIOD = Period(date(2025, 11, 1), date(2026, 11, 1))
LINE: dict[str, Any] = {"source": "alma", "order_line_id": "1"}


@pytest.mark.parametrize(
    ("line", "route"),
    [
        ({"method_as_exported": "Purchase"}, "firm"),
        ({"method_as_exported": "APPROVAL", "type_as_exported": "PRINTED_BOOK_OT"}, "approval"),
        ({"method_as_exported": "PURCHASE", "type_as_exported": "PRINTED_BOOK_SO"}, "standing"),
        ({"method_as_exported": "PURCHASE", "type_as_exported": "E_BOOK_OT"}, "electronic"),
        ({"method_as_exported": "GIFT"}, "gift"),
        ({"method_as_exported": "TECHNICAL"}, None),
        ({"method_as_exported": "BARTER"}, None),
        ({"is_standing": True}, "standing"),
        ({"subscription_id": "9"}, "standing"),
        ({}, None),
    ],
)
def test_a_route_is_what_method_and_type_mean(line: dict[str, Any], route: str | None) -> None:
    con = holding(order_line=[{**LINE, **line}], item=[{"source": "alma", "item_id": "1"}])
    assert con.sql("select case_id, route from order_route").fetchall() == [("line:1", route)]


def test_a_librarys_own_letters_are_declared_and_of_no_route_till_then() -> None:
    line = {"source": "sierra", "order_line_id": "1", "type_as_exported": "F"}
    with holding(order_line=[line], item=[{"source": "sierra", "item_id": "1"}]) as con:
        assert con.sql("select route from order_route").fetchall() == [(None,)]
    config = {"roles": {"sierra": {"order_line": {"type_as_exported": {"f": "shelf-ready"}}}}}
    with holding(config, order_line=[line], item=[{"source": "sierra", "item_id": "1"}]) as con:
        assert con.sql("select route from order_route").fetchall() == [("shelf-ready",)]


def test_every_word_of_a_list_means_a_route_or_says_why_none() -> None:
    for system in roles.lists():
        for about, field, code, role, *_, meaning in roles.of_system(system):
            if about == "order_line" and field in OF_ROUTES:
                assert role in ROUTES or meaning, code


ORDERS = {
    "aqorders": "ordernumber,basketno,orderstatus,quantity,entrydate,biblionumber,closedate,"
    "datereceived,quantityreceived\n"
    # two that wait, one with a hold; three that came: one in no catalogue, one in process, one done
    "1,1,ordered,1,2026-10-01,501,2026-10-02,,0\n2,1,ordered,1,2026-10-11,502,2026-10-12,,0\n"
    "3,2,complete,1,2026-09-01,503,2026-09-02,2026-10-23,1\n"
    "4,2,complete,1,2026-09-01,504,2026-09-02,2026-10-13,1\n"
    "5,2,complete,1,2026-09-01,505,2026-09-02,2026-10-13,1\n",
    "aqorders_items": "ordernumber,itemnumber,timestamp\n1,91,2026-10-01 10:00:00\n"
    "2,92,2026-10-01 10:00:00\n3,93,2026-10-23 10:00:00\n4,94,2026-10-13 10:00:00\n"
    "5,95,2026-10-13 10:00:00\n",
    "items": "itemnumber,barcode,biblionumber,homebranch,notforloan\n"
    "91,B91,501,EAST,-1\n92,B92,502,EAST,-1\n94,B94,504,EAST,-1\n95,B95,505,EAST,0\n",
    "reserves": "reserve_id,biblionumber,reservedate,branchcode,priority,found\n"
    "7,502,2026-10-15,EAST,1,\n",
}


def test_what_waits_stands_at_its_step_those_with_holds_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    for name, text in ORDERS.items():
        receipt = libstats.load(workspace, [write(tmp_path / f"{name}-2026-11-02.csv", text)])
        assert receipt.is_clean, str(receipt)
    with libstats.open(workspace) as con:
        found = libstats.order_piles(con).fetchall()
        work = today.work_of(con, "order_copy")[0]
        rest = {reason: rows for reason, rows in left_out(con).fetchall() if rows}
        parts = libstats.turnaround(
            con, "order_copy", since="2026-09-01", until="2026-11-01", by="order route"
        )
        assert parts.select("part, cases, reached").fetchall() == [(None, 5, 3)]
    assert found == [
        ("ordered, not received", None, 2, 1, None, 26.0, 31.0),
        ("received, not catalogued", None, 1, 0, None, 10.0, 10.0),
        ("in the catalogue, not on its shelf", None, 1, 0, None, 20.0, 20.0),
    ]
    assert rest == {"received, and its copy is on its shelf, out, or gone": 1}
    assert work.process.name == "order_copy"


def test_rush_orders_and_those_that_holds_wait_for_come_before_others(
    workspace: Workspace, tmp_path: Path
) -> None:
    """All three are late; the newest is rush."""
    head = "number,po_number,vendor.value,acquisition_method.value,status.value,created_date,sent_date,rush\n"
    rows = "".join(
        f"POL-{n},PO-1,dealer,PURCHASE,SENT,2026-0{n}-01Z,2026-0{n}-01Z,{rush}\n"
        for n, rush in ((1, "false"), (2, "false"), (3, "true"))
    )
    receipt = libstats.load(workspace, [write(tmp_path / "po-lines-2026-11-02.csv", head + rows)])
    assert receipt.is_clean, str(receipt)
    with libstats.open(workspace) as con:
        (work,) = today.work_of(con, "order_copy")
        said = re.sub(r"<[^>]+>", " ", str(by_route(read_routes(con, PERIOD))))
    assert [row["case_id"] for row in work.cases] == ["line:POL-3", "line:POL-1", "line:POL-2"]
    assert work.cases[0]["why"].startswith("rush")
    assert "Ordered, not received firm 3 0 1" in " ".join(said.split())


def test_an_order_for_a_subscription_waits_for_no_receipt(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Sent two years ago: line 1 for subscription 9, line 2 for a book. The book alone is late."""
    text = (
        "ordernumber,basketno,orderstatus,quantity,entrydate,biblionumber,subscriptionid,closedate\n"
        "1,1,ordered,1,2024-10-01,501,9,2024-10-02\n2,1,ordered,1,2024-10-01,502,,2024-10-02\n"
    )
    libstats.load(workspace, [write(tmp_path / "aqorders-2026-11-02.csv", text)])
    with libstats.open(workspace) as con:
        piles = libstats.order_piles(con).select("step, copies").fetchall()
        late = libstats.worklist(con, "order_copy").select("case_id").fetchall()
    assert piles == [("ordered, not received", 1)]
    assert late == [("line:2",)]

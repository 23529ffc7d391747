"""Requests that something be bought: followed to their order, from step to step."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

import libstats
from libstats.analysis.purchase_requests import left_out
from libstats.analysis.today import lists as today
from libstats.analysis.today.desks import tasks
from libstats.analysis.today.rows import DO
from libstats.analysis.today.words import since
from libstats.definitions import roles
from libstats.errors import AnalysisError
from libstats.report.page.period import Period
from libstats.report.technical_services.requests import (
    Requests,
    from_request_to_shelf,
    read_requests,
)
from libstats.workspace.workspace import Workspace
from tests.support.files import write
from tests.support.tables import dicts, holding

SUGGESTIONS = """suggestionid,suggesteddate,accepteddate,rejecteddate,STATUS,title,biblionumber,lastmodificationdate
1,2026-09-01,2026-09-03,,ORDERED,Tides,501,2026-09-05 10:00:00
2,2026-09-01,,2026-09-04,REJECTED,Nets,,2026-09-04 10:00:00
3,2026-07-01,,,ASKED,Ropes,,2026-07-01 10:00:00
4,2026-08-01,2026-08-03,,AVAILABLE,Sails,502,2026-09-15 10:00:00
5,2026-07-01,2026-07-03,,ACCEPTED,Masts,503,2026-07-03 10:00:00
"""
# of record 501 one line is older than the request; the one of 503 was cancelled
ORDERS = """ordernumber,basketno,orderstatus,quantity,entrydate,biblionumber,closedate,datereceived
70,1,complete,1,2025-01-05,501,2025-01-06,2025-02-01
71,2,complete,1,2026-09-05,501,2026-09-06,2026-10-20
72,3,complete,1,2026-08-05,502,2026-08-06,2026-09-14
73,3,cancelled,1,2026-08-05,503,2026-08-06,
"""
PERIOD = {"since": "2026-07-01", "until": "2026-11-01"}


def test_a_request_is_followed_from_step_to_step(workspace: Workspace, tmp_path: Path) -> None:
    """1 is accepted after 2 days, ordered after 5, received after 49; 4 stands on its
    shelf, and no day of that is told; of 5, accepted, no order is found; 3 waits for a decision since July."""
    for name, text in (("suggestions", SUGGESTIONS), ("aqorders", ORDERS)):
        receipt = libstats.load(workspace, [write(tmp_path / f"{name}-2026-11-02.csv", text)])
        assert receipt.is_clean, str(receipt)
    with libstats.open(workspace) as con:
        told = libstats.purchase_requests(con, **PERIOD)
        assert dicts(told) == [
            {
                "source": "koha",
                "requests": 5,
                "declined": 1,
                "withdrawn": 0,
                "by_order": 0,
                "by_record": 2,
                "not_linked": 1,
                "not_ordered": 1,
            }
        ]
        assert [row for row in left_out(con, **PERIOD).fetchall() if row[1]] == []
        ends = {
            end: libstats.turnaround(con, "purchase_request", end=end, as_of="2026-11-02", **PERIOD)
            .select("cases, reached, given_up, still_open, naive_p50")
            .fetchall()
            for end in ("accepted", "ordered", "received")
        }
        with pytest.raises(AnalysisError, match="says when any case reached available"):
            libstats.turnaround(
                con, "purchase_request", end="available", as_of="2026-11-02", **PERIOD
            )
        on_shelf = con.sql(
            "select ended_at, ended_not_before, ended_not_after"
            """ from "case" where process = 'purchase_request' and outcome = 'done'"""
        ).fetchall()
        work = today.work_of(con, "purchase_request")[0]
        found = read_requests(
            con, Period(date(2026, 7, 1), date(2026, 11, 1)), datetime(2026, 11, 2)
        )
    assert ends == {
        "accepted": [(5, 3, 1, 1, 2.0)],
        "ordered": [(5, 2, 1, 2, 5.0)],
        "received": [(5, 2, 1, 2, 46.5)],
    }
    # received on September 14, last changed on the 15th: on its shelf between the two
    assert on_shelf == [(None, datetime(2026, 9, 14), datetime(2026, 9, 15, 10))]
    assert {task: [row["case_id"] for row in rows] for task, rows in tasks(work, DO)} == {
        "Accepted and not ordered": ["5"],
        "Decide whether to buy it": ["3"],
    }
    said = words(found)
    assert "5 requests were made from July to October 2026" in said
    assert "2 of them by the record alone. Of 1 accepted or ordered no order is found." in said
    assert "Received, not on its shelf 1 61.0 61.0" in said


def test_a_request_is_as_its_orders_newer_list_tells_and_the_others_as_their_own(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The suggestions are of November 2; the orders, 18 days newer, say that 71 came on the 10th:
    its request came in 10 days before. Whether to buy Ropes is to be decided, as of November 2.
    74, sent on August 2, is late: Sails is no second case beside it."""
    lists = {
        "suggestions-2026-11-02": "".join(
            SUGGESTIONS.splitlines(keepends=True)[n] for n in (0, 1, 3)
        )
        + "6,2026-08-01,2026-08-02,,ORDERED,Sails,504,2026-08-02 10:00:00\n",
        "aqorders-2026-11-20": "".join(ORDERS.splitlines(keepends=True)[n] for n in (0, 2)).replace(
            "2026-10-20", "2026-11-10"
        )
        + "74,3,ordered,1,2026-08-02,504,2026-08-02,\n",
    }
    for name, text in lists.items():
        libstats.load(workspace, [write(tmp_path / f"{name}.csv", text)])
    with libstats.open(workspace) as con:
        order, asked = today.work_of(con, "order_copy", "purchase_request")
        november = Period(date(2026, 11, 1), date(2026, 12, 1))
        found = read_requests(con, november, datetime(2026, 11, 20))
        cases = con.sql(
            """
            select case_id, map_keys(reached)[-1], age_days, told_at
            from "case"
            where process = 'purchase_request'
            order by case_id
            """
        ).fetchall()
        asked_alone = libstats.worklist(con, "purchase_request").select("case_id, standing, age")
        by_itself = asked_alone.order("case_id").fetchall()
    listed = {
        task: [(row["case_id"], since(row)) for row in rows] for task, rows in tasks(asked, DO)
    }
    assert listed == {"Decide whether to buy it": [("3", "124 days since the request")]}
    assert asked.counts["near"] == 1
    [row] = order.of(DO)
    assert (row["handle"], row["why"]) == ("74", "asked for by somebody (6)")
    steps = {row["last_milestone"]: row["age"] for row in found.open_ones}
    assert steps == {"received": 80.0, "requested": 124.0, "ordered": 111.0}
    assert "Those without an order are as of November 2, 2026" in words(found)
    # who asks without a moment is told the same
    assert cases == [
        ("1", "received", 80.0, None),
        ("3", "requested", 124.0, datetime(2026, 11, 2)),
        ("6", "ordered", 111.0, None),
    ]
    assert by_itself == [("1", "near", 80.0), ("3", "when last told", 124.0), ("6", "late", 111.0)]


def words(found: Requests) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", str(from_request_to_shelf(found))).split())


def test_a_form_names_its_order_and_what_is_rush_comes_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Neither is late: the one that is rush is named all the same."""
    form = (
        "purchase_request_id,order_line_id,title,requested_on,status,is_rush,entered_at\n"
        "R-1,,Tides,2026-10-20,new,,2026-11-01\nR-2,,Nets,2026-10-30,new,yes,2026-11-01\n"
    )
    libstats.load(workspace, [write(tmp_path / "purchase-requests-2026-11-02.csv", form)])
    with libstats.open(workspace) as con:
        work = today.work_of(con, "purchase_request")[0]
    assert [(row["case_id"], row["why"]) for row in work.of(DO)] == [("R-2", "rush")]


def test_without_requests_the_page_says_so() -> None:
    assert words(Requests()) == "No export tells what the library was asked to buy."


def test_a_forms_number_is_that_of_the_one_system_that_has_it() -> None:
    """71 is Koha's alone, sent on September 6; 72 is of Koha and of Alma; 73 was cancelled; 74 is
    nobody's. R-5 was withdrawn, and not declined."""
    asked = {"source": "own", "requested_on": "2026-09-01"}
    requests = [
        {
            **asked,
            "purchase_request_id": f"R-{number}",
            "order_line_id": str(70 + number),
            "status_as_exported": "withdrawn" if number == 5 else "requested",
        }
        for number in range(1, 6)
    ]
    sent = {"placed_on": "2026-09-06", "status": "ordered"}
    lines = [
        {**sent, "order_line_id": "71"},
        {**sent, "order_line_id": "72"},
        {**sent, "order_line_id": "72", "source": "alma"},
        {**sent, "order_line_id": "73", "status": "cancelled"},
        {**sent, "order_line_id": "75"},
    ]
    with holding(purchase_request=requests, order_line=lines) as con:
        linked = con.sql("from request_order order by all").fetchall()
    assert linked == [
        ("own", "R-1", "koha", "71", True),
        ("own", "R-5", "koha", "75", True),
    ]


def test_a_form_is_followed_to_the_order_of_koha(workspace: Workspace, tmp_path: Path) -> None:
    """R-1 is line 71, ordered 5 days after; R-2 has a number of nobody; R-3 was withdrawn."""
    form = (
        "purchase_request_id,order_line_id,title,requested_on,status,entered_at\n"
        "R-1,71,Tides,2026-09-01,requested,2026-11-01\n"
        "R-2,99,Nets,2026-09-01,requested,2026-11-01\n"
        "R-3,,Ropes,2026-09-01,withdrawn,2026-11-01\n"
    )
    for name, text in (("purchase-requests", form), ("aqorders", ORDERS)):
        libstats.load(workspace, [write(tmp_path / f"{name}-2026-11-02.csv", text)])
    with libstats.open(workspace) as con:
        told = dicts(libstats.purchase_requests(con, **PERIOD))
        (row,) = dicts(
            libstats.turnaround(
                con, "purchase_request", end="ordered", as_of="2026-11-02", **PERIOD
            )
        )
    assert [list(row.values()) for row in told] == [["own", 3, 0, 1, 1, 0, 1, 0]]
    assert (row["cases"], row["reached"], row["naive_p50"]) == (3, 1, 5.0)


def test_an_unknown_status_is_offered_the_words_of_requests_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    form = "purchase_request_id,requested_on,status,entered_at\nR-1,2026-10-20,zork,2026-11-01\n"
    libstats.load(workspace, [write(tmp_path / "purchase-requests-2026-11-02.csv", form)])
    with libstats.open(workspace) as con:
        ((line, told),) = (
            libstats.check(con)
            .filter("alarm = 'code without a role'")
            .select("place, meaning")
            .fetchall()
        )
    assert line == '[roles.own.purchase_request.status_as_exported] "zork" = "..."'
    offered = told.split("one of: ")[1].split(", ")
    assert offered == [
        *(word for word in roles.OUTCOMES if word not in ("lapsed", "not fetched")),  # of holds
        *("requested", "accepted", "ordered", "received", "catalogued", "available", "declined"),
        *("new", "rejected", "withdrawn"),  # of the form
    ]


def test_a_heading_says_late_only_of_what_is(workspace: Workspace, tmp_path: Path) -> None:
    """R-1 is rush and ordered, 11 days old of 90: it is to be done now, and not late."""
    form = (
        "purchase_request_id,order_line_id,requested_on,status,is_rush,entered_at\n"
        "R-1,72,2026-10-22,ordered,yes,2026-11-01\n"
    )
    orders = "ordernumber,basketno,orderstatus,quantity,entrydate,closedate\n72,3,ordered,1,2026-10-25,2026-10-25\n"
    for name, text in (("purchase-requests", form), ("aqorders", orders)):
        libstats.load(workspace, [write(tmp_path / f"{name}-2026-11-02.csv", text)])
    with libstats.open(workspace) as con:
        work = today.work_of(con, "purchase_request")[0]
        (row,) = work.of(DO)
        named = [name for name, _ in tasks(work, DO)]
        unnamed = [name for name, _ in tasks(replace(work, cases=[{**row, "task": None}]), DO)]
    assert (row["case_id"], row["standing"]) == ("R-1", "in time")
    assert named == ["Asked for by somebody, ordered and not received"]
    assert unnamed == ["Purchase request: rush"]


def test_a_correction_moves_no_event(workspace: Workspace, tmp_path: Path) -> None:
    """R-1 was received by September 20, and its title mended in October; R-2 came to its shelf
    between the loads of September 30 and October 31. The day of neither is told."""
    head = "purchase_request_id,title,requested_on,accepted_on,status,entered_at\n"
    september = (
        "R-1,Tydes,2026-08-01,2026-08-05,received,2026-09-20\n"
        "R-2,Nets,2026-08-01,2026-08-03,ordered,2026-09-20\n"
    )
    october = (
        "R-1,Tides,2026-08-01,2026-08-05,received,2026-10-31\n"
        "R-2,Nets,2026-08-01,2026-08-03,available,2026-10-31\n"
    )
    for day, rows in (("2026-09-30", september), ("2026-10-31", october)):
        path = write(tmp_path / f"purchase-requests-{day}.csv", head + rows)
        libstats.load(workspace, [path])
    asked = {"since": "2026-08-01", "until": "2026-09-01"}
    with libstats.open(workspace) as con:
        ended = con.sql(
            "select case_id, outcome, ended_at, ended_not_before::date, ended_not_after::date"
            """ from "case" where process = 'purchase_request' order by case_id"""
        ).fetchall()
        with pytest.raises(AnalysisError, match="says when any case reached received"):
            libstats.turnaround(con, "purchase_request", end="received", **asked)
        steps = libstats.worklist(con, "purchase_request").select("case_id, last_milestone")
        assert steps.fetchall() == [("R-1", "received")]
    assert ended == [
        ("R-1", "open", None, None, None),
        ("R-2", "done", None, date(2026, 9, 30), date(2026, 10, 31)),
    ]

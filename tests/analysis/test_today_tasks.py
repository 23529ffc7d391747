"""What is to be done with each case on today's list: small cases worked by hand, then the sample
library's truth."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.analysis.today import lists as today
from libstats.analysis.today import words as said
from libstats.analysis.today.desks import day_before, desks, first, tasks
from libstats.analysis.today.ill import FOLLOWED_UP, TASKS
from libstats.analysis.today.rows import DECIDE, DO, GROUPS, PAUSED, SOON
from libstats.analysis.today.serials import (
    CLAIMED,
    ENDED,
    NEVER_CLAIMED,
    OFTEN_UNTOLD,
    SOON_DUE,
    UNPAID,
)
from libstats.analysis.work.usual import usual
from libstats.cli.main import main
from libstats.definitions.roles import Line
from libstats.sources import roles
from libstats.store import generations
from libstats.workspace.workspace import Workspace
from tests.support.cases import opened
from tests.support.files import SAMPLE, write

NOW = datetime(2026, 10, 31, 8)
REQUESTS = """TransactionNumber,ProcessType,RequestType,TransactionStatus,TransactionDate,CreationDate,LendingLibrary,DueDate
101,Borrowing,Loan,Awaiting Unfilled Processing,2026-10-05 09:00:00,2026-10-01 09:00:00,ZAA,
102,Borrowing,Loan,Awaiting Conditional Processing,2026-10-09 09:00:00,2026-10-08 09:00:00,ZBB,
103,Borrowing,Loan,Request in Processing,2026-10-02 09:00:00,2026-10-02 08:00:00,,
104,Borrowing,Loan,Awaiting Post Receipt Processing,2026-10-11 09:00:00,2026-10-04 09:00:00,ZBB,
105,Borrowing,Loan,Item Checked In,2026-10-06 09:00:00,2026-09-04 09:00:00,ZCC,2026-11-20
106,Borrowing,Loan,Checked Out to Customer,2026-10-06 09:00:00,2026-09-04 09:00:00,ZDD,2026-10-20
107,Borrowing,Loan,Request Sent,2026-10-30 09:00:00,2026-10-30 08:00:00,ZAA,
201,Lending,Loan,Item Shipped,2026-09-06 09:00:00,2026-09-05 09:00:00,,2026-10-21
"""
TRACKING = """TransactionNumber,DateTime,ChangedTo
101,2026-10-01 10:00:00,Request Sent
101,2026-10-05 09:00:00,Awaiting Unfilled Processing
102,2026-10-08 10:00:00,Request Sent
102,2026-10-09 09:00:00,Awaiting Conditional Processing
103,2026-10-02 09:00:00,Request in Processing
104,2026-10-05 10:00:00,Request Sent
104,2026-10-11 09:00:00,Awaiting Post Receipt Processing
105,2026-09-10 09:00:00,Customer Notified via E-Mail
105,2026-10-06 09:00:00,Item Checked In
106,2026-09-10 09:00:00,Customer Notified via E-Mail
106,2026-10-06 09:00:00,Checked Out to Customer
107,2026-10-30 09:00:00,Request Sent
201,2026-09-06 09:00:00,Item Shipped
"""
# every word of every system for a request that nobody follows up
WORDS = sorted(
    {
        (system, line.code, line.milestone)
        for system in roles.lists()
        for line in map(Line._make, roles.of_system(system))
        if line.milestone in FOLLOWED_UP and line.role == "borrowing"
    }
)


def by_task(found: today.Today, group: str, shown: str = "handle") -> dict[str, list[Any]]:
    """What is listed of each task of a group."""
    return {
        task: [row[shown] or row["handle"] for row in rows]
        for desk in desks(found)
        for work in desk.work
        for task, rows in tasks(work, group)
    }


@pytest.mark.slow
def test_requests_that_nobody_follows_up_come_first(workspace: Workspace) -> None:
    for name, text in (("requests", REQUESTS), ("tracking", TRACKING)):
        libstats.load(workspace, [write(workspace.exports / f"{name}-2026-10-31.csv", text)])
    with libstats.open(workspace) as con:
        found = today.read(con, NOW)
    assert by_task(found, DO) == {
        "All lenders said no": ["101"],
        "A lender asked back and waits for an answer": ["102"],
        "Ready to be sent and not sent": ["103"],
        "Came in, and the patron was not told": ["104"],
        "Brought back by the patron and not sent back": ["105"],
        "Due back at its lender": ["106"],
        "Lent to a library and due back": ["201"],
    }
    rows = {row["handle"]: row for work in found.work for row in work.cases}
    assert rows["101"]["who"] == "1 said no, the last ZAA"
    assert rows["101"]["why"] == "Awaiting Unfilled Processing since October 5, 2026"
    assert int(rows["101"]["waited"]) in (25, 26)  # from the 5th at 9 to the 31st
    assert first(found) == (
        "Begin with interlibrary loan, “All lenders said no”: 1. "
        "7 things are to be done now: interlibrary loan 7."
    )


@pytest.mark.parametrize(("system", "word", "step"), WORDS)
def test_every_word_for_what_nobody_follows_up_keeps_its_request_on_the_list(
    system: str, word: str, step: str
) -> None:
    """It is open, in every direction in which it has a line, and there is a task for it."""
    lines = [
        line
        for line in map(Line._make, roles.of_system(system))
        if line.code == word and line.role == "borrowing"
    ]
    assert {line.outcome for line in lines} == {"open"}
    assert TASKS["ill_borrowing"][step]


@pytest.mark.slow
def test_what_moved_since_the_load_before(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three were late: one is whole now, one glued, one lies where it lay. A fourth is new."""
    late = [f"{case},brought,2026-01-01,EAST" for case in "123"]
    with opened(workspace, late, exported="2026-01-20") as con:
        assert day_before(con) is None
    came = ["1,mended,2026-01-21,EAST", "2,glued,2026-01-21,EAST", "4,brought,2026-01-02,EAST"]
    opened(workspace, [*late, *came], config="", exported="2026-01-22").close()
    with generations.writing(workspace.store) as writer:
        for table, column in (("ledger", "happened_at"), ("load", "loaded_at")):
            writer.con.execute(
                f"update store.{table} set {column} = timestamp '2026-01-20 12:00' where seq = 1"
            )
        writer.publish()
    assert main(["-w", str(workspace.folder), "today"]) == 0
    said = capsys.readouterr().out
    assert "\nOn January 20, 2026, 3 were named: 2 moved, 1 did not.\n" in said


@pytest.mark.slow
def test_issues_that_did_not_come_are_claimed(workspace: Workspace) -> None:
    """As of November 2. Subscription 7 is monthly, so that claims are due after 30 days: no.2 was
    claimed on October 3; no.3 is due since October 1, no.4 not yet. Of 8 nothing is told: 30 days
    are the goal. 9 has ended before its no.1 should have come. 6 is not paid: no order was billed.
    """
    rows = [
        "2,7,no.2,7,2026-09-02,2026-10-03,1",
        "3,7,no.3,1,2026-09-01,,0",
        "4,7,no.4,1,2026-10-04,,0",
        "5,8,no.1,1,2026-09-01,,0",
        "6,9,no.1,1,2026-10-20,,0",
        "7,9,no.2,1,2026-11-20,,0",
        "8,6,no.1,1,2026-10-20,,0",
    ]
    head = "serialid,subscriptionid,serialseq,status,planneddate,claimdate,claims_count"
    subscriptions = (
        "subscriptionid,startdate,enddate,frequency\n7,2026-01-01,2026-12-31,1 per 1 month\n"
        "9,2025-01-01,2026-06-30,1 per 1 month\n6,2026-01-01,2026-12-31,1 per 1 month\n"
    )
    orders = "ordernumber,basketno,orderstatus,quantity,entrydate,subscriptionid\n1,1,ordered,1,2026-01-05,6\n"
    files = {"serials": "\n".join([head, *rows]) + "\n", "subscriptions": subscriptions}
    for name, text in {**files, "aqorders": orders}.items():
        receipt = libstats.load(
            workspace, [write(workspace.exports / f"{name}-2026-11-02.csv", text)]
        )
        assert receipt.is_clean, str(receipt)
    with libstats.open(workspace) as con:
        found = today.read(con, NOW)
    monthly = "monthly; payment is not told"
    assert by_task(found, DO, "why") == {
        NEVER_CLAIMED: [
            "expected on September 1, 2026; claim due since October 1, 2026; first claim; "
            f"{monthly}",
        ],
        CLAIMED: [
            "expected on September 2, 2026; claim due since November 2, 2026; claimed last on "
            f"October 3, 2026; second claim; {monthly}"
        ],
    }
    for task in (UNPAID, ENDED):
        assert by_task(found, DECIDE, "why")[task] == ["expected on October 20, 2026; monthly"]
    # the page calls neither a claim that is due
    assert by_task(found, DECIDE, "why")[OFTEN_UNTOLD] == [
        "expected on September 1, 2026; first claim; how often it comes is not told; "
        "payment is not told"
    ]
    assert by_task(found, SOON, "what") == {SOON_DUE[NEVER_CLAIMED]: ["no.4"]}
    (work,) = found.work
    due = {row["what"]: (row["due_at"], said.since(row)) for row in work.of(DO)}
    # the day of serial_claims: no.2 is claimed today, no.3 for 32 days
    assert due["no.2"] == (datetime(2026, 11, 2), "due today")
    assert due["no.3"] == (datetime(2026, 10, 1), "32 days overdue")
    coming = {row["what"]: (row["due_at"], said.since(row)) for row in work.of(SOON)}
    assert coming == {"no.4": (datetime(2026, 11, 3), "due in 1 days")}


@pytest.mark.slow
def test_a_journey_is_late_by_what_its_route_takes_else_by_the_goal(workspace: Workspace) -> None:
    """21 journeys of 1 to 21 days from EAST to WEST: the 20th of them took 20; 19 back are too few.
    Two are 5 days on their way: as is usual from EAST to WEST; beyond the goal of 3 days back."""
    start = datetime(2026, 1, 1)
    done = [
        f"{way}{days},{days},{a},{b},{start:%Y-%m-%d %H:%M:%S},{start + timedelta(days=days):%Y-%m-%d %H:%M:%S}"
        for way, (a, b), most in ((1, ("EAST", "WEST"), 21), (2, ("WEST", "EAST"), 19))
        for days in range(1, most + 1)
    ]
    still = ["901,90,EAST,WEST,2026-03-31 08:00:00,", "902,91,WEST,EAST,2026-03-31 08:00:00,"]
    head = "branchtransfer_id,itemnumber,frombranch,tobranch,datesent,datearrived"
    file = write(workspace.exports / "transfers.csv", "\n".join([head, *done, *still]) + "\n")
    libstats.load(workspace, [file], exported_at="2026-04-05 08:00")
    with libstats.open(workspace) as con:
        assert usual(con, "transit", as_of="2026-04-05 08:00", by="route").fetchall() == [
            ("EAST → WEST", 21, 20.0),
            ("WEST → EAST", 19, None),
        ]
        (work,) = [w for w in today.read(con, NOW).work if w.process.name == "transit"]
    assert [(row["case_id"], row["who"]) for row in work.of(DO)] == [("902", "WEST to EAST")]
    assert work.counts["in time"] == 1


@pytest.mark.slow
def test_every_planted_case_of_the_sample_library_is_named(demo: Path) -> None:
    """As tests/questions asks of the page."""
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    planted = truth["planted"]
    with libstats.open(demo) as con:
        found = today.read(con, datetime(2026, 11, 1, 8), most=None)
    named = {group: by_task(found, group, "look_for") for group in GROUPS}
    ill, holds, orders = planted["ill"], planted["holds"], planted["orders"]
    for what, task in (
        ("refused_by_all", "All lenders said no"),
        ("conditional_unanswered", "A lender asked back and waits for an answer"),
        ("not_sent", "Ready to be sent and not sent"),
        ("not_told", "Came in, and the patron was not told"),
        ("not_sent_back", "Brought back by the patron and not sent back"),
    ):
        assert named[DO][task] == [str(each["request"]) for each in ill[what]], what
    koha = {
        (row["task"], group): [
            each["case_id"]
            for work in found.work
            for each in work.of(group)
            if each["source"] == "koha" and each["task"] == row["task"]
        ]
        for group in (DO, DECIDE)
        for work in found.work
        for row in work.of(group)
        if work.process.name == "hold"
    }
    for what, task, group in (
        ("no_copy_left", "No copy is left that can fill it", DECIDE),
        ("not_found_on_shelf", "Asked for, and not found on its shelf", DO),
    ):
        assert koha[task, group] == [str(each["hold_id"]) for each in holds[what]]
    paused = {row["case_id"]: row["why"] for w in found.work for row in w.of(PAUSED)}
    for each in holds["suspended"]:
        day = datetime.fromisoformat(each["until"])
        assert paused[str(each["hold_id"])] == f"Paused until {day:%B} {day.day}, {day.year}"
    assert [row["hold_id"] for row in found.shelf] == [
        str(each["hold_id"]) for each in holds["past_shelf_date"]
    ]
    assert sorted(
        (int(row["title_id"]), row["waiting"], row["copies"], row["on_order"])
        for row in found.queues
    ) == sorted((e["title_id"], e["holds"], e["copies"], e["on_order"]) for e in holds["buy"])
    assert named[DO]["Too long on the way"] == [e["barcode"] for e in planted["transit"]["stuck"]]
    loans = planted["loans"]
    decided = named[DECIDE]
    assert set(decided["Claimed returned: search the shelves"]) == set(loans["claimed_returned"])
    paid = "Lost and paid for: take it out of the catalogue"
    assert set(decided[paid]) == set(loans["lost_and_paid"])
    assert len(named[DO]["Received, with a hold waiting"]) == len(orders["received_with_hold"])
    # as orders tell, and as a vendor's invoice does
    billed = [f["line"] for f in truth["invoices"]["faults"] if "not received" in f["check"]]
    assert sorted(named[DO]["Invoiced and not received"]) == sorted(
        [*(each["line"] for each in orders["invoiced_not_received"]), *billed]
    )
    lines = {
        row["look_for"]
        for work in found.work
        if work.process.name == "order_copy"
        for group in (DO, DECIDE)
        for row in work.of(group)
    }
    assert {each["line"] for each in orders["late"]} <= lines
    assert any("rush" in what for what in found.untold)


@pytest.mark.slow
def test_a_reserve_is_late_by_the_day_on_which_it_is_needed(workspace: Workspace) -> None:
    """Of three that were asked for in August one was needed in September, one is needed in
    December; the third has no day, and is beyond the goal of seven."""
    form = (
        "reserve_request_id,course,requested_at,needed_by,entered_at\n"
        "1,HIST1,2026-08-01,2026-09-01,2026-11-01\n2,HIST1,2026-08-01,2026-12-01,2026-11-01\n"
        "3,HIST1,2026-08-01,,2026-11-01\n"
    )
    libstats.load(workspace, [write(workspace.exports / "reserves-2026-11-02.csv", form)])
    with libstats.open(workspace) as con:
        (work,) = (w for w in today.read(con, NOW).work if w.process.name == "reserves")
    assert sorted(row["case_id"] for row in work.of(DO)) == ["1", "3"]

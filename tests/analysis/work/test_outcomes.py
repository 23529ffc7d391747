"""What became of a case: one outcome whatever system wrote it, between its bounds where nobody
recorded when, and the five questions in step with it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.work.spans import Spans
from libstats.errors import AnalysisError
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.cases import counts
from tests.support.files import write

pytestmark = pytest.mark.slow

OCTOBER: dict[str, Any] = {"since": "2026-10-01", "until": "2026-11-01"}


def loaded(workspace: Workspace, more: str = "", **files: str) -> duckdb.DuckDBPyConnection:
    """A connection on exports, each named by its day behind two underscores."""
    config = workspace.folder / CONFIG
    text = config.read_text(encoding="utf-8")
    zoned = text.replace("[library]", '[library]\ntimezone = "UTC"')
    write(config, (text if "\ntimezone" in text else zoned) + more)
    place = find(workspace.folder)
    for name, rows in files.items():
        stem, _, day = name.partition("__")
        end = "json" if rows.startswith("{") else "csv"
        path = write(place.exports / f"{stem}-{day.replace('_', '-')}.{end}", rows)
        receipt = libstats.load(place, [path])
        assert receipt.is_clean, str(receipt)
    return libstats.open(place)


def outcomes(
    con: duckdb.DuckDBPyConnection, process: str, as_of: str | None = None
) -> dict[str, str]:
    """The outcome of each case."""
    spans = Spans.of(con, process, as_of=as_of)
    sql = f"select case_id, outcome from ({spans.sql()}) order by case_id"
    return dict(con.execute(sql, {"as_of": str(spans.as_of)}).fetchall())


# --- over, but counted as open -------------------------------------------------------------------

ILLIAD = "TransactionNumber,ProcessType,RequestType,TransactionStatus,CreationDate{},LendingLibrary"
UNDATED = {
    "Delivered to Web": "done",
    "Request Finished": "done",
    "Customer Notified via E-Mail": "done",
    "Checked Out to Customer": "done",
    "Item Returned": "done",
    "Cancelled by ILL Staff": "given up",
    "Cancelled by Customer": "given up by the patron",
    "Awaiting Request Processing": "open",
    "Request Sent": "open",
    "Our Own Queue": "undeterminable",
}
FIRST, *MIDDLE, LAST = UNDATED  # by their numbers as text: 1, 10, 2, ...


def test_a_status_that_says_over_closes_a_request_without_a_day(workspace: Workspace) -> None:
    rows = [
        f"{n},Borrowing,Article,{status},2026-10-01 09:00,ABC"
        for n, status in enumerate(UNDATED, 1)
    ]
    text = "\n".join([ILLIAD.format(""), *rows]) + "\n"
    with loaded(workspace, requests__2026_10_20=text) as con:
        assert list(outcomes(con, "ill_borrowing").values()) == [
            UNDATED[name] for name in (FIRST, LAST, *MIDDLE)
        ]
        listed = libstats.worklist(con, "ill_borrowing").select("case_id, standing").fetchall()
        # the queue that nobody declared stands in a group of its own, at the end
        assert listed == [("8", "late"), ("9", "late"), ("10", "not known")]
        rate = libstats.fill_rate(con, "ill_borrowing", **OCTOBER)
        names = "cases, filled, unfilled, cancelled_by_patron, still_open, undeterminable, rate"
        assert rate.select(names).fetchall() == [(10, 5, 1, 1, 2, 1, pytest.approx(5 / 6))]
        assert libstats.backlog(con, "ill_borrowing", every="month", **OCTOBER).select(
            "came, done, given_up, over, waiting, undeterminable"
        ).fetchall() == [(10, None, None, 7, 2, 1)]  # no day of any end is told


def test_a_word_of_another_direction_is_told(workspace: Workspace) -> None:
    """To ask back is a word of lending: of what is delivered here it says nothing."""
    text = f"{ILLIAD.format('')}\n1,DocDel,Article,Request Conditionalized,2026-10-01 09:00,\n"
    text += "2,Lending,Article,Request Conditionalized,2026-10-01 09:00,\n"
    text += "3,DocDel,Article,Request Sent,2026-10-01 09:00,\n"
    with loaded(workspace, requests__2026_10_20=text) as con:
        assert outcomes(con, "document_delivery") == {"1": "undeterminable", "3": "open"}
        told = libstats.check(con).filter("alarm = 'code without a role'")
        assert told.select("place, rows").fetchall() == [
            ('[roles.illiad.ill_request.status_as_exported] "Request Conditionalized" = "..."', 1)
        ]


def test_a_library_says_what_its_own_queue_means(workspace: Workspace) -> None:
    own = '\n[roles.illiad.ill_request.status_as_exported]\n"Our Own Queue" = "done"\n'
    text = f"{ILLIAD.format('')}\n1,Borrowing,Loan,our own queue ,2026-10-01 09:00,ABC\n"
    with loaded(workspace, own, requests__2026_10_20=text) as con:
        assert outcomes(con, "ill_borrowing") == {"1": "done"}


def test_an_end_lies_between_the_last_load_that_shows_it_open_and_the_first_that_does_not(
    workspace: Workspace,
) -> None:
    """Open on the 10th and the 12th, delivered by the 20th and the 25th."""
    row = "1,Borrowing,Article,{},2026-10-01 09:00,ABC\n"
    sent, delivered = row.format("Request Sent"), row.format("Delivered to Web")
    head = ILLIAD.format("") + "\n"
    lists = {
        "a__2026_10_10": head + sent,
        "b__2026_10_12": head + sent,
        "c__2026_10_20": head + delivered,
        "d__2026_10_25": head + delivered,
    }
    with loaded(workspace, **lists) as con:
        spans = Spans.of(con, "ill_borrowing")
        told = con.sql(
            f"select ended_at, not_before, not_after from ({spans.sql()})",
            params={"as_of": str(spans.as_of)},
        ).fetchall()
        assert told == [(None, datetime(2026, 10, 12), datetime(2026, 10, 20))]
        days = {"2026-10-11": "open", "2026-10-15": "undeterminable", "2026-10-20": "done"}
        assert {day: outcomes(con, "ill_borrowing", day)["1"] for day in days} == days
        waiting = libstats.backlog(
            con, "ill_borrowing", since="2026-10-11", until="2026-10-22", every="day"
        ).select("period, waiting, undeterminable, over")
        # each day's end: the 11th is the midnight at which the list of the 12th shows it
        expected = [
            (date(2026, 10, day), int(day == 11), int(12 <= day < 19), int(day == 19))
            for day in range(11, 22)
        ]
        assert waiting.fetchall() == expected


def test_a_status_with_its_day_marks_its_milestone(workspace: Workspace) -> None:
    """Of the last change the day is known: the scan went out then, and the tidying-up is no end."""
    rows = (
        "1,Borrowing,Article,Delivered to Web,2026-10-01 09:00,2026-10-04 09:00,ABC",
        "2,Borrowing,Article,Request Finished,2026-08-01 09:00,2026-10-04 09:00,ABC",
        "3,Lending,Article,Request Finished,2026-10-01 09:00,2026-10-02 09:00,XYZ",
    )
    text = "\n".join([ILLIAD.format(",TransactionDate"), *rows]) + "\n"
    with loaded(workspace, requests__2026_10_20=text) as con:
        assert outcomes(con, "ill_borrowing") == {"1": "done", "2": "done"}
        assert counts(libstats.throughput(con, "ill_borrowing", **OCTOBER)) == [
            (date(2026, 10, 1), "all", 1)
        ]
        # of several ends any counts: as many as turnaround says were done
        assert counts(libstats.throughput(con, "ill_lending", **OCTOBER)) == [
            (date(2026, 10, 1), "all", 1)
        ]
        found = libstats.turnaround(con, "ill_lending", **OCTOBER)
        assert found.select("reached, naive_p50").fetchall() == [(1, 1.0)]
        # no log tells of ends as such: what the statuses show of them is at most the truth
        for kind in ("ill_borrowing", "ill_lending"):
            ended = libstats.throughput(con, kind, **OCTOBER)
            assert ended.select("cases, coverage").fetchall() == [(1, "partly")]
            assert "so there may be more" in ended.select("reason").fetchall()[0][0]
            done = libstats.backlog(con, kind, **OCTOBER, every="month").select("done")
            assert done.fetchall() == [(1,)]
        # of what none shows nothing is said
        received = libstats.throughput(con, "ill_borrowing", milestone="received", **OCTOBER)
        assert {row[2:4] for row in received.fetchall()} == {(None, "outside")}


def test_of_the_last_status_alone_no_turnaround_is_told(workspace: Workspace) -> None:
    """One still stands as delivered, two were tidied away: the one is no answer for the three."""
    row = "{},Borrowing,Article,{},2026-10-01 09:00,2026-10-04 09:00,ABC\n"
    rows = row.format(1, "Delivered to Web") + "".join(
        row.format(n, "Request Finished") for n in (2, 3)
    )
    with (
        loaded(
            workspace, requests__2026_10_20=f"{ILLIAD.format(',TransactionDate')}\n{rows}"
        ) as con,
        pytest.raises(AnalysisError, match="says when most cases reached available"),
    ):
        libstats.turnaround(con, "ill_borrowing", **OCTOBER)


@pytest.mark.parametrize(
    ("process", "name", "rows", "expected"),
    [
        (
            "ill_borrowing",
            "illrequests",
            "illrequest_id;status;branchcode;placed\n1;COMP;EAST;2026-10-01\n2;RET;EAST;2026-10-01\n"
            "3;REQ;EAST;2026-10-01\n4;KILL;EAST;2026-10-01\n5;STANDBY;EAST;2026-10-01\n",
            ["done", "done", "open", "given up", "undeterminable"],
        ),
        (
            "serials",
            "serial",
            "serialid;subscriptionid;serialseq;status;planneddate\n1;7;a;2;2026-10-01\n"
            "2;7;b;1;2026-10-01\n3;7;c;41;2026-10-01\n4;7;d;5;2026-10-01\n5;7;e;99;2026-10-01\n",
            ["done", "open", "given up", "given up", "undeterminable"],
        ),
        (
            "order_copy",
            "orders",
            "ordernumber;basketno;orderstatus;quantity;entrydate\n1;3;complete;1;2026-10-01\n"
            "2;3;ordered;1;2026-10-01\n3;3;cancelled;1;2026-10-01\n4;3;lost;1;2026-10-01\n",
            ["done", "open", "given up", "undeterminable"],
        ),
        (
            "ill_borrowing",
            "borrowing",
            "Internal ID,Borrowing Creation Date,Borrowing Request Status\n"
            "1,10/1/2026,Physically received by library\n2,10/1/2026,Cancelled by patron\n"
            "3,10/1/2026,Sent to partner\n4,10/1/2026,Gone astray\n",
            ["done", "given up by the patron", "open", "undeterminable"],
        ),
        (
            "ill_lending",
            "lending",
            "Internal ID,Lending Creation Date,Lending Request Status\n"
            "1,10/1/2026,Shipped physically\n2,10/1/2026,Rejected the borrower request\n"
            "3,10/1/2026,Being processed\n4,10/1/2026,Expired\n",
            ["done", "given up", "open", "lapsed"],
        ),
        (
            "reserves",
            "reserves",
            "reserve_request_id,requested_at,status,entered_at\n1,2026-10-01,closed,2026-10-05\n"
            "2,2026-10-01,open,2026-10-05\n3,2026-10-01,cancelled,2026-10-05\n",
            ["over", "open", "given up"],
        ),
    ],
)
def test_the_same_in_other_systems_and_processes(
    workspace: Workspace, process: str, name: str, rows: str, expected: list[str]
) -> None:
    with loaded(workspace, **{f"{name}__2026_10_20": rows}) as con:
        assert list(outcomes(con, process).values()) == expected
        listed = libstats.worklist(con, process).select("case_id").fetchall()
        begun = con.sql("select starts from process where process = $p", params={"p": process})
        if begun.fetchall()[0][0] not in ("submitted", "ordered"):  # their day is not exported here
            assert len(listed) == sum(o in ("open", "undeterminable") for o in expected)


# --- a hold that stood on the shelf and was never fetched ----------------------------------------

KOHA = "reserve_id;reservedate;branchcode;waitingdate;cancellationdate;priority;found\n"
# a system's heading, the row of a hold, what stands in it and the outcome
HOLDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "koha": (
        KOHA,
        "{};2026-10-01;EAST;{}\n",
        {
            "2026-10-03;2026-10-12;0;W": "not fetched",
            "2026-10-03;2026-10-12;0;": "not fetched",
            "2026-10-03;;0;F": "done",
            ";;0;F": "done",
            ";;0;W": "done",
            ";2026-10-12;0;": "given up",
            ";;0;": "over",
            ";;4;": "open",
            ";;0;T": "open",
            ";;0;P": "open",
            ";;0;Q": "undeterminable",
        },
    ),
    # without its place in the queue nothing tells a hold that ended from one that waits
    "koha without priority": (
        "reserve_id;reservedate;branchcode;cancellationdate;found\n",
        "{};2026-10-01;EAST;{}\n",
        {
            ";F": "done",
            ";W": "done",
            "2026-10-12;": "given up",
            ";T": "open",
            ";": "undeterminable",
        },
    ),
    "koha reserves alone": (
        "reserve_id;reservedate;branchcode;found\n",
        "{};2026-10-01;EAST;{}\n",
        {"W": "done", "": "open"},
    ),
    "folio": (
        "request_id,requestType,requestDate,pickupServicePointId,status\n",
        "{},Hold,2026-10-01T09:00:00Z,sp,{}\n",
        {
            "Closed - Pickup expired": "not fetched",
            "Closed - Unfilled": "lapsed",
            "Closed - Cancelled": "given up",
            "Closed - Filled": "done",
            "Open - Awaiting pickup": "done",
            "Open - Awaiting delivery": "open",
            "Open - In transit": "open",
            "Open - Not yet filled": "open",
            "Open - Lost in space": "undeterminable",
        },
    ),
    "polaris": (
        "SysHoldRequestID,PickupBranchID,SysHoldStatus,CreationDate,LastStatusTransitionDate\n",
        "{},3,{},2026-10-01 09:00:00.000,2026-10-09 09:00:00.000\n",
        {
            "Unclaimed": "not fetched",
            "Expired": "lapsed",
            "Not Supplied": "given up",
            "Cancelled": "given up",
            "Held": "done",
            "Out": "done",
            "Active": "open",
            "Pending": "open",
            "Shipped": "open",
            "Mislaid": "undeterminable",
        },
    ),
    "evergreen": (
        '"Hold ID","Request Date/Time","Pickup Library","Shelf Time","Hold Cancel Date/Time",'
        '"Cancelation cause"\n',
        '"{}","2026-10-01 09:00:00-04","BR1",{}\n',
        {
            '"2026-10-03 09:00:00-04","2026-10-12 09:00:00-04","2"': "not fetched",
            '"2026-10-03 09:00:00-04","2026-10-12 09:00:00-04",': "not fetched",
            ',"2026-10-12 09:00:00-04","Hold Shelf expiration"': "not fetched",
            ',"2026-10-12 09:00:00-04","Untargeted expiration"': "lapsed",
            ',"2026-10-12 09:00:00-04","Patron via SMS"': "given up by the patron",
            ',"2026-10-12 09:00:00-04","5"': "given up",
            ',"2026-10-12 09:00:00-04",': "given up",
            ",,": "open",
        },
    ),
    "symphony": (
        "Hold Key,Catalog Key,Pickup Library,Date Placed,Inactive Reason,Date Inactive,"
        "Date Available\n",
        "{},514,MAIN,20261001,{}\n",
        {
            "EXP_ONSHELF,20261012,20261003": "not fetched",
            "CANCELLED,20261012,20261003": "not fetched",
            "EXP_ONSHELF,20261012,0": "not fetched",
            "EXPIRED,20261012,0": "lapsed",
            "CANCELLED,20261012,0": "given up",
            "FILLED,20261012,0": "done",
            "SOMEHOW,20261012,0": "undeterminable",
            ",0,20261003": "done",
            "NONE,0,0": "open",
        },
    ),
    "alma": (
        "Request ID,MMS ID,Request Type Description,Request Date,Request Status,"
        "Request Completion Date,Hold Shelf Date\n",
        "{},99,Patron physical item request,10/1/2026,{}\n",
        {
            "Rejected by Library,10/12/2026,10/3/2026": "not fetched",
            "Rejected by Patron,10/12/2026,": "given up by the patron",
            "Rejected by Patron,,": "given up by the patron",
            "Rejected by Library,,": "given up",
            "Failed,10/12/2026,": "given up",
            "Completed,10/12/2026,": "done",
            "Active,,10/3/2026": "done",
            "Active,,": "open",
            "Ready,,": "open",
            "Abgelehnt,,": "undeterminable",
        },
    ),
    "sierra": (
        "id,record_id,placed_gmt,pickup_location_code,status,on_holdshelf_gmt\n",
        "{},420908029575,2026-10-01 09:00:00+00,ea,{}\n",
        {
            "i,2026-10-03 09:00:00+00": "done",
            "b,": "done",
            "t,": "open",
            "0,": "open",
            "x,": "undeterminable",
        },
    ),
}
STANDING = {"open": "late", "undeterminable": "not known"}


@pytest.mark.parametrize("system", HOLDS)
def test_one_event_has_one_outcome_whatever_system_wrote_it(
    workspace: Workspace, system: str
) -> None:
    head, row, cases = HOLDS[system]
    text = head + "".join(row.format(100 + n, told) for n, told in enumerate(cases))
    expected = list(cases.values())
    with loaded(workspace, holds__2026_10_20=text) as con:
        assert list(outcomes(con, "hold").values()) == expected
        rate = libstats.fill_rate(con, "hold", **OCTOBER).select(
            "filled, unfilled, cancelled_by_patron, still_open, undeterminable, not_fetched, lapsed"
        )
        groups = (
            ("done", "not fetched"),
            ("given up", "lapsed"),
            ("given up by the patron",),
            ("open",),
            ("over", "undeterminable"),
            ("not fetched",),
            ("lapsed",),
        )
        assert rate.fetchall() == [tuple(sum(map(expected.count, group)) for group in groups)]
        listed = libstats.worklist(con, "hold").select("case_id, standing").fetchall()
        assert sorted(listed) == [
            (str(100 + n), STANDING[outcome])
            for n, outcome in enumerate(expected)
            if outcome in STANDING
        ]


# --- by its status first, then by its reason ------------------------------------------------------


def test_who_gave_a_request_up_is_told_by_its_status(workspace: Workspace) -> None:
    """One filled, one cancelled by the customer, whatever reason was typed, one by staff: half."""
    head = f"{ILLIAD.format(',TransactionDate')},ReasonForCancellation\n"
    row = "{},Borrowing,Article,{},2026-10-01 09:00,2026-10-04 09:00,ABC,{}\n"
    rows = (
        row.format(1, "Request Finished", ""),
        row.format(2, "Cancelled by Customer", "Not as cited"),
        row.format(3, "Cancelled by ILL Staff", "Lacking"),
    )
    with loaded(workspace, requests__2026_10_20=head + "".join(rows)) as con:
        rate = libstats.fill_rate(con, "ill_borrowing", **OCTOBER)
        assert rate.select("filled, unfilled, cancelled_by_patron, rate").fetchall() == [
            (1, 1, 1, 0.5)
        ]
        assert libstats.unfilled_reasons(con, "ill_borrowing", **OCTOBER).fetchall() == [
            ("cancelled by patron", "left out", 1),
            ("lacking volume or issue", "unfilled", 1),
        ]


# --- the five questions agree --------------------------------------------------------------------


def test_what_is_delivered_twice_counts_once(workspace: Workspace) -> None:
    """Sent again in November: it is done in November, whoever asks for which months."""
    text = (
        "TransactionNumber,DateTime,ChangedTo,ProcessType\n"
        "1,2026-10-01 09:00,Awaiting Copyright Clearance,Borrowing\n"
        "1,2026-10-20 09:00,Delivered to Web,Borrowing\n"
        "1,2026-11-05 09:00,Delivered to Web,Borrowing\n"
    )
    with loaded(workspace, tracking__2026_12_01=text) as con:
        november = {"since": "2026-11-01", "until": "2026-12-01"}
        reached = [
            sum(row[2] for row in counts(libstats.throughput(con, "ill_borrowing", **months)))
            for months in (OCTOBER, november, {"since": "2026-01-01", "until": "2027-01-01"})
        ]
        assert reached == [0, 1, 1]


def test_a_milestone_of_ones_own_in_the_middle_concludes_nothing(workspace: Workspace) -> None:
    own = '\n[process.hold.milestones]\nsearched = "someone looked on the shelf"\n'
    holds = f"{KOHA}1;2026-10-01;EAST;;;1;\n"
    steps = "process,case,milestone,happened_at\nhold,1,searched,2026-10-03\n"
    with loaded(workspace, own, reserves__2026_10_20=holds, steps__2026_10_20=steps) as con:
        con.execute("create temp table told as select * replace ('koha' as source) from milestone")
        con.execute("create or replace temp view milestone as from told")
        assert outcomes(con, "hold") == {"1": "open"}
        assert libstats.worklist(con, "hold").select("last_milestone").fetchall() == [("searched",)]


@pytest.mark.parametrize("as_of", ["2026-10-04", "2026-10-12", "2026-10-20"])
def test_all_five_questions_agree(workspace: Workspace, as_of: str) -> None:
    """Of every kind one: the counts of each question are those of the outcomes."""
    rows = (
        "1;2026-10-01;EAST;2026-10-03;;0;W",
        "2;2026-10-01;EAST;;;0;F",
        "3;2026-10-01;EAST;;2026-10-09;0;",
        "4;2026-10-01;EAST;;;1;",
        "5;2026-10-01;EAST;;;0;",
        "6;2026-10-01;EAST;;;0;Q",
        "7;2026-10-01;EAST;2026-10-02;2026-10-10;0;W",
    )
    with loaded(workspace, holds__2026_10_20=KOHA + "\n".join(rows) + "\n") as con:
        told = list(outcomes(con, "hold", as_of).values())
        rate = libstats.fill_rate(con, "hold", as_of=as_of, **OCTOBER).select(
            "filled, unfilled + cancelled_by_patron, still_open, undeterminable"
        )
        well = sum(o in ("done", "not fetched") for o in told)
        ill = sum(o in ("given up", "given up by the patron", "lapsed") for o in told)
        waits = told.count("open")
        assert rate.fetchall() == [(well, ill, waits, 7 - well - ill - waits)]
        standing = [
            s for (s,) in libstats.worklist(con, "hold", as_of=as_of).select("standing").fetchall()
        ]
        assert len(standing) - standing.count("not known") == waits
        assert standing.count("not known") == told.count("undeterminable")
        found = libstats.turnaround(con, "hold", as_of=as_of, **OCTOBER)
        reached, still_open, given_up = found.select("reached, still_open, given_up").fetchall()[0]
        assert (still_open, given_up) == (waits, ill)
        assert reached <= well
        (last,) = (
            libstats.backlog(con, "hold", since="2026-10-01", until=as_of, every="month")
            .select("waiting, done, given_up, waiting + undeterminable + done + given_up + over")
            .fetchall()
        )
        assert last == (waits, reached, given_up, 7)


def test_sql_can_ask_what_the_analyses_ask(workspace: Workspace) -> None:
    rows = (
        "1;2026-10-01;EAST;2026-10-03;;0;W",
        "2;2026-10-01;EAST;;;0;F",
        "3;2026-10-01;WEST;;2026-10-09;0;",
        "4;2026-10-01;EAST;;;1;",
    )
    with loaded(workspace, holds__2026_10_20=KOHA + "\n".join(rows) + "\n") as con:
        found = con.sql(
            """
            select case_id, handle, branch, outcome, reached['ready'], ended_at::date,
                ended_not_before::date, ended_not_after::date, age_days, as_of::date
            from "case"
            where process = 'hold'
            order by case_id
            """
        ).fetchall()
        third, ninth, last = date(2026, 10, 3), date(2026, 10, 9), date(2026, 10, 20)
        first, ready = date(2026, 10, 1), datetime(2026, 10, 3)
        assert found == [
            ("1", "1", "EAST", "done", ready, third, third, third, 2.0, last),
            ("2", "2", "EAST", "done", None, None, first, last, None, last),
            ("3", "3", "WEST", "given up", None, ninth, ninth, ninth, 8.0, last),
            ("4", "4", "EAST", "open", None, None, None, None, 19.0, last),
        ]
        assert con.sql('select count(*) from "case"').fetchall() == [(4,)]


def test_without_work_there_is_no_case(workspace: Workspace) -> None:
    with loaded(workspace, titles__2026_10_20="biblionumber;title\n1;A\n") as con:
        described = con.sql('describe "case"').fetchall()
        assert con.sql('from "case"').fetchall() == []
    holds = f"{KOHA}1;2026-10-01;EAST;;;1;\n"
    with loaded(workspace, holds__2026_10_20=holds) as con:
        assert con.sql('describe "case"').fetchall() == described


# of each direction the word with which ILLiad gives a request up, and what begins it
GIVEN_UP_WORDS = {
    "ill_borrowing": ("Borrowing", "Submitted by Customer", "Cancelled by Customer"),
    "ill_lending": ("Lending", "Awaiting Lending Request Processing", "Cancelled by ILL Staff"),
    "document_delivery": (
        "Doc Del",
        "Awaiting Document Delivery Processing",
        "Cancelled by ILL Staff",
    ),
}


@pytest.mark.parametrize("process", GIVEN_UP_WORDS)
def test_a_log_and_a_list_that_write_the_same_end_a_moment_apart(
    workspace: Workspace, process: str
) -> None:
    """The list's Transaction Date is a fraction of a second behind the log: the request was given
    up, after two days, and not taken up again."""
    kind, begun, ended = GIVEN_UP_WORDS[process]
    head = "TransactionNumber,ProcessType,RequestType,TransactionStatus,CreationDate,TransactionDate,LendingLibrary\n"
    row = f"1,{kind},Article,{ended},2026-10-05 09:00:00.120,2026-10-07 09:00:00.120,ABC\n"
    log = "TransactionNumber,DateTime,ChangedTo,ProcessType\n"
    log += f"1,2026-10-05 09:00:00,{begun},{kind}\n1,2026-10-07 09:00:00,{ended},{kind}\n"
    log += f"2,2026-10-05 09:00:00,{begun},{kind}\n"
    with loaded(workspace, requests__2026_10_20=head + row, tracking__2026_10_20=log) as con:
        waiting = libstats.backlog(con, process, **OCTOBER).aggregate("sum(given_up), sum(over)")
        assert waiting.fetchall() == [(1, 0)]
        bounds = con.sql(f"""from "case" where process = '{process}' and case_id = '1'""")
        assert bounds.select("ended_at").fetchall() == [(datetime(2026, 10, 7, 9, 0, 0, 120_000),)]

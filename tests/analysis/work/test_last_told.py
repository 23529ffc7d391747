"""A case that the newest list lacks, and nothing says is over, is open when last told."""

from __future__ import annotations

from datetime import datetime

import pytest

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.cases import opened
from tests.support.files import write

pytestmark = pytest.mark.slow

HOLDS = "reserve_id;biblionumber;itemnumber;branchcode;reservedate\n"
LOANS = "issue_id;borrowernumber;itemnumber;date_due;branchcode;returndate;issuedate\n"
JOURNEYS = "branchtransfer_id;itemnumber;datesent;frombranch;datearrived;tobranch\n"
FOLIO = "id,requestDate,status,itemId,instanceId,requestType,pickupServicePointId\n"
POLARIS = "SysHoldRequestID,PickupBranchID,SysHoldStatus,CreationDate,ActivationDate,Suspended\n"
LENT = "id,userId,itemId,status.name,loanDate,dueDate,returnDate,checkoutServicePointId\n"
# of each: the kind of work, the heading, a row of a case, the word while it is open, and once over
BY_WORD = {
    "folio requests": (
        "hold",
        FOLIO,
        "{n},2026-10-0{n}T10:00:00.000+00:00,{word},i{n},t{n},Hold,EAST\n",
        ("Open - Not yet filled", "Closed - Cancelled", "Closed - Unfilled"),
    ),
    "polaris holds": (
        "hold",
        POLARIS,
        "{n},3,{word},2026-10-0{n},2026-10-0{n},0\n",
        ("Active", "Cancelled", "Expired", "Unclaimed"),
    ),
    "folio loans": (
        "loan",
        LENT,
        "L{n},u{n},i{n},{word},2026-10-0{n}T10:00:00.000+00:00,2026-12-01T10:00:00.000+00:00,,E\n",
        ("Open", "Closed"),
    ),
}
SIERRA = (
    "order_record_id,bib_record_id,vendor_record_code,order_status_code,order_date_gmt,"
    "received_date_gmt,estimated_price,copies\n"
)
# of each: the heading, and a row of a case that begins on a day
LISTS = {
    "hold": (HOLDS, "{n};1{n};{n};EAST;{day}\n"),
    "loan": (LOANS, "{n};1;{n};2026-12-01;EAST;;{day} 10:00:00\n"),
    "transit": (JOURNEYS, "{n};{n};{day} 10:00:00;EAST;;WEST\n"),
}


@pytest.mark.parametrize("process", LISTS)
def test_a_case_that_the_newest_list_lacks(workspace: Workspace, process: str) -> None:
    heading, row = LISTS[process]
    for day, cases in (("2026-10-10", (1, 2)), ("2026-10-20", (2, 3))):
        rows = "".join(row.format(n=n, day=f"2026-10-0{n}") for n in cases)
        libstats.load(
            workspace, [write(workspace.exports / f"{process}-{day}.csv", heading + rows)]
        )
    with libstats.open(workspace) as con:
        found = libstats.worklist(con, process).select("case_id, standing, told_at")
        standings = {case: (standing, at) for case, standing, at in found.fetchall()}
        lacked = standings.pop("1")
        assert lacked == ("when last told", datetime(2026, 10, 10))
        assert {at for _, at in standings.values()} == {None}
        waiting = libstats.backlog(
            con, process, since="2026-10-01", until="2026-10-21", every="day"
        ).select("ended_at, waiting, undeterminable")
        told = {at.day: counts for at, *counts in waiting.fetchall()}
    # at the end of the 8th all three wait; after the 10th nobody knows of the first
    assert (told[9], told[12]) == ([3, 0], [2, 1])


@pytest.mark.parametrize("listed", BY_WORD)
def test_a_later_list_of_what_its_words_end_is_no_list_of_open_cases(
    workspace: Workspace, listed: str
) -> None:
    """Cases 1 and 2 are open on October 10. A list of the 20th tells of others only, that are over
    by their word, without a day: of 1 and 2 it says nothing. One of the 25th that has an open case
    does: they are not among those that are open then."""
    workspace.config["library"] = {"timezone": "America/New_York"}
    process, head, row, (still, *over) = BY_WORD[listed]
    name = listed.split()[1]

    def asked(day: int, cases: dict[int, str]) -> list[tuple[bool, ...]]:
        rows = "".join(row.format(n=n, word=word) for n, word in cases.items())
        libstats.load(
            workspace, [write(workspace.exports / f"{name}-2026-10-{day}.csv", head + rows)]
        )
        with libstats.open(workspace) as con:
            found = libstats.worklist(con, process).select(
                "case_id[-1]::integer, told_at is not null"
            )
            return sorted(found.fetchall())

    assert asked(10, {1: still, 2: still}) == [(1, False), (2, False)]
    assert asked(20, dict(enumerate(over, 3))) == [(1, False), (2, False)]
    assert asked(25, {9: still}) == [(1, True), (2, True), (9, False)]


def test_a_wait_ends_where_a_case_was_last_told_of(workspace: Workspace) -> None:
    """Holds of October 1, 2 and 3; the list of the 20th lacks the first, and has the second on the
    shelf since the 12th, after 10 days. The first was told of for 9 days, so that two were at risk
    by then: half wait still. Of what became of the first nobody knows."""
    head = "reserve_id;biblionumber;itemnumber;branchcode;reservedate;waitingdate;found\n"
    rows = "1;11;1;EAST;2026-10-01;;\n", "2;12;2;EAST;2026-10-02;;\n"
    after = "2;12;2;EAST;2026-10-02;2026-10-12;W\n", "3;13;3;EAST;2026-10-03;;\n"
    for day, held in (("2026-10-10", rows), ("2026-10-20", after)):
        path = workspace.exports / f"reserves-{day}.csv"
        libstats.load(workspace, [write(path, head + "".join(held))])
    october = {"since": "2026-10-01", "until": "2026-11-01"}
    with libstats.open(workspace) as con:
        steps = libstats.turnaround_curve(con, "hold", **october).select(
            "waited, at_risk, reached, still_waiting"
        )
        assert steps.fetchall() == [(10.0, 2, 1, 0.5)]
        rate = libstats.fill_rate(con, "hold", **october)
        assert rate.select("cases, filled, still_open, undeterminable").fetchall() == [(3, 1, 1, 1)]
        told = con.sql('select case_id, outcome, told_at, age_days from "case" order by 1')
        assert told.fetchall() == [
            ("1", "open", datetime(2026, 10, 10), 9.0),
            ("2", "done", None, 10.0),
            ("3", "open", None, 17.0),
        ]


def test_lists_of_one_day_by_branch_are_of_one_moment(workspace: Workspace) -> None:
    """Each tells up to the newest time in it: to noon, and to four."""
    for branch, hour in (("EAST", 12), ("WEST", 16)):
        rows = f"{hour};1;1;2026-12-01;{branch};;2026-10-20 {hour}:00:00\n"
        path = workspace.exports / f"issues-{branch}-2026-10-20.csv"
        libstats.load(workspace, [write(path, LOANS + rows)])
    with libstats.open(workspace) as con:
        assert libstats.worklist(con, "loan").select("told_at").fetchall() == [(None,), (None,)]


def step(case: int, word: str, at: str, branch: str) -> str:
    return f"{case},{word},{at} 09:00,{branch}"


def test_a_branch_that_the_newest_log_lacks(workspace: Workspace) -> None:
    """Both have a book on the bench since January 20; the log of February lacks EAST, which may
    have mended it. Of WEST it is known that it waits."""
    daily = [
        step(100 * month + day, word, f"2026-0{month}-{day:02}", branch)
        for month, branches in ((1, ("EAST", "WEST")), (2, ("WEST",)))
        for branch in branches
        for day in range(1, 29)
        for word in ("brought", "mended")
    ]
    january = [row for row in daily if "2026-01" in row]
    january += [step(1, "brought", "2026-01-20", "EAST"), step(2, "brought", "2026-01-20", "WEST")]
    opened(workspace, january, exported="2026-02-01").close()
    con = opened(workspace, [row for row in daily if "2026-02" in row], "", exported="2026-03-01")
    found = libstats.worklist(con, "mending").select("case_id, standing, told_at")
    assert sorted(found.fetchall()) == [
        ("1", "when last told", datetime(2026, 2, 1)),
        ("2", "late", None),
    ]
    waiting = libstats.backlog(
        con, "mending", since="2026-01-01", until="2026-03-01", every="month", by="branch"
    ).select("period, part, waiting, undeterminable")
    assert [(f"{at:%m}", *counts) for at, *counts in waiting.fetchall()] == [
        ("01", "EAST", 1, 0),
        ("01", "WEST", 1, 0),
        ("02", "EAST", None, None),
        ("02", "WEST", 1, 0),
    ]


def test_a_month_that_a_log_of_statuses_lacks(workspace: Workspace) -> None:
    """A request sent in January, of which February's log may have told the end: ILLiad."""
    head = "TransactionNumber;DateTime;ChangedTo;ProcessType\n"
    for month, last in ((1, 31), (3, 31)):
        rows = "".join(
            f"{100 * month + day};2026-0{month}-{day:02} {hour}:00:00;{word};Borrowing\n"
            for day in range(1, last + 1)
            for hour, word in ((9, "Submitted by Customer"), (15, "Delivered to Web"))
        )
        rows += f"{month};2026-0{month}-20 10:00:00;Request Sent;Borrowing\n"
        rows += f"{month};2026-0{month}-20 09:00:00;Submitted by Customer;Borrowing\n"
        path = workspace.exports / f"tracking-2026-0{month}-{last}.csv"
        libstats.load(workspace, [write(path, head + rows)])
    with libstats.open(workspace) as con:
        found = libstats.worklist(con, "ill_borrowing").select("case_id, standing, told_at")
        # the log of the last day tells up to its last line, at 15:00
        assert sorted(found.fetchall()) == [
            ("1", "when last told", datetime(2026, 1, 31, 15)),
            ("3", "late", None),
        ]


def standings(found: object) -> list[tuple[object, ...]]:
    return found.select("standing, round(age, 1), round(left_days, 1), told_at").fetchall()  # type: ignore[attr-defined]


@pytest.mark.parametrize("process", LISTS)
def test_nothing_is_late_by_time_that_no_export_tells_of(
    workspace: Workspace, process: str
) -> None:
    """A case of October 1 on the list of the 2nd, asked about in the next February: on the 2nd its
    age was a day (loans and journeys began at ten), and no later day is known."""
    heading, row = LISTS[process]
    path = workspace.exports / f"{process}-2026-10-02.csv"
    libstats.load(workspace, [write(path, heading + row.format(n=1, day="2026-10-01"))])
    with libstats.open(workspace) as con:
        (newest,) = con.execute("select told_until from loaded_file").fetchone() or (None,)
        ((standing, age, left, at),) = standings(
            libstats.worklist(con, process, as_of="2027-02-01")
        )
        assert (standing, at) == ("when last told", newest)
        assert (age, left > 0) == (1.0 if process == "hold" else 0.6, True)
        # nor is it known to be open still
        rate = libstats.fill_rate(
            con, process, since="2026-10-01", until="2026-11-01", as_of="2027-02-01"
        )
        assert rate.select("still_open, undeterminable").fetchall() == [(0, 1)]
        # a day later the list still counts
        assert standings(libstats.worklist(con, process, as_of="2026-10-03"))[0][3] is None


def test_each_desk_by_its_own_newest_list(workspace: Workspace) -> None:
    """Koha's list is of October 2, FOLIO's of the 30th; of Koha's hold nobody knows since."""
    workspace.config["library"] = {"timezone": "America/New_York"}
    libstats.load(
        workspace,
        [
            write(workspace.exports / "reserves-2026-10-02.csv", HOLDS + "1;1;1;EAST;2026-10-01\n"),
            write(
                workspace.exports / "requests-2026-10-30.csv",
                FOLIO + "f1,2026-10-09T10:00:00.000+00:00,Open - Not yet filled,i1,t1,Hold,EAST\n",
            ),
        ],
    )
    with libstats.open(workspace) as con:
        found = libstats.worklist(con, "hold").select("case_id, standing, told_at").fetchall()
    assert sorted(found) == [
        ("1", "when last told", datetime(2026, 10, 2)),
        ("f1", "late", None),
    ]


def test_an_order_that_the_newest_list_lacks(workspace: Workspace) -> None:
    """Its case has a prefix before the number of the line: three wait by the list of the 10th and
    the 20th together, and of the first nobody knows since the 10th."""
    workspace.config["library"] = {"timezone": "UTC"}
    for day, cases in (("2026-10-10", (1, 2)), ("2026-10-20", (2, 3))):
        rows = "".join(f"{n},42,bt,o,2026-10-0{n} 00:00:00+00,,8.00,1\n" for n in cases)
        libstats.load(workspace, [write(workspace.exports / f"orders-{day}.csv", SIERRA + rows)])
    with libstats.open(workspace) as con:
        found = libstats.worklist(con, "order_copy").select("case_id, told_at::date::varchar")
        told = sorted(found.fetchall())
    assert told == [("line:1", "2026-10-10"), ("line:2", None), ("line:3", None)]

"""Throughput, backlog and worklist over small tables worked by hand; calendars; a library's own
processes."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest

import libstats
from libstats.analysis.work.backlog import backlog_left_out
from libstats.analysis.work.throughput import throughput_left_out
from libstats.analysis.work.turnaround import turnaround_left_out
from libstats.analysis.work.worklist import worklist_left_out
from libstats.definitions import calendar
from libstats.definitions.processes import processes
from libstats.errors import AnalysisError, LibstatsError, WorkspaceError
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.analysis.work.test_turnaround import FOUR
from tests.support.cases import PROCESS, configured, counts, opened
from tests.support.files import write

pytestmark = pytest.mark.slow

NINE_TO_FIVE = {
    "open": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00"),
    "closed": ["2026-07-15"],
}


def test_throughput_counts_a_case_once_in_the_period_of_its_milestone(workspace: Workspace) -> None:
    con = opened(workspace, FOUR)
    found = counts(
        libstats.throughput(
            con, "mending", since="2026-01-01", until="2026-02-01", every="week", by="branch"
        )
    )
    assert found == [(date(2025, 12, 29), "EAST", 1), (date(2026, 1, 5), "WEST", 1)]
    assert counts(
        libstats.throughput(
            con, "mending", milestone="brought", since="2026-01-01", until="2026-02-01"
        )
    ) == [(date(2026, 1, 1), "all", 4)]


def test_the_period_of_throughput_is_half_open(workspace: Workspace) -> None:
    con = opened(workspace, ["1,mended,2026-01-31 23:59,", "2,mended,2026-02-01,"])
    assert counts(libstats.throughput(con, "mending", since="2026-01-01", until="2026-02-01")) == [
        (date(2026, 1, 1), "all", 1)
    ]


def test_a_fiscal_year_begins_when_the_library_says(workspace: Workspace) -> None:
    config = PROCESS + "\n"
    text = workspace.folder / "libstats.toml"
    text.write_text(
        text.read_text(encoding="utf-8").replace(
            "# fiscal_year_starts = 7", "fiscal_year_starts = 7"
        ),
        encoding="utf-8",
    )
    con = opened(workspace, ["1,mended,2026-06-30,", "2,mended,2026-07-01,"], config)
    found = counts(
        libstats.throughput(
            con, "mending", since="2026-01-01", until="2027-01-01", every="fiscal year"
        )
    )
    assert found == [(date(2025, 7, 1), "all", 1), (date(2026, 7, 1), "all", 1)]


def test_backlog_balances(workspace: Workspace) -> None:
    con = opened(workspace, FOUR, exported="2026-01-10")
    rows = libstats.backlog(
        con, "mending", since="2026-01-01", until="2026-01-12", every="day"
    ).fetchall()
    *rows, after, _ = rows
    assert (after[5], after[12]) == (None, "outside")
    waiting = 0
    for row in rows:
        waiting += row[2] - row[3] - row[4]
        assert row[5] == waiting, row
    assert [r[5] for r in rows] == [1, 2, 1, 1, 2, 2, 2, 1, 1]
    # at the end of the 6th: case 3 has waited 1.5 days, case 4 14 hours
    assert rows[5][6:8] == (pytest.approx((1.5 + 14 / 24) / 2), 1.5)


def test_backlog_of_what_no_export_tells_is_null_and_says_why(workspace: Workspace) -> None:
    con = opened(workspace, FOUR, exported="2026-01-10")
    found = libstats.backlog(con, "mending", since="2025-12-22", until="2026-01-26", every="week")
    rows = found.select("ended_at, waiting, came, coverage, flow_coverage, reason").fetchall()
    before, first, newest, after, _ = rows
    assert before[1:5] == after[1:5] == (None, None, "outside", "outside")
    assert before[5] == "the exports tell of it only from 2026-01-01 on"
    assert after[5] == "the exports tell of it only up to 2026-01-10 00:00"
    assert (first[1], newest[1]) == (1, 1)
    # the period of the newest export ends with it
    assert newest[0] == datetime(2026, 1, 10)


def test_worklist_lists_what_is_open_the_oldest_first(workspace: Workspace) -> None:
    rows = [
        *FOUR,
        "5,brought,2026-01-01 00:00,EAST",
        "5,glued,2026-01-02 00:00,EAST",
        "6,brought,2026-01-03 12:00,WEST",
    ]
    found = libstats.worklist(opened(workspace, rows), "mending", as_of="2026-01-10")
    told = [
        (r["standing"], r["handle"], r["last_milestone"], r["next_step"], r["age"], r["left_days"])
        for r in (dict(zip(found.columns, x, strict=True)) for x in found.fetchall())
    ]
    assert told == [
        ("late", "5", "glued", "mended", 9.0, -1.0),
        ("near", "6", "brought", "glued", 6.5, 1.5),
        ("in time", "3", "brought", "glued", 4.5, 3.5),
    ]


def test_holds_are_read_from_their_table(workspace: Workspace) -> None:
    text = (
        "reserve_id;biblionumber;itemnumber;branchcode;reservedate;waitingdate;cancellationdate;found"
        ";priority\n1;11;7;EAST;2026-01-01;2026-01-05;;W;0\n"
        "2;11;;EAST;2026-01-02;;2026-01-04;;0\n3;12;;WEST;2026-01-03;;;;1\n"
    )
    items = "itemnumber;barcode;homebranch;location\n7;30007;EAST;STACKS\n"
    libstats.load(
        workspace,
        [
            write(workspace.exports / "holds-2026-01-10.csv", text),
            write(workspace.exports / "items-2026-01-10.csv", items),
        ],
    )
    con = libstats.open(workspace)
    found = libstats.turnaround(con, "hold", since="2026-01-01", until="2026-02-01")
    assert found.select("cases, reached, still_open, given_up, naive_p50").fetchall() == [
        (3, 1, 1, 1, 4.0)
    ]
    assert libstats.worklist(con, "hold").select("handle, branch, age").fetchall() == [
        ("3", "WEST", 7.0)
    ]
    assert counts(
        libstats.throughput(con, "hold", since="2026-01-01", until="2026-02-01", by="branch")
    ) == [(date(2026, 1, 1), "EAST", 1)]


def test_a_hold_that_was_filled_is_not_open_though_nobody_knows_since_when(
    workspace: Workspace,
) -> None:
    """1 waits for a copy, 2 stands on the shelf and 3 was taken, both without a day, 4 was put
    there after three days."""
    header = "reserve_id;reservedate;branchcode;waitingdate;cancellationdate;found;priority\n"
    rows = [
        "1;2026-10-01;EAST;;;;1",
        "2;2026-10-01;EAST;;;W;0",
        "3;2026-10-01;EAST;;;F;0",
        "4;2026-10-01;EAST;2026-10-04;;F;0",
    ]
    october = {"since": "2026-10-01", "until": "2026-11-01"}
    libstats.load(
        workspace,
        [write(workspace.exports / "reserves-2026-10-20.csv", header + "\n".join(rows) + "\n")],
    )
    with libstats.open(workspace) as con:
        assert libstats.worklist(con, "hold").select("case_id").fetchall() == [("1",)]
        assert [row[1] for row in worklist_left_out(con, "hold").fetchall()] == [0, 3, 0, 0]
        assert libstats.turnaround(con, "hold", **october).select(
            "cases, reached, still_open, undeterminable, naive_p50"
        ).fetchall() == [(4, 1, 1, 2, 3.0)]
        assert libstats.backlog(con, "hold", every="month", **october).select(
            "came, done, waiting, over, undeterminable"
        ).fetchall() == [(4, 1, 1, 2, 0)]
        # no export tells when one was taken, so that none "was not taken" either
        with pytest.raises(AnalysisError, match="nothing that is loaded says when any case"):
            libstats.turnaround(con, "hold", end="picked_up", **october)


def test_what_left_the_list_of_all_that_is_open_is_over(workspace: Workspace) -> None:
    """Lists of Sierra's open holds and checkouts, said to be whole: of the first hold its day on
    the shelf was seen, of the second nothing; the copy came back."""
    config = workspace.folder / CONFIG
    text = config.read_text(encoding="utf-8").replace("[library]", '[library]\ntimezone = "UTC"')
    write(config, f'{text}\n[whole]\n"sierra holds" = true\n"sierra checkouts" = true\n')
    place = find(workspace.folder)
    holds = "id,record_id,placed_gmt,status,pickup_location_code,on_holdshelf_gmt\n"
    first, second, third = (
        f"{n},{420906795008 + n},2026-10-01 09:00:00+00,{{}}\n" for n in (1, 2, 3)
    )
    loans = "item_record_id,checkout_gmt,due_gmt,patron_record_id\n"
    lent = [f"{450971566080 + n},2026-10-02 09:00:00+00,2026-10-20 04:00:00+00,\n" for n in (1, 2)]
    on_shelf, waits = "b,main,2026-10-05 10:00:00+00", "0,main,"
    for name, rows in (
        (
            "holds-2026-10-10",
            [holds, first.format(on_shelf), second.format(waits), third.format(waits)],
        ),
        ("holds-2026-10-11", [holds, third.format(waits)]),
        ("checkout-2026-10-10", [loans, *lent]),
        ("checkout-2026-10-11", [loans, lent[0]]),
        ("items-2026-10-11", ["RECORD #(ITEM),LOCATION\n", "i1a,ea\n", "i2a,ea\n"]),
    ):
        libstats.load(place, [write(place.exports / f"{name}.csv", "".join(rows))])
    for number in (2, 4):
        libstats.confirm(place, number)
    october = {"since": "2026-10-01", "until": "2026-11-01"}
    with libstats.open(place) as con:
        assert (
            con.sql("select count(*) from hold").fetchall()
            == con.sql("select count(*) from loan").fetchall()
            == [(1,)]
        )
        assert libstats.turnaround(con, "hold", **october).select(
            "cases, reached, still_open, undeterminable"
        ).fetchall() == [(3, 1, 1, 1)]
        assert [
            libstats.worklist(con, work).select("case_id").fetchall() for work in ("hold", "loan")
        ] == [[("3",)], [("1 2026-10-02 09:00:00",)]]
        assert libstats.circulation(con, **october).select("checkouts").fetchall() == [(2,)]
        assert libstats.collection_use(con, by="all", **october).select(
            "items, checkouts"
        ).fetchall() == [(2, 2)]


def test_in_house_use_is_no_loan(workspace: Workspace) -> None:
    text = "issue_id;issuedate;date_due;returndate;branchcode;onsite_checkout\n1;2026-01-01 10:00;2026-02-01 10:00;;EAST;1\n2;2026-01-02 10:00;2026-02-01 10:00;;EAST;0\n"
    libstats.load(workspace, [write(workspace.exports / "issues-2026-01-10.csv", text)])
    assert (
        libstats.turnaround(
            libstats.open(workspace), "loan", since="2026-01-01", until="2026-02-01"
        ).fetchall()[0][1]
        == 1
    )


def test_what_is_left_out_is_counted(workspace: Workspace) -> None:
    con = opened(workspace, [*FOUR, "5,mended,2026-01-07,EAST", "6,brought,2025-12-01,EAST"])
    period = {"since": "2026-01-01", "until": "2026-02-01"}
    assert [n for _, n in turnaround_left_out(con, "mending", **period).fetchall()] == [1, 0, 1, 0]
    assert [n for _, n in backlog_left_out(con, "mending", **period).fetchall()] == [1, 0]
    assert [n for _, n in throughput_left_out(con, "mending", **period).fetchall()] == [3, 0, 0, 0]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda con: libstats.throughput(
                con, "mending", since="2026-01-01", until="2026-02-01", every="fortnight"
            ),
            "no period 'fortnight'",
        ),
        (
            lambda con: libstats.throughput(
                con, "mending", since="2026-01-01", until="2026-02-01", by="shelf"
            ),
            "parted by 'shelf'",
        ),
        (
            lambda con: libstats.backlog(
                con, "mending", since="2026-01-01", until="2026-02-01", every="hour"
            ),
            "no period 'hour'",
        ),
        (lambda con: libstats.worklist(con, "dusting"), "no process 'dusting'"),
        (lambda con: libstats.worklist(con, "mending", unit="weeks"), "no unit 'weeks'"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    workspace: Workspace, call: object, told: str
) -> None:
    with pytest.raises(AnalysisError, match=told):
        call(opened(workspace, FOUR))  # type: ignore[operator]


@pytest.fixture
def open_days() -> duckdb.DuckDBPyConnection:
    """A connection with calendars."""
    con = duckdb.connect()
    calendar.register(
        con, {"calendar": {"desk": NINE_TO_FIVE}, "library": {"fiscal_year_starts": 7}}
    )
    return con


def test_open_days_are_those_of_numpy(open_days: duckdb.DuckDBPyConnection) -> None:
    days = [date(2026, 7, d) for d in range(1, 32)]
    pairs = [(a, b) for a in days for b in days]
    found = open_days.execute(
        "select a, b, open_days(a, b, 'desk') from (select unnest($1::date[]) as a, unnest($2::date[]) as b)",
        [*map(list, zip(*pairs, strict=True))],
    ).fetchall()
    assert len(found) == len(pairs)
    for a, b, n in found:
        # numpy counts a reversed span from the other side; here it is the forward count, negative
        expected = np.busday_count(min(a, b), max(a, b), holidays=["2026-07-15"]) * (
            1 if a <= b else -1
        )
        assert n == expected, (a, b)


def test_hours_and_holidays(open_days: duckdb.DuckDBPyConnection) -> None:
    assert open_days.sql(
        "select hours from calendar_day where calendar = 'desk' and day in ('2026-07-14', '2026-07-15', '2026-07-18') order by day"
    ).fetchall() == [
        (8.0,),
        (0.0,),
        (0.0,),
    ]
    # OCLC's: Independence Day 2026 falls on a Saturday and is kept on Friday
    assert open_days.sql(
        "select is_open from calendar_day where calendar = 'oclc' and day in ('2026-07-02', '2026-07-03') order by day"
    ).fetchall() == [(True,), (False,)]
    assert open_days.sql(
        "select fiscal_year(date '2026-06-30'), fiscal_year(date '2026-07-01')"
    ).fetchall() == [(2026, 2027)]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"calendar": {"EAST": {"open": {"monday": "09:00-17:00"}}}}, "open, monday"),
        ({"calendar": {"EAST": {"open": {"mon": "9-17"}}}}, "open, mon"),
        ({"calendar": {"EAST": {"open": {}, "closed": ["24/12/2026"]}}}, "closed"),
        ({"calendar": {"EAST": {"open": {}, "closed": 3}}}, "closed"),
        ({"calendar": {"EAST": {"open": {}, "closed": date(2026, 12, 24)}}}, "closed"),
        ({"calendar": {"EAST": {"open": {}, "holidays": "Atlantis"}}}, "holidays"),
        ({"calendar": {"EAST": {"open": {}, "holidays": ["US"]}}}, "holidays"),
        ({"calendar": {"EAST": {"open": {}, "holidays": False}}}, "holidays"),
        ({"library": {"fiscal_year_starts": 13}}, "fiscal_year_starts"),
    ],
)
def test_a_wrong_calendar_names_its_key(config: dict[str, object], told: str) -> None:
    with pytest.raises(WorkspaceError, match=told):
        calendar.register(duckdb.connect(), config)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[process.x]\nwhat = "x"\n', "lacks starts"),
        ("[process.x]\nwhat = 1\n", "what is not in the form"),
        (
            '[process.x]\nwhat = "x"\nstarts = "a"\ndone = ["b"]\nmilestones = {a = "a"}\n',
            "b is not among its milestones",
        ),
        ("[goals]\nmending = 3\n", "mending: is no goal"),
        ('[process.hold]\ncolour = "red"\n', "colour: is no key of it"),
        ("[process.hold]\ngoal_days = nan\n", "goal_days is not in the form"),
        ("[goals]\nhold = inf\n", "hold: is no goal"),
        ('[process.hold]\ndone = [["ready"]]\n', "done is not in the form"),
        ("[process.hold]\nmilestones = {shelved = 1}\n", "milestones is not in the form"),
        ("[process.hold]\nmisleading = {ready = 1}\n", "misleading is not in the form"),
        ('[process.hold]\nstatuses = {ready = "Waiting"}\n', "statuses is not in the form"),
        ('[process.hold]\nplanned = ["ready"]\n', "ready is planned"),
        ('[process.Mending]\nwhat = "x"\n', "'Mending' is no name"),
        ('[process.hold]\nmilestones = {Shelved = "x"}\n', "'Shelved' is no name"),
        ('[process.hold]\nmilestones = {"on shelf" = "x"}\n', "'on shelf' is no name"),
        ('[process.hold]\nmilestones = {last = "x"}\n', "'last' is no name"),
    ],
)
def test_a_wrong_process_names_its_key(workspace: Workspace, text: str, told: str) -> None:
    with pytest.raises(LibstatsError, match=told):
        processes(configured(workspace, text).config)


def test_a_library_adds_its_own_words_to_a_process(workspace: Workspace) -> None:
    config = """
[process.ill_borrowing.statuses]
received = ["Awaiting Box Opening", "Request Sent"]
[goals]
ill_borrowing = 5
"""
    text = "TransactionNumber,DateTime,ChangedTo,ProcessType\n1,2026-01-05 10:00,Request Sent,Borrowing\n"
    place = configured(workspace, config)
    libstats.load(place, [write(place.exports / "tracking-2026-01-10.csv", text)])
    with libstats.open(place) as con:
        # sent, as ILLiad says, is received here; in lending the word means nothing still
        reached = {
            m: counts(
                libstats.throughput(
                    con, "ill_borrowing", milestone=m, since="2026-01-01", until="2026-02-01"
                )
            )
            for m in ("sent", "received")
        }
        assert reached == {"sent": [], "received": [(date(2026, 1, 1), "all", 1)]}
        (goal,) = con.sql(
            "select goal_days from process where process = 'ill_borrowing'"
        ).fetchall()
        assert goal == (5,)


def test_every_shipped_process_holds_together() -> None:
    for name, work in processes().items():
        named = {
            work.starts,
            *work.done,
            *work.given_up,
            *work.planned,
            *work.misleading,
            *(m for m in work.statuses if m != "last"),
            *(m for r in work.read for m in r.reached),
        }
        assert named <= set(work.milestones), (name, named - set(work.milestones))


def test_it_is_listed_in_a_table(workspace: Workspace) -> None:
    con = opened(workspace, FOUR)
    assert con.sql(
        "select what, starts, done, goal_days from process where process = 'mending'"
    ).fetchall() == [("a book to be mended", "brought", ["mended"], 8.0)]
    assert Path(workspace.folder, "libstats.toml").is_file()


def test_a_milestone_that_is_called_started_is_not_the_start(workspace: Workspace) -> None:
    """The list has a column started_at, which is when the case began."""
    text = PROCESS.replace("glued", "started")
    with opened(
        workspace,
        ["1,brought,2026-01-03,E", "2,brought,2026-01-04,E", "2,started,2026-01-05,E"],
        text,
    ) as con:
        found = (
            libstats.worklist(con, "mending", as_of="2026-01-13")
            .project("case_id, started_at::date::varchar, age, standing")
            .fetchall()
        )
    assert found == [("1", "2026-01-03", 10.0, "late"), ("2", "2026-01-04", 9.0, "late")]

"""Today's list: small cases worked by hand, as a page and as a workbook."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from python_calamine import CalamineWorkbook

import libstats
from libstats.analysis.today import exports
from libstats.analysis.today import lists as today
from libstats.analysis.today import words as today_words
from libstats.analysis.today.exports import Export
from libstats.analysis.today.lists import Today
from libstats.analysis.today.rows import DECIDE, DO, PAUSED, SOON
from libstats.cli.today import text
from libstats.report.page import allowed
from libstats.report.today import page as written
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.analysis.work.test_turnaround import FOUR
from tests.support.cases import opened
from tests.support.files import write

pytestmark = pytest.mark.slow

NOW = datetime(2026, 1, 10, 8)
# case 3 is 4.5 days old at the export, 5 is late (9 days), 6 near (6.5 of 8 days)
SIX = [
    *FOUR,
    "5,brought,2026-01-01 00:00,EAST",
    "5,glued,2026-01-02 00:00,EAST",
    "6,brought,2026-01-03 12:00,WEST",
]


def test_what_does_not_fit_is_counted(workspace: Workspace) -> None:
    rows = [f"{n},brought,2026-01-01,EAST" for n in range(12)]
    found = today.read(opened(workspace, rows, exported="2026-02-01"), NOW, most=3)
    assert (found.work[0].more(DO), len(found.work[0].cases)) == (9, 3)
    assert "\n  Mending: 9 more. All: libstats today --internal --xlsx today.xlsx\n" in text(found)


def test_what_was_forgotten_does_not_crowd_out_what_can_be_done_in_time(
    workspace: Workspace,
) -> None:
    rows = [*(f"{n},brought,2026-01-01,EAST" for n in range(5)), "near,brought,2026-01-25,EAST"]
    found = today.read(opened(workspace, rows, exported="2026-02-01"), NOW, most=2)
    assert [row["handle"] for row in found.work[0].cases] == ["0", "1", "near"]
    assert (found.work[0].more(DO), found.work[0].more(SOON)) == (3, 0)


@pytest.mark.parametrize(
    ("usual", "age", "is_stale"),
    [
        (1, 3, False),
        (1, 3.1, True),
        (7, 14, False),
        (7, 14.1, True),
        (184, 35, False),
        (184, 35.1, True),
        (None, 7, False),
        (None, 7.1, True),
    ],
)
def test_an_export_is_stale_by_its_own_habit(
    usual: float | None, age: float, is_stale: bool
) -> None:
    export = Export(
        "koha",
        "koha items",
        NOW,
        None if usual is None else timedelta(days=usual),
        timedelta(days=age),
    )
    assert export.is_stale is is_stale


def test_the_habit_is_the_median_of_what_lies_between_exports(workspace: Workspace) -> None:
    for day in ("01", "02", "03", "20"):
        libstats.load(
            workspace,
            [
                write(
                    workspace.exports / f"items-2026-01-{day}.csv",
                    f"itemnumber;barcode;homebranch\n1;b{day};EAST\n",
                )
            ],
        )
    (export,) = today.read(libstats.open(workspace), datetime(2026, 1, 25)).exports
    assert (export.usual, export.age, export.is_stale) == (
        timedelta(days=1),
        timedelta(days=5),
        True,
    )
    assert "  koha items  2026-01-20 00:00  5 days old, usually every 1 day" in text(
        today.read(libstats.open(workspace), datetime(2026, 1, 25))
    )


@pytest.mark.parametrize(
    ("days", "is_habit"),
    [
        ((0, 31, 59, 90), True),  # by the month
        ((0, 136), False),  # one time between two says nothing
        ((0, 31, 303), False),
        ((0, 1, 40, 41, 240), False),  # 1, 39, 1 and 199
    ],
)
def test_a_habit_is_of_enough_times_that_are_alike(days: tuple[int, ...], is_habit: bool) -> None:
    pairs = pairwise(days)
    assert exports.is_habit([timedelta(days=after - before) for before, after in pairs]) is is_habit


def test_what_comes_now_and_then_has_no_usual_time() -> None:
    export = Export("a", "b", NOW, timedelta(days=136), timedelta(days=40), is_habit=False)
    assert today_words.freshness(export) == "40 days old, at no regular times"
    assert today_words.older([export]) == "Not loaded for long"


def test_what_a_newer_file_of_invoices_holds_nothing_of_is_as_new_as_the_rest(
    workspace: Workspace,
) -> None:
    """The invoice of October has a charge, that of January has none."""
    charge = "ALC+C++++DL'MOA+8:4.00'"
    for name, at, more in (("A.CEI", "251015", charge), ("B.CEI", "260124", "")):
        message = (
            f"BGM+380+{name[0]}+9'DTM+137:20{at}:102'NAD+SU+5013546098765::9'CUX+2:GBP:4'{more}"
            "LIN+1++9780306406157:EN'QTY+47:1'MOA+203:27.00'UNS+S'MOA+9:27.00'"
        )
        count = message.count("'") + 2
        text_ = (
            f"UNA:+.? 'UNB+UNOC:3+1:14+2:14+{at}:0600+1'UNH+1+INVOIC:D:96A:UN:EAN008'{message}"
            f"UNT+{count}+1'UNZ+1+1'"
        )
        assert libstats.load(workspace, [write(workspace.exports / name, text_)]).is_clean
    found = today.read(libstats.open(workspace), datetime(2026, 1, 25))
    assert {each.name: each.age.days for each in found.exports} == {
        "edifact invoices": 1,
        "edifact invoice lines": 1,
        "edifact invoice charges": 1,
    }


@pytest.mark.parametrize(("second", "barcode"), [("2026-01-02 09:30", "b2"), ("2026-01-09", "b1")])
def test_two_exports_of_one_snapshot_are_no_habit(
    workspace: Workspace, second: str, barcode: str
) -> None:
    """Of one morning, or of equal content."""
    for at, number in (("2026-01-02 09:00", "b1"), (second, barcode)):
        file = write(
            workspace.exports / f"{at.replace(':', '')}.csv",
            f"itemnumber;barcode;homebranch\n1;{number};EAST\n",
        )
        libstats.load(workspace, [file], exported_at=at)
    (export,) = today.read(libstats.open(workspace), datetime(2026, 1, 25)).exports
    assert export.usual is None


def test_next_steps_are_those_that_the_exports_can_tell(workspace: Workspace) -> None:
    libstats.load(
        workspace,
        [
            write(
                workspace.exports / "holds-2026-01-10.csv",
                "reserve_id;biblionumber;itemnumber;branchcode;reservedate\n1;11;7;EAST;2025-12-01\n",
            )
        ],
    )
    assert today.read(libstats.open(workspace), NOW).work[0].cases[0]["next_step"] == "ready"


def test_after_a_refusal_a_request_is_sent_again(workspace: Workspace) -> None:
    rows = ["submitted,2026-01-01", "sent,2026-01-02", "refused,2026-01-03"]
    text = "process,case,milestone,happened_at\n" + "".join(
        f"ill_borrowing,1,{row}\n" for row in rows
    )
    libstats.load(workspace, [write(workspace.exports / "ill-2026-01-10.csv", text)])
    assert libstats.worklist(libstats.open(workspace), "ill_borrowing").select(
        "last_milestone, next_step"
    ).fetchall() == [("refused", "sent")]


def test_the_page_and_the_workbook_hold_the_same(workspace: Workspace) -> None:
    found = today.read(opened(workspace, SIX, exported="2026-01-10"), NOW)
    page = written.page(found)
    assert allowed.faults(page) == []
    assert "<title>Today's work: January 10, 2026</title>" in page
    assert "No export is older than usual, and all of them look right." in page
    places = [
        page.index(words)
        for words in ("Begin with", "For staff only, do not", "Do now: 1</h2>", "Coming up: 1</h2>")
    ]
    assert places == sorted(places)
    book = CalamineWorkbook.from_filelike(BytesIO(written.sheets(found)))
    assert book.sheet_names == [
        "Contents",
        "Open cases",
        "Do now Mending late",
        "Coming up Mending soon, due",
        "How old each export is",
    ]
    assert book.get_sheet_by_name(book.sheet_names[2]).to_python()[2] == [
        "5",
        "EAST",
        9.0,
        "Glued 2026-01-02",
        "mended",
    ]


def test_stale_exports_are_named_on_the_page(workspace: Workspace) -> None:
    page = written.page(
        today.read(opened(workspace, SIX, exported="2026-01-10"), datetime(2026, 2, 1))
    )
    assert (
        "“own milestones” of own is 22 days old, loaded once. What happened since is not in the lists."
        in page.partition("Other work: 1</h3>")[2]
    )
    assert (
        "THESE LISTS SHOW JANUARY 10, 22 days ago: load newer exports first. Ages are told as of then."
        in page
    )
    assert "Goal 8 days" in page


def test_the_warning_begins_after_two_days() -> None:
    assert (
        Today(
            NOW, [Export("a", "b", NOW - timedelta(days=2), None, timedelta(days=2))], [], []
        ).warning
        == ""
    )
    assert Today(
        NOW, [Export("a", "b", datetime(2025, 12, 31), None, timedelta(days=10))], [], []
    ).warning.startswith("THESE LISTS SHOW DECEMBER 31, 2025, 10 days ago")


# lent long ago and due in a week; due yesterday; due in two days; due yesterday and marked lost;
# open with no due date
LOANS = """issue_id;issuedate;date_due;returndate;branchcode;itemnumber
1;2025-09-01 10:00;2026-01-17 23:59;;EAST;1
2;2026-01-01 10:00;2026-01-09 23:59;;EAST;2
3;2026-01-01 10:00;2026-01-12 23:59;;EAST;3
4;2026-01-01 10:00;2026-01-09 23:59;;EAST;4
5;2025-09-01 10:00;;;EAST;5
"""
ITEMS = "itemnumber;barcode;homebranch;itemlost\n1;b1;EAST;0\n2;b2;EAST;0\n3;b3;EAST;\n4;b4;EAST;1\n5;b5;EAST;0\n"


def test_loans_stand_by_their_due_date_and_lost_copies_are_not_listed(workspace: Workspace) -> None:
    libstats.load(
        workspace,
        [
            write(workspace.exports / "issues-2026-01-10.csv", LOANS),
            write(workspace.exports / "items-2026-01-10.csv", ITEMS),
        ],
    )
    con = libstats.open(workspace)
    found = (
        libstats.worklist(con, "loan", as_of="2026-01-10 23:59")
        .select("handle, standing, left_days, is_missing")
        .fetchall()
    )
    assert [(row[0], row[1], round(row[2]), row[3]) for row in found] == [
        ("b5", "late", -72, False),
        ("b2", "late", -1, False),
        ("b4", "late", -1, True),
        ("b3", "near", 2, False),
        ("b1", "in time", 7, False),
    ]
    assert {
        row[0]
        for row in libstats.worklist(con, "loan", goal_days=60)
        .filter("standing = 'late'")
        .select("handle")
        .fetchall()
    } == {"b1", "b5"}
    work = today.read(con, NOW).work[0]
    assert today_words.headline(work) == "Loan: 3 late, 1 of them marked lost, 1 near, 1 in time"
    assert ([row["handle"] for row in work.cases], work.more(DO)) == (["b5", "b2", "b3"], 0)


def test_places_are_told_by_name(workspace: Workspace) -> None:
    """FOLIO's branches and locations are long numbers, and a list of them tells their names."""
    files = {
        "loans": "id,item_id,loan_date,due_date,checkout_service_point_id\n1,7,2026-01-01 10:00:00Z,2026-01-05 10:00:00Z,9f-1\n2,8,2026-01-01 10:00:00Z,2026-01-06 10:00:00Z,9f-3\n",
        "service-points": "id,name,code,discovery_display_name\n9f-1,Law Desk,law,Law\n",
        "locations": "id,name,code,library_id,campus_id\n9f-2,Stacks,st,1,1\n",
        "items": "id,barcode,holdings_record_id,material_type_id,effective_location_id\n7,b7,1,1,9f-2\n",
    }
    config = workspace.folder / CONFIG
    write(
        config,
        config.read_text(encoding="utf-8").replace("[library]", '[library]\ntimezone = "UTC"'),
    )
    libstats.load(
        find(workspace.folder),
        [write(workspace.exports / f"{name}-2026-01-10.csv", text) for name, text in files.items()],
    )
    with libstats.open(workspace) as con:
        found = today.read(con, NOW)
    assert [(row["handle"], row["branch"], row["location"]) for row in found.work[0].cases] == [
        ("b7", "Law Desk", "Stacks"),
        ("2", "9f-3", None),
    ]
    assert "  b7  Law Desk Stacks  due 2026-01-05" in text(found)


# titles: 1 its only copy is lost; 2 on its shelf, asked for since before the list of the 5th; 3 five
# ask for one copy; 4 paused; 5 its code is nobody's; 6 stands on the hold shelf since the 1st
HOLDS = """reserve_id;biblionumber;itemnumber;branchcode;reservedate;found;waitingdate;expirationdate;suspend;suspend_until;priority
1;1;;EAST;2026-01-08;;;;0;;1
2;2;;EAST;2026-01-02;;;;0;;1
31;3;;EAST;2026-01-08;;;;0;;1
32;3;;EAST;2026-01-08;;;;0;;2
33;3;;EAST;2026-01-08;;;;0;;3
34;3;;EAST;2026-01-08;;;;0;;4
4;4;;EAST;2026-01-01;;;;1;2026-02-01 00:00;1
5;5;;EAST;2026-01-08;;;;0;;1
6;6;6;EAST;2025-12-20;W;2026-01-01;2026-01-07;0;;0
"""
COPIES = """itemnumber;biblionumber;barcode;homebranch;itemlost;onloan;itemcallnumber;notforloan
1;1;b1;EAST;1;;;0
2;2;b2;EAST;0;;641 BET;0
3;3;b3;EAST;0;2026-01-20;;0
4;4;b4;EAST;0;;;0
5;5;b5;EAST;0;;;77
6;6;b6;EAST;0;;FIC ABE;0
"""


def test_holds_say_what_to_do_for_them(workspace: Workspace) -> None:
    for name, rows in (
        ("reserves-2026-01-05", f"{HOLDS}7;4;;EAST;2026-01-01;;;;0;;2\n"),
        ("reserves-2026-01-10", HOLDS),
        ("items-2026-01-10", COPIES),
    ):
        libstats.load(workspace, [write(workspace.exports / f"{name}.csv", rows)])
    con = libstats.open(workspace)
    found = today.read(con, NOW)
    (holds,) = [work for work in found.work if work.process.name == "hold"]
    of = {group: [(r["case_id"], r["why"]) for r in holds.of(group)] for group in (DO, DECIDE)}
    assert of[DO] == [("2", "Asked for since January 2, 2026: search, then mark missing")]
    # nobody said what 77 means, the code of the copy that 5 waits for
    assert of[DECIDE] == [
        ("7", "Told of last on January 5, 2026; nobody knows how it stands now"),
        ("1", "Every copy is lost or withdrawn: buy, borrow, tell the patron"),
    ]
    (paused,) = holds.of(PAUSED)
    assert (paused["case_id"], paused["why"]) == ("4", "Paused until February 1, 2026")
    (queue,) = found.queues
    assert [queue[name] for name in ("title_id", "waiting", "copies", "on_order", "branches")] == [
        "3",
        4,
        1,
        0,
        "EAST 4",
    ]
    (shelf,) = found.shelf
    assert (shelf["hold_id"], shelf["barcode"], shelf["call_number"], shelf["days_past"]) == (
        "6",
        "b6",
        "FIC ABE",
        3,
    )


def test_what_is_open_for_years_is_to_be_decided(workspace: Workspace) -> None:
    rows = ["old,brought,2024-12-01,EAST", "new,brought,2026-01-05,EAST"]
    work = today.read(opened(workspace, rows, exported="2026-02-01"), NOW).work[0]
    assert [row["handle"] for row in work.of(DECIDE)] == ["old"]
    assert [row["handle"] for row in work.of(DO)] == ["new"]

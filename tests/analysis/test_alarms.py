"""Each alarm on a planted and on a clean file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import libstats
from libstats.analysis.alarms import ALARMS
from libstats.analysis.alarms_of_loads import REFUSED
from libstats.wording import records
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

pytestmark = pytest.mark.slow

ITEMS = "itemnumber;barcode;homebranch;dateaccessioned\n"
LOANS = "issue_id;issuedate;date_due;returndate\n"
LOG = "datetime;branch;type\n"
NAME = re.compile("[bcdfghjkmnpqrstv]{8}")


def items(number: int, day: str = "", barcode: str = "b{}", branch: str = "EAST") -> str:
    """An items export; copies are added on as many days unless `day` says one."""
    return ITEMS + "".join(
        f"{i};{barcode.format(i)};{branch};{day or f'20{i % 20:02}-{i % 12 + 1:02}-01'}\n"
        for i in range(number)
    )


PLANTED = {
    "export cut off": [("items-2026-10-01.csv", items(1000))],
    "list held": [("items-2026-10-01.csv", items(200)), ("items-2026-10-02.csv", items(100))],
    "numbers of no copy": [
        ("items-2026-10-01.csv", items(5, barcode="b000{}")),
        (
            "shelfscan_oB_2026-09-30.txt",
            "b0001\nb0002\n21234000000011\n21234000000029\n21234000000037\n",
        ),
    ],
    "barcodes from a spreadsheet": [("items-2026-10-01.csv", items(5, barcode="1.23457E+1{}"))],
    "barcode of several copies": [
        ("items-2026-10-01.csv", items(5) + "98;b3;WEST;\n99;b4;EAST;\n97;b4;WEST;\n")
    ],
    "numbers that are dates": [
        ("items-2026-10-01.csv", items(5) + "98;2-Jan;EAST;\n99;Feb-03;EAST;\n")
    ],
    "garbled letters": [("items-2026-10-01.csv", items(5, branch="S\u00c3\u00bcd"))],
    "issues of no subscription": [
        (
            "subscriptions-2026-10-01.csv",
            "subscription_id,title,frequency,paid_until,entered_at\n"
            "7,Tides,monthly,2026-12-31,2026-10-01\n",
        ),
        (
            "serial-issues-2026-10-01.csv",
            "serial_issue_id,subscription_id,enumeration,expected_on,entered_at\n"
            "7-1,7,no. 1,2026-09-05,2026-10-01\n8-1,8,no. 1,2026-09-05,2026-10-01\n",
        ),
    ],
    "total rows": [("items-2026-10-01.csv", items(5) + "99;TOTAL;EAST;\n")],
    "two clocks": [
        (
            "loans-2026-10-01.csv",
            LOANS
            + "1;2026-09-01 10:00:00;2026-09-30;2026-09-01 07:00:00\n2;2026-09-01 10:00:00;2026-09-30;\n",
        )
    ],
    "one desk under two names": [
        (
            "loans-2026-10-31.csv",
            "issue_id;itemnumber;branchcode;issuedate;date_due;returndate\n"
            "1;1;7;2026-10-30 09:30:00;2026-11-20 23:59:00;\n",
        ),
        (
            "statistics-2026-10-31.csv",
            "datetime;type;branch;itemnumber;borrowernumber\n"
            "2026-10-30 09:30:00;issue;East desk;1;\n",
        ),
    ],
    "direction unknown": [
        ("requests-2026-10-01.csv", "Transaction Number,Transaction Status\n1,Request Finished\n")
    ],
    "closed cases only": [
        (
            "loans-2026-10-01.csv",
            LOANS
            + "".join(
                f"{i};2026-09-01 10:00:00;2026-09-30;2026-09-02 07:00:00\n" for i in range(120)
            ),
        )
    ],
    "selected by outcome": [
        (
            "circs-2026-10-01.csv",
            "Circ ID,Checkout / Renewal Library,Checkout Date/Time,Due Date/Time,"
            "Check In Date/Time,Desk Renewal,OPAC Renewal,Phone Renewal,Auto Renewal,"
            "Parent Circulation\n"
            + "".join(
                f"{i},EAST,2026-09-{i % 20 + 1:02} 10:00:00,2026-10-30,,0,0,0,0,\n"
                for i in range(60)
            ),
        )
    ],
    "migration day": [("items-2026-10-01.csv", items(150, day="2024-01-01"))],
    "code without a role": [
        ("items-2026-10-01.csv", "itemnumber;barcode;homebranch;notforloan\n1;b1;EAST;7\n")
    ],
    "impossible days": [("items-2026-10-01.csv", items(5) + "99;b99;EAST;1900-01-01\n")],
    "many rejected": [("items-2026-10-01.csv", items(5) + "99;b99;EAST;yesterday\n")],
    "times to come": [("log-2026-10-01.csv", LOG + "2026-10-03 10:00:00;EAST;issue\n")],
    "rows after the file": [
        (
            "loans-2026-10-01.csv",
            LOANS
            + "1;2026-10-04 09:00:00;2026-10-30;2026-10-05 10:00:00\n2;2026-10-03 10:00:00;2026-10-30;\n",
        )
    ],
    "gap in a log": [
        (
            "log-2026-10-01.csv",
            LOG + "2026-08-01 10:00:00;EAST;issue\n2026-09-01 10:00:00;EAST;issue\n",
        )
    ],
}
CLEAN = [
    ("items-2026-10-01.csv", items(1001)),
    (
        "items-2026-10-02.csv",
        items(995, branch="S\u00c3\u009cD".encode("latin-1").decode() + " \u00c3 \u00a9"),
    ),
    (
        "loans-2026-10-01.csv",
        LOANS
        + "".join(
            f"{i};2026-09-01 10:00:00;2026-09-30;{'2026-09-02 07:00:00' if i else ''}\n"
            for i in range(120)
        ),
    ),
    (
        "log-2026-10-01.csv",
        LOG + "".join(f"2026-09-{day:02} 10:00:00;EAST;issue\n" for day in range(1, 31)),
    ),
]


def alarms(workspace: Workspace, files: list[tuple[str, str]], folder: Path) -> set[str]:
    """The alarms that the files raise."""
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write('\n[whole]\n"koha items" = true\n')
    receipt = libstats.load(
        find(workspace.folder), [write(folder / name, text) for name, text in files]
    )
    assert receipt.is_clean, str(receipt)
    with libstats.open(workspace) as con:
        rows = records(libstats.check(con))
    with libstats.open(workspace) as con:
        assert records(libstats.check(con)) == rows  # and so the same names
    assert all(NAME.fullmatch(row["id"]) for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["alarm"] for row in rows}


# a file that is refused is no fault of what is loaded: tests/loading/test_refused_again.py
@pytest.mark.parametrize("name", [name for name in ALARMS if name != REFUSED])
def test_a_planted_fault_raises_its_alarm_and_no_other(
    name: str, workspace: Workspace, tmp_path: Path
) -> None:
    assert alarms(workspace, PLANTED[name], tmp_path) == {name}


def test_clean_files_raise_none(workspace: Workspace, tmp_path: Path) -> None:
    assert alarms(workspace, CLEAN, tmp_path) == set()


HOLDS = (
    "reserve_id;biblionumber;branchcode;reservedate;priority;found;waitingdate;cancellationdate\n"
)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        # two clocks, or a day that began later elsewhere
        ("loans-2026-10-01.csv", LOANS + "1;2026-10-03 23:59:00;2026-10-30;\n", []),
        (
            "loans-2026-10-01.csv",
            LOANS + "1;2026-10-04 00:00:00;2026-10-30;\n",
            [("rows to 2026-10-04", 1)],
        ),
        # no day in its name: the newest row dates it
        ("loans.csv", LOANS + "1;2026-10-04 00:00:00;2026-10-30;\n", []),
        (
            "loans.csv",
            f"Report run: 2026-10-01\n{LOANS}1;2026-10-14 00:00:00;2026-10-30;\n",
            [("rows to 2026-10-14", 1)],
        ),
        ("holds-2026-10-01.csv", HOLDS + "1;7;EAST;2026-10-09;1;;;\n", [("rows to 2026-10-09", 1)]),
        # one slip of a hand among many
        (
            "loans-2026-10-01.csv",
            LOANS
            + "".join(f"{n};2026-09-04 10:00:00;2026-10-30;\n" for n in range(100))
            + "100;2062-09-04 10:00:00;2026-10-30;\n",
            [],
        ),
    ],
)
def test_rows_after_the_day_of_their_file_are_told_of(
    name: str, text: str, told: list[tuple[str, int]], workspace: Workspace, tmp_path: Path
) -> None:
    assert libstats.load(workspace, [write(tmp_path / name, text)]).is_clean
    with libstats.open(workspace) as con:
        found = libstats.check(con).filter("alarm = 'rows after the file'")
        assert [
            (place.rpartition(", ")[2], rows)
            for place, rows in found.project("place, rows").fetchall()
        ] == told


DATES = [
    *("Jan-02", "2-Jan", "02-Jan-26", "1. Feb", "02. Mrz", "02-janv", "2-dic", "2-mei"),
    *("2026-01-02", "2026-01-02 00:00:00", "1/2/2026", "02.01.2026", "1/2/2026 0:00"),
]


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        *(pytest.param([each, "1-40", "b7"], 1, id=each) for each in DATES),
        (["2-Jan", "Jan-02", "1-40"], 2),
        (["2-Jan", "Jan-02"], 0),  # the library's own way to number
        (["2003-05-12", "2003-05-31", "2003-05-32"], 0),
        (["MAR-02", "Mars-02", "2-Jam", "2026-1", "1-2", "1.2"], 0),
    ],
)
def test_numbers_that_became_dates_are_told_of(
    numbers: list[str], told: int, workspace: Workspace, tmp_path: Path
) -> None:
    """As barcodes and as the system's numbers of copies and of loans."""
    loans = "".join(f"{n};2026-09-01 10:00:00;2026-09-30;\n" for n in numbers)
    files = [
        write(
            tmp_path / "items-2026-10-01.csv", ITEMS + "".join(f"{n};{n};EAST;\n" for n in numbers)
        ),
        write(tmp_path / "loans-2026-10-01.csv", LOANS + loans),
    ]
    assert libstats.load(workspace, files).is_clean
    with libstats.open(workspace) as con:
        found = libstats.check(con).filter("alarm = 'numbers that are dates'")
        assert found.project("place, rows").fetchall() == (
            [(place, told) for place in ("item.barcode", "item.item_id", "loan.loan_id")]
            if told
            else []
        )


def test_what_was_rejected_and_came_with_the_mended_file_is_no_alarm(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The file is mended and loaded again under its name, with as many rows; a shorter one under
    that name mends nothing."""
    path = tmp_path / "items-2026-10-01.csv"
    libstats.load(workspace, write(path, items(5) + "99;b99;EAST;yesterday\n"))
    libstats.load(workspace, write(path, items(4)))
    with libstats.open(workspace) as con:
        assert "many rejected" in {row["alarm"] for row in records(libstats.check(con))}
    libstats.load(workspace, write(path, items(6)))
    with libstats.open(workspace) as con:
        assert "many rejected" not in {row["alarm"] for row in records(libstats.check(con))}

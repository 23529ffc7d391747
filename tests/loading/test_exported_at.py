"""When a file was exported, and whether it was loaded before."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from pathlib import Path

import pytest

import libstats
from libstats import load
from libstats.loading import exported_at
from libstats.sources.koha.items import ITEMS as ITEMS_SOURCE
from libstats.store import ledger
from libstats.workspace.workspace import Workspace
from tests.support.files import write

pytestmark = pytest.mark.slow

ITEMS = "itemnumber;barcode;homebranch;itype\n"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_time_that_a_name_says_goes_before_one_that_was_worked_out(
    order: tuple[int, ...], workspace: Workspace, tmp_path: Path
) -> None:
    """The same file under a name with its day and under one without is one file, of that day,
    whichever comes first."""
    text = "itemnumber;barcode;homebranch;location;timestamp\n1;b1;EAST;{};2026-10-01 0{}:00:00\n"
    names = ["items-2026-10-01.csv", "items.csv", "other.csv"]
    files = [
        write(tmp_path / name, text.format(place, hour))
        for name, place, hour in zip(names, ("ADULT", "ADULT", "TEEN"), (6, 6, 3), strict=True)
    ]
    for number in order:
        load(workspace, [files[number]])
    with libstats.open(workspace) as con:
        assert con.sql("select location from item").fetchall() == [("TEEN",)]
        assert con.sql(
            "select exported_from from store.load where undone_seq is null order by 1"
        ).fetchall() == [("name",), ("newest",)]


def test_a_time_of_tomorrow_stands_and_a_later_one_is_told_of(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A computer's clock may be of a zone that is behind the library's."""
    monkeypatch.setattr(ledger, "now", lambda con: (datetime(2026, 10, 31, 20, 30), False))
    lists = [
        write(tmp_path / f"items-{day}.csv", f"{ITEMS}1;b1;{place};BK\n")
        for day, place in (
            ("202611010815", "WEST"),
            ("202611010615", "EAST"),
            ("2027-01-01", "NORTH"),
        )
    ]
    first, second, third = load(workspace, lists).files
    assert (str(first.exported_at), str(second.exported_at), first.notes, second.notes) == (
        "2026-11-01 08:15:00",
        "2026-11-01 06:15:00",
        [],
        [],
    )
    assert (
        str(third.exported_at) == "2026-10-31 20:30:00"
        and "the time of its export is still to come" in third.notes[0]
    )
    with libstats.open(workspace) as con:
        assert con.sql("select owning_branch from item").fetchall() == [("WEST",)]


def test_a_file_of_a_day_to_come_is_loaded_once(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time is that of its load, and another one whenever the folder is loaded again."""
    export = write(tmp_path / "items-2099-10-01.csv", f"{ITEMS}1;b1;EAST;BK\n")
    moments = iter([datetime(2026, 11, 1), datetime(2026, 11, 2), datetime(2026, 11, 3)])
    monkeypatch.setattr(ledger, "now", lambda con: (next(moments), False))
    assert [load(workspace, [export]).files[0].outcome for _ in range(2)] == ["loaded", "repeated"]
    monkeypatch.setitem(vars(ITEMS_SOURCE), "select_hash", "another")
    assert "load 1 of the same file was undone" in load(workspace, [export]).files[0].notes[0]


@pytest.mark.parametrize("day", ["2026-09-30 (BC)", "12026-09-30"])
def test_a_day_of_no_year_of_four_digits_is_none_and_stops_nothing(
    workspace: Workspace, tmp_path: Path, day: str
) -> None:
    """DuckDB reads both, and Python knows no such day."""
    feed = "RecordID,BibRecordID,Barcode,Owning Branch,ItemCreationDate,Report Date\n"
    receipt = load(
        workspace,
        [
            write(
                tmp_path / "feed-2026-10-01.csv",
                f"{feed}1,7,b1,EAST,2026-01-01,{day}\n2,7,b2,EAST,{day},{day}\n",
            )
        ],
    ).files[0]
    assert (
        receipt.outcome,
        receipt.exported_from,
        receipt.dispositions["new"],
        receipt.dispositions["rejected"],
    ) == ("loaded", "name", 1, 1)


def test_the_same_list_of_another_day_outlives_a_changed_declaration(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two equal files of two days are two loads; only the one that is loaded again takes the place
    of its earlier load."""
    days = [
        write(tmp_path / f"items-2026-10-0{day}.csv", f"{ITEMS}1;b1;EAST;BK\n") for day in (1, 2)
    ]
    load(workspace, days)
    monkeypatch.setitem(vars(ITEMS_SOURCE), "select_hash", "another")
    assert "load 1 of the same file was undone" in load(workspace, days[:1]).files[0].notes[0]
    with libstats.open(workspace) as con:
        assert con.sql(
            "select exported_at::date::varchar from store.load where undone_seq is null order by 1"
        ).fetchall() == [("2026-10-01",), ("2026-10-02",)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Report run: 2026-10-31 06:15", "2026-10-31 06:15:00"),
        ("Generated on 10/31/2026 06:15:09 PM", "2026-10-31 18:15:00"),
        ("Stand: 31.10.2026", "2026-10-31 00:00:00"),
        ("Printed,,October 31, 2026", "2026-10-31 00:00:00"),
        ("31-Oct-2026 12:05 AM", "2026-10-31 00:05:00"),
        ("10/10/2026", "2026-10-10 00:00:00"),
        ("05/06/2026", None),  # of May or of June: Koha's dates are year first
        ("2026-10-01 to 2026-10-31", None),  # a period
        ("Items as of 2026-02-31", None),
        ("Room 2026-10", None),
        ("As of October 31, 2026", "2026-10-31 00:00:00"),  # its comma parts two columns
        ("Printed on Sat Oct 31 23:59:00 2026", "2026-10-31 00:00:00"),
        # of the form or the program
        ("Version 21.05.2026", None),
        ("Build: 2026-05-21", None),
        ("Template of May 21, 2026", None),
        ("Form 12,,rev. 2026-05-21", None),
        ("Release date,2026-05-21", None),
        ("Version 24.05 of 2026-05-21", None),
        ("Version 21.05.2026,Printed 31.10.2026", "2026-10-31 00:00:00"),
        ("31.10.2026,Version 21.05.2026", "2026-10-31 00:00:00"),
        ("Version 24.05\nStand: 2026-10-31", "2026-10-31 00:00:00"),
        ("Version 24.05. Printed 2026-10-31", "2026-10-31 00:00:00"),
        ("Release 2026-05-21: 2026-10-01 to 2026-10-31", None),
        # a title
        ("Item list 2026-10-31", "2026-10-31 00:00:00"),
        ("Circulation report, October 31, 2026", "2026-10-31 00:00:00"),
        ("Fecha: 31.10.2026", "2026-10-31 00:00:00"),
        ("New releases and platform reports 2026-10-31", "2026-10-31 00:00:00"),
        ("Circulation of October 31\n2026", None),  # of two lines no day is made
        # by which rows were chosen
        ("Items added since 2026-01-01", None),
        ("Last use before: 01/31/2020", None),
        ("Period ending 31 Oct 2026", None),
        ("Zugang ab 31.12.2020", None),
        ("Due date <= 2026-10-30", None),
    ],
)
def test_a_date_above_the_headings_dates_the_file(
    line: str, told: str | None, workspace: Workspace, tmp_path: Path
) -> None:
    """It goes before the day in the name, which here is another."""
    text = f"{line}\n\n{ITEMS}1;b1;EAST;BK\n"
    receipt = load(workspace, [write(tmp_path / "items-2026-11-05.csv", text)]).files[0]
    assert receipt.outcome == "loaded"
    assert (str(receipt.exported_at), receipt.exported_from) == (
        (told, "stated") if told else ("2026-11-05 00:00:00", "name")
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("loans-2026-10-01_2026-10-31.csv", "2026-10-31 00:00:00"),
        ("circ 20261001-20261031.csv", "2026-10-31 00:00:00"),
        ("loans_from_2026-10-01_to_2026-10-31.csv", "2026-10-31 00:00:00"),
        ("october.zip#loans 2026-10-01 2026-10-31.csv", "2026-10-31 00:00:00"),
        ("loans since 2026-10-01.csv", None),
        ("2026-10-31.zip#loans_since_20261001.csv", "2026-10-31 00:00:00"),
        ("staff-of-2026-10-31.csv", "2026-10-31 00:00:00"),
    ],
)
def test_of_a_period_in_a_name_the_last_day_counts(name: str, told: str | None) -> None:
    """By the first, all of a month would lie after the export, and be told of by nothing."""
    assert str(exported_at.in_name(name)) == str(told)


def test_the_loans_of_a_period_count(workspace: Workspace, tmp_path: Path) -> None:
    head = "issue_id,itemnumber,borrowernumber,branchcode,issuedate,date_due,returndate\n"
    row = "1,11,77,EAST,2026-10-30 10:00:00,2026-11-20,2026-10-31 15:00:00\n"
    load(workspace, [write(tmp_path / "loans-2026-10-01_2026-10-31.csv", head + row)])
    with libstats.open(workspace) as con:
        months = libstats.circulation(con, since="2026-10-01", until="2026-11-01")
        assert months.project("checkouts").fetchall() == [(1,)]

"""Digital lending: months by format, overlapping lists, what a library maps itself, and nobody who
borrows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.recognise.inspect import declare, inspect
from libstats.workspace.workspace import Workspace, find
from tests.support.books import write_xlsx
from tests.support.files import write

HEAD = "Start Date,End Date,eBook Circulations,eBook Cost,Total Circulations,Total Cost\n"
LENT = "Checked Out,Title,ISBN,Format,Date Added To Site,Barcode\n"
CANARY = "7c4n4ry"


def asked(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the published state."""
    with libstats.open(workspace) as con:
        return con.sql(sql).fetchall()


def outcomes(workspace: Workspace, *files: Path) -> list[str]:
    """What became of the files, loaded one by one."""
    return [f.outcome for file in files for f in libstats.load(workspace, [file]).files]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_later_summary_replaces_the_months_of_an_earlier_one(
    order: tuple[int, int], workspace: Workspace, tmp_path: Path
) -> None:
    """September was 10 in the list of that month; a month later it is 12."""
    files = (
        write(tmp_path / "a.csv", f"{HEAD}9/1/2026,9/30/2026,10,$20.00,10,$20.00\n"),
        write(
            tmp_path / "b.csv",
            f"{HEAD}9/1/2026,9/30/2026,12,$24.00,12,$24.00\n10/1/2026,10/31/2026,5,$9.00,5,$9.00\n",
        ),
    )
    assert outcomes(workspace, *(files[i] for i in order)) == ["loaded", "loaded"]
    assert asked(
        workspace, "select starts_on, checkouts, cost::integer from digital_use order by all"
    ) == [(date(2026, 9, 1), 12, 24), (date(2026, 10, 1), 5, 9)]


def test_a_workbook_with_titles_above_its_headings(workspace: Workspace, tmp_path: Path) -> None:
    """Two lines of titles, a blank one, dates and numbers as cells; the other sheet is no list."""
    rows = [
        ["hoopla digital", None, None, None, None],
        ["Monthly summary", None, None, None, None],
        ["Start Date", "End Date", "Movie Circulations", "Movie Cost", "Comic Circulations"],
        [date(2026, 10, 1), date(2026, 10, 31), 41, 102.5, 3],
    ]
    book = write_xlsx(tmp_path / "summary.xlsx", {"Summary": rows, "Notes": [["Read me"]]})
    libstats.load(workspace, [book])
    told = "select format, checkouts, cost::double from digital_use order by all"
    assert asked(workspace, told) == [("comic", 3, None), ("movie", 41, 102.5)]


def test_a_row_that_is_too_short_is_damaged_in_each_of_its_formats(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = f"{HEAD}9/1/2026,9/30/2026,10\n10/1/2026,10/31/2026,5,$9.00,5,$9.00\n"
    (receipt,) = libstats.load(workspace, [write(tmp_path / "a.csv", text)]).files
    told = {what: rows for what, rows in receipt.dispositions.items() if rows}
    assert (receipt.rows_read, told) == (2, {"new": 1, "rejected": 1})


def test_checkouts_of_overlapping_lists_count_once(workspace: Workspace, tmp_path: Path) -> None:
    """Two of one second are two; the format that was pending is chosen in the later list."""
    reeds, tides = "Reeds,9780306406157", "Tides,9781861972712"
    first = f"{LENT}10/1/2026 9:00,{reeds},Pending,1/1/2026,1\n" + 2 * (
        f"10/2/2026 9:00,{tides},eBook,1/1/2026,2\n"
    )
    later = f"{LENT}10/1/2026 9:00,{reeds},eBook,1/1/2026,1\n" + (
        f"10/2/2026 9:00,{tides},eBook,1/1/2026,2\n10/3/2026 9:00,{tides},eBook,1/1/2026,3\n"
    )
    files = write(tmp_path / "a.csv", first), write(tmp_path / "b.csv", later)
    assert outcomes(workspace, *files) == ["loaded", "loaded"]
    told = "select title, format, count(*) from digital_loan group by all order by all"
    assert asked(workspace, told) == [("Reeds", "eBook", 1), ("Tides", "eBook", 3)]


def test_advantage_and_consortium_stand_apart_by_source(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Two accounts of one product are two sources, which nothing adds up."""
    config = workspace.folder / "libstats.toml"
    with config.open("a", encoding="utf-8") as file:
        for name in ("overdrive", "consortium"):
            file.write(f'\n[sources.{name}]\nsystem = "overdrive"\n')
    place = find(workspace.folder)
    title = (
        "Title,ISBN,Format,Last Copy Expires,All Checkouts,All Holds,Latest Checkout\n"
        "Reeds,9780306406157,eBook,,5,0,10/30/2026\n"
    )
    for name in ("overdrive", "consortium"):
        libstats.load(place, [write(tmp_path / "titles.csv", title)], source=name)
    assert asked(place, "select source, lifetime_checkouts from digital_title order by all") == [
        ("consortium", 5),
        ("overdrive", 5),
    ]


def test_other_platforms_lists_are_proposed_and_nobody_who_borrows(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A barcode beside a digital checkout is a patron's: it is mapped to nothing, whatever it is
    called."""
    lent = (
        "Borrowed On,Title,ISBN,Format,Licence Model,Library Card,Barcode,Reader,Kartennr\n"
        f"2026-10-31 09:00,Reeds,9780306406157,eBook,Perpetual,{CANARY},{CANARY},{CANARY},{CANARY}\n"
        f"2026-10-30 09:00,Tides,9781861972712,Audio,Metered,{CANARY},{CANARY},{CANARY},{CANARY}\n"
    )
    titles = (
        "Title ID,Title,ISBN,Licence Model,Units Owned,Loans Left,Active Holds,Expiration,Barcode\n"
        f"77,Reeds,9780306406157,Perpetual,2,,3,,{CANARY}\n"
        f"78,Tides,9781861972712,Metered,1,5,0,2026-12-31,{CANARY}\n"
    )
    files = (
        write(tmp_path / "lent-2026-10-31.csv", lent),
        write(tmp_path / "titles-2026-10-31.csv", titles),
    )
    for file, looks in zip(files, ("digital checkouts", "digital titles"), strict=True):
        said = inspect(file)
        assert f"looks like a list of {looks}" in said
        assert CANARY not in said
        declare(file, find(workspace.folder), f"palace {file.name.split('-')[0]}")
    own = find(workspace.folder)
    assert outcomes(own, *files) == ["loaded", "loaded"]
    assert asked(own, "select count(*) from digital_loan") == [(2,)]
    assert asked(
        own, "select copies, checkouts_left, holds, expires_on from digital_title order by all"
    ) == [(1, 5, 0, date(2026, 12, 31)), (2, None, 3, None)]
    held = b"".join(p.read_bytes() for p in own.folder.rglob("*") if p.is_file())
    assert CANARY.encode() not in held

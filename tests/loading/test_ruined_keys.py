"""Numbers that a spreadsheet ruined: as names of things they are rejected, whatever the system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats import schema
from libstats.declaration.select import Plan, plans
from libstats.declaration.source import Source
from libstats.declaration.spreadsheet import REASON, is_name
from libstats.sources import sources
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.books import write_xlsx
from tests.support.files import write

pytestmark = pytest.mark.slow

ITEMS = "itemnumber,barcode,homebranch,biblionumber,issues\n"
LOANS = "issue_id,itemnumber,borrowernumber,branchcode,issuedate,date_due,returndate\n"
RUINED = [
    "2.3E+16",
    "2,3E+16",
    "2E+16",
    "2.3e+16",
    "2.31234567890123E+16",
    "2.3E16",
    "2.3 E+16",
    # as programs write them that take them for amounts, or guard them from a spreadsheet
    "101.0",
    "31234000000017.00",
    "23,000,000,000,017",
    '="101"',
    "'101",
    "nan",
    "NaN",
    "-inf",
    "+Inf",
    "-INF",
    "Infinity",
    "+infinity",
    "2.3×10^16",
    "2,3x10^16",
    "2.3 * 10^16",
    "#N/A",
    "#REF!",
    "#NAME?",
    "#NOME?",
    "#WERT!",
    "#¡NUM!",
    "#N/D",
    "#NV",
    "Err:502",
    "####",
]


def told(workspace: Workspace, file: Path) -> dict[str, int]:
    """What became of the rows, without the zeros."""
    receipt = libstats.load(workspace, [file]).files[0]
    assert receipt.outcome == "loaded", receipt
    return {name: n for name, n in receipt.dispositions.items() if n}


def count(workspace: Workspace, table: str) -> int:
    """The rows of a table."""
    with libstats.open(workspace) as con:
        return int(con.execute(f"select count(*) from {table}").fetchall()[0][0])


@pytest.mark.parametrize("key", RUINED)
def test_three_copies_under_a_ruined_key_are_no_copy(
    key: str, workspace: Workspace, tmp_path: Path
) -> None:
    quoted = key.replace('"', '""')
    rows = "".join(f'"{quoted}",b{n},EAST,{n},5\n' for n in range(3))
    file = write(tmp_path / "items-2026-10-31.csv", f"{ITEMS}{rows}7,b7,EAST,7,5\n")
    assert told(workspace, file) == {"new": 1, "rejected": 3}
    assert (count(workspace, "item"), count(workspace, "title")) == (1, 0)
    with libstats.open(workspace) as con:
        found = con.execute(
            "select line, heading, reason, shape from rejected_row order by all"
        ).fetchall()
    shape = "".join(
        "9" if c.isdigit() else "A" if c.isupper() else "a" if c.islower() else c for c in key
    )
    assert found == [(line, "itemnumber", REASON, shape) for line in (2, 3, 4)]


@pytest.mark.parametrize("code", ["INF", "Inf", "inf", "inf.", "NAN", "Infant"])
def test_a_word_that_may_be_a_code_is_one(code: str, workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "items-2026-10-31.csv", f"{ITEMS}{code},b1,EAST,1,5\n")
    assert told(workspace, file) == {"new": 1}


def test_ruined_keys_of_a_workbook(workspace: Workspace, tmp_path: Path) -> None:
    """As text and as a number, of a copy and of its record."""
    rows: list[list[Any]] = [
        ["2.3E+16", "b1", "EAST", "1", 5],
        [2.3e16, "b2", "EAST", "2", 5],
        ["3", "b3", "EAST", 9.9e17, 5],
        [4, "b4", "EAST", 4, 5],
    ]
    book = write_xlsx(tmp_path / "items-2026-10-31.xlsx", {"S": [ITEMS.strip().split(","), *rows]})
    assert told(workspace, book) == {"new": 1, "rejected": 3}


def test_loans_under_a_ruined_key(workspace: Workspace, tmp_path: Path) -> None:
    """Three loans were one, with one's checkout and another's return; a loan of a ruined copy is
    rejected too; a ruined patron is no patron, since he would be many."""
    day = "2026-10-0{n} 10:00:00,2026-10-28 23:59:00,"
    rows = [f"2.3E+16,{n},4711,EAST,{day.format(n=n)}" for n in (1, 2, 3)]
    rows += [f"8,2.3E+13,4711,EAST,{day.format(n=4)}", f"9,9,2.1E+13,EAST,{day.format(n=5)}"]
    file = write(tmp_path / "loans-2026-10-31.csv", LOANS + "\n".join(rows) + "\n")
    assert told(workspace, file) == {"new": 1, "rejected": 4}
    with libstats.open(workspace) as con:
        assert con.execute("select loan_id, patron_key from loan").fetchall() == [("9", None)]


def test_a_barcode_alone_is_a_key(workspace: Workspace, tmp_path: Path) -> None:
    file = write(
        tmp_path / "items-2026-10-31.csv",
        "barcode,homebranch,itype\n3.12E+13,EAST,BK\n3.12E+13,WEST,BK\n31200000000017,EAST,BK\n",
    )
    assert told(workspace, file) == {"new": 1, "rejected": 2}


@pytest.mark.parametrize(
    "head",
    [
        "barcode,homebranch,itype",  # Koha
        "Barcode,AssignedBranchName,LifetimeCircCount",  # Polaris
        "Barcode,MMS Id,Title",  # Alma
        "Item ID,Home Location,Current Location",  # Symphony
    ],
)
def test_a_ruined_barcode_is_rejected_for_one_reason(
    head: str, workspace: Workspace, tmp_path: Path
) -> None:
    rows = [f"{barcode},990001,1\n" for barcode in ("2.3E+16", "", "31200000000017")]
    file = write(tmp_path / "items-2026-10-31.csv", f"{head}\n{''.join(rows)}")
    assert told(workspace, file) == {"new": 1, "rejected": 2}
    with libstats.open(workspace) as con:
        found = con.execute("select line, reason, shape from rejected_row order by 1").fetchall()
    assert found == [
        (2, REASON, "9.9A+99"),
        (3, "blank: nothing tells what the row is about", ""),
    ]


def named(plan: Plan) -> list[str]:
    """The columns of a plan that name things, but for those worked out of several headings."""
    return [
        line.column
        for line in plan.lines
        if is_name(plan.table, plan.table.column(line.column)) and plan.present(line)
    ]


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.label)
def test_every_name_of_every_source_is_guarded(source: Source) -> None:
    for plan in plans(source, source.vendor_headings):
        key = {*plan.table.key, *plan.table.exported_key, plan.table.second_name}
        texts = {c.name for c in plan.table.columns if c.type == "varchar" and not c.check}
        wanted = {
            line.column
            for line in plan.lines
            if line.column in texts
            and plan.present(line)
            and (line.column in key or line.column.endswith("_id"))
        }
        if plan.table.name == "shelf_scan":  # which list it was is the key; what was seen, a number
            wanted.add("barcode")
        assert set(named(plan)) == wanted
        for line in plan.lines:
            if line.column in wanted:
                assert "Err:" in (plan.bad(line) or ""), line.column
    assert schema.tables()


A, B = "1234567890123450", "1234567890123400"


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([f"{A},b1,EAST,1,5", f"{B},b2,EAST,2,5"], "loaded"),  # true numbers may end in zeros
        ([f"{A},b1,EAST,1,5", f"{A},b1,EAST,1,5"], "loaded"),  # one row twice
        ([f"{A},b1,EAST,1,5", f"{A},b2,EAST,2,5"], "refused"),
        ([f"1,{B},EAST,1,5", f"2,{B},EAST,2,5"], "refused"),  # one barcode of two copies
        (["123456789012340,b1,EAST,1,5", "123456789012340,b2,EAST,1,6"], "loaded"),  # 15 digits
        (["1234567890123451,b1,EAST,1,5", "1234567890123451,b2,EAST,1,6"], "loaded"),
    ],
)
def test_long_numbers_that_end_in_zeros_are_held_where_rows_collide(
    rows: list[str], outcome: str, workspace: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path / "items-2026-10-31.csv", ITEMS + "\n".join(rows) + "\n")
    other = write(tmp_path / "more-2026-10-30.csv", f"{ITEMS}9,b9,EAST,9,9\n")
    for files in ([file], [other, file]):  # alone, and in a batch
        found = libstats.load(workspace, files).files[-1]
        if outcome == "refused":
            assert found.outcome == "refused"
            assert (
                "items-2026-10-31.csv (koha items): 1 number ends in zeros after the fifteenth"
                in found.reason
            )
        else:
            assert found.outcome in ("loaded", "repeated")


def test_long_numbers_that_the_system_gives_are_confirmed(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path / "items-2026-10-31.csv", f"{ITEMS}{A},b1,EAST,1,5\n{A},b2,EAST,2,5\n")
    refused = libstats.load(workspace, [file]).files[0]
    assert 'write into libstats.toml, below [exact]: "koha items" = true' in refused.reason
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as config:
        config.write('\n[exact]\n"koha items" = true\n')
    assert libstats.load(find(workspace.folder), [file]).files[0].outcome == "loaded"

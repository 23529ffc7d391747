"""Exports that come without their headings, and headings that are rows: an invented source, nothing
guessed by width."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

import libstats
from libstats.declaration.faults import faults
from libstats.declaration.source import Source
from libstats.readers.workbook.sheets import cell_text
from libstats.recognise import recognise
from libstats.recognise.inspect import inspect
from libstats.recognise.known import Known
from libstats.workspace.workspace import Workspace
from tests.readers.test_workbooks import dispositions
from tests.support.books import WRITERS, Rows
from tests.support.files import write

pytestmark = pytest.mark.slow

LENDING = Source(
    system="deskill",
    name="lending",
    recognise=("Request No", "Kind", "Opened"),
    happened=("updated_at",),
    bare=("Request No", "Kind", "Opened", "", "Ended", "Reader"),
    fits={
        "Request No": "[0-9]{4,8}",
        "Kind": "Loan|Copy",
        "Opened": "[0-9]{5}([.][0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}.*",
    },
    dates="year first, or a spreadsheet's serial number",
    fills={
        "ill_request": """
    select
        "Request No" as request_number,
        'lending' as direction,
        "Kind" as format,
        serial_time("Opened")::date as placed_on,
        serial_time("Ended") as updated_at
    from raw"""
    },
)
ROWS: Rows = [
    [
        1001,
        "Loan",
        datetime.date(2026, 10, 5),
        "pasted",
        datetime.datetime(2026, 10, 6, 9, 30),
        "SECRET-NAME",
    ],
    ["1002", "Copy", 46301.25, None, 46302.395833333, None],
    [1003.0, "Copy", 46301, None, "10/11/2026", None],
    [1004, "Loan", datetime.date(2026, 10, 7), None, None, None],
]
HELD = [
    ("1001", "lending", "Loan", "2026-10-05", "2026-10-06 09:30:00"),
    ("1002", "lending", "Copy", "2026-10-06", "2026-10-07 09:30:00"),
    ("1004", "lending", "Loan", "2026-10-07", None),
]


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The invented source is all that libstats knows."""
    monkeypatch.setattr(recognise, "known", lambda *_: Known((LENDING,)))


def held(workspace: Workspace) -> list[tuple[str | None, ...]]:
    """The requests loaded."""
    with libstats.open(workspace) as con:
        return con.sql(
            "select request_id, direction, format, placed_on::varchar, updated_at::varchar "
            "from ill_request order by 1"
        ).fetchall()


def as_csv(path: Path, rows: Rows, delimiter: str = ",") -> Path:
    """The rows as a spreadsheet program saves them."""
    return write(
        path,
        "".join(
            delimiter.join("" if v is None else cell_text(v) for v in row) + "\r\n" for row in rows
        ),
    )


def test_the_declaration_has_no_fault() -> None:
    assert faults(LENDING) == []


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("has_headings", [True, False])
def test_a_sheet_with_and_without_headings_gives_the_same_rows(
    has_headings: bool, kind: str, workspace: Workspace, tmp_path: Path
) -> None:
    """Serial numbers stand beside real dates; the date of another style is rejected on its row of
    the sheet."""
    headings: Rows = (
        [["Request No", "Kind", "Opened", None, "Ended", "Reader"]] if has_headings else []
    )
    receipt = libstats.load(
        workspace, [WRITERS[kind](tmp_path / f"book.{kind}", {"S": [*headings, *ROWS]})]
    ).files[0]
    assert (receipt.outcome, receipt.rows_read, dispositions(receipt)) == (
        "loaded",
        4,
        {"new": 3, "rejected": 1},
    )
    assert held(workspace) == HELD
    with libstats.open(workspace) as con:
        assert con.sql("select line, heading, reason, shape from store.reject").fetchall() == [
            (
                3 + has_headings,
                "Ended",
                "not a time (year first, or a spreadsheet's serial number)",
                "99/99/9999",
            )
        ]
    assert b"SECRET" not in b"".join(
        p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file()
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_without_headings(delimiter: str, workspace: Workspace, tmp_path: Path) -> None:
    receipt = libstats.load(workspace, [as_csv(tmp_path / "lending.csv", ROWS, delimiter)]).files[0]
    assert (receipt.outcome, receipt.rows_read, dispositions(receipt)) == (
        "loaded",
        4,
        {"new": 3, "rejected": 1},
    )
    assert held(workspace) == HELD


def test_inspect_says_that_it_has_no_headings(tmp_path: Path) -> None:
    told = inspect(as_csv(tmp_path / "lending.csv", ROWS))
    assert "it has no headings: its columns are those that the declaration gives in order" in told
    assert "Opened -> placed_on" in told
    assert "never read: Reader" in told


@pytest.mark.parametrize(
    "rows",
    [
        [row[:5] for row in ROWS],  # a column too few
        [[*row, "more"] for row in ROWS],  # a column too many
        [[row[0], row[2], row[1], *row[3:]] for row in ROWS],  # two columns changed places
        [*ROWS[:3], ["x", *ROWS[3][1:]]],  # one row that does not fit
    ],
)
def test_rows_that_do_not_all_fit_are_refused(
    rows: Rows, workspace: Workspace, tmp_path: Path
) -> None:
    receipt = libstats.load(workspace, [as_csv(tmp_path / "lending.csv", rows)])
    assert [f.outcome for f in receipt.files] == ["refused"]
    assert "Its first line looks like a row: export it again with its headings." in str(receipt)


def test_a_row_above_the_headings_is_not_set_aside_for_a_title(
    workspace: Workspace, tmp_path: Path
) -> None:
    full = [[v or "x" for v in row] for row in ROWS]
    rows = [
        ["Lending"],
        *full[:2],
        ["Request No", "Kind", "Opened", "", "Ended", "Reader"],
        *full[2:],
    ]
    receipt = str(libstats.load(workspace, [as_csv(tmp_path / "lending.csv", rows)]))
    assert (
        "lending.csv: record 2 stands above the headings and is as full as they are: "
        "it looks like a row"
    ) in receipt
    assert "Export it again with its headings first" in receipt


def test_other_columns_in_order_are_another_export() -> None:
    assert (
        LENDING.select_hash
        != replace(LENDING, bare=("Kind", "Request No", *LENDING.bare[2:])).select_hash
    )

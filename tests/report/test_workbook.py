"""Workbooks of a report's tables, read back with another program's eyes."""

from __future__ import annotations

import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from libstats.errors import ReportError
from libstats.report import Html, run, table
from libstats.report.page.workbook import workbook
from libstats.wording import percent
from libstats.workspace.workspace import Workspace
from tests.report.test_report import save

ROWS = [
    {
        "period": date(2026, 10, 1),
        "branch": "East",
        "cases": 1234,
        "share": 0.5,
        "cost": Decimal("12.50"),
        "read_at": datetime(2026, 10, 31, 6, 30),
    },
    {
        "period": date(2026, 11, 1),
        "branch": None,
        "cases": 3,
        "share": None,
        "cost": None,
        "read_at": None,
    },
]
SHOWN = table(
    ROWS,
    "Cases by month",
    headings={"cases": "Requests"},
    formats={"share": percent},
    foot={"period": "all", "cases": 1237},
)


def read(content: bytes) -> CalamineWorkbook:
    """The workbook as another program reads it."""
    return CalamineWorkbook.from_filelike(BytesIO(content))


def test_numbers_are_numbers_and_dates_are_dates() -> None:
    sheet = (
        read(workbook([SHOWN.data()], "Operations")).get_sheet_by_name("Cases by month").to_python()
    )
    assert sheet[0][0] == "Cases by month"
    assert sheet[1] == ["Period", "Branch", "Requests", "Share", "Cost", "Read at"]
    assert sheet[2] == [date(2026, 10, 1), "East", 1234.0, 0.5, 12.5, datetime(2026, 10, 31, 6, 30)]
    assert sheet[3] == [date(2026, 11, 1), "", 3.0, "", "", ""]
    assert sheet[4][:3] == ["all", "", 1237.0]


def test_the_titles_stay_in_sight() -> None:
    with zipfile.ZipFile(BytesIO(workbook([SHOWN.data()], "Operations"))) as packed:
        sheet = packed.read("xl/worksheets/sheet2.xml").decode()
    assert '<pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" state="frozen"/>' in sheet


def test_text_is_never_a_formula() -> None:
    content = workbook(
        [table([{"branch": "=1+1", "link": "https://example.org"}], "Text").data()], "Text"
    )
    with zipfile.ZipFile(BytesIO(content)) as packed:
        sheet = packed.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet
    assert read(content).get_sheet_by_name("Text").to_python()[2] == ["=1+1", "https://example.org"]


def test_sheets_have_names_of_their_own_and_a_list() -> None:
    captions = [
        "Requests: how long patrons waited, by month",
        "Requests: how long patrons waited, by kind",
        "Contents",
        "",
    ]
    book = read(workbook([table(ROWS, caption).data() for caption in captions], "Waiting"))
    assert book.sheet_names == [
        "Contents",
        "Requests how long patrons",
        "Requests how long patrons 2",
        "Contents 2",
        "Table",
    ]
    assert [row[1] for row in book.get_sheet_by_name("Contents").to_python()[2:5]] == captions[:3]


def test_the_same_tables_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = workbook([SHOWN.data()], "Operations")
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 1, 1, 0, 0, 0, 0, 1, 0))
    assert workbook([SHOWN.data()], "Operations") == first
    assert b"2000-01-01T00:00:00Z" in zipfile.ZipFile(BytesIO(first)).read("docProps/core.xml")


def test_without_the_package_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ReportError, match=r'python -m pip install "libstats\[excel\]"'):
        workbook([SHOWN.data()], "Operations")


@pytest.mark.slow
def test_a_report_gives_its_tables_in_order(workspace: Workspace, tmp_path: Path) -> None:
    first = (
        "from libstats.report import Html, table\nrows = table([{'a': 1}], "
        "'First')\nHtml(f'<p>{rows._repr_html_()}</p>', [rows])"
    )
    save(workspace, "own", first, "table([{'b': 2}], 'Second')", "'no table'")
    path = run("own", workspace.folder, out=tmp_path / "own.html", formats=["html", "xlsx"])
    assert path == tmp_path / "own.html"
    book = CalamineWorkbook.from_path(tmp_path / "own.xlsx")
    assert book.sheet_names == ["Contents", "First", "Second"]
    assert "Second" in path.read_text(encoding="utf-8")


def test_html_without_tables_carries_none() -> None:
    assert Html("<p>1</p>")._repr_mimebundle_() == {}

"""Workbooks of a report's tables, read back with another program's eyes."""

from __future__ import annotations

import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from libstats.errors import ReportError
from libstats.privacy.suppression import NOTE, WITHHELD
from libstats.report import Html, run, table
from libstats.report.page.cells import as_told
from libstats.report.page.html import SEALED, TABLES
from libstats.report.page.notebook import nbformat
from libstats.report.page.protected import protect
from libstats.report.page.table import joined
from libstats.report.page.workbook import workbook
from libstats.wording import Interval, percent
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


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1 A", "@SUM(A1)"])
def test_text_that_begins_like_a_formula_stays_text_when_it_is_edited(text: str) -> None:
    content = workbook([table([{"branch": text}], text).data()], text)
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[1]
    assert (sheet["A3"].value, sheet["A3"].data_type, sheet["A3"].quotePrefix) == (text, "s", True)


def test_an_interval_has_two_columns_of_numbers() -> None:
    """A heading that says the unit is left as it is; an end that is not known is empty, and what
    is withheld says so at both."""
    rows = [
        {"lender": "A", "half": Interval(3.94, 5.0), "nine": Interval(7.0, None)},
        {"lender": "B", "half": WITHHELD, "nine": Interval(None, None)},
    ]
    shown = table(rows, "Waits", headings={"half": "Half, days", "nine": "Nine in ten"})
    sheet = openpyxl.load_workbook(BytesIO(workbook([shown.data()], "Waits"))).worksheets[1]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [
            "Lender",
            *("Half, days: low", "Half, days: high"),
            *("Nine in ten: low (days)", "Nine in ten: high (days)"),
        ],
        ["A", 3.94, 5, 7, None],
        ["B", WITHHELD, WITHHELD, None, None],
    ]
    html = shown._repr_html_()
    assert all(text in html for text in (">3.9 to 5.0<", ">7.0 or more<", ">too few to tell<"))


def test_receipts_tell_numbers_and_days_as_such() -> None:
    """A code that begins with 0, and a year, are texts; no day is 2026-13-01."""
    texts = ["2026-10-01", "2026-10-01 06:30", "1,290", "0", "0123", "2026", "2026-13-01", "koha"]
    shown = table([{"value": text} for text in texts], "Receipt", formats={"value": as_told})
    sheet = openpyxl.load_workbook(BytesIO(workbook([shown.data()], "Receipt"))).worksheets[1]
    day, moment = datetime(2026, 10, 1), datetime(2026, 10, 1, 6, 30)
    assert [cell.value for cell in sheet["A"][2:]] == [day, moment, 1290, 0, *texts[4:]]


def test_the_page_shows_some_rows_and_the_workbook_all() -> None:
    rows = [{"branch": f"B{n}", "loans": n} for n in range(20)]
    whole = table(rows, "Loans", foot={"branch": "all", "loans": 190})
    first, last, none = whole.at_most(12), whole.at_most(12, last=True), whole.at_most(0)
    for shown, seen in ((first, range(12)), (last, range(8, 20))):
        html = shown._repr_html_()
        assert [f">B{n}<" in html for n in range(20)] == [n in seen for n in range(20)]
        assert ">190<" in html and shown.more == 8
    assert (none._repr_html_(), none.more) == ("", 20)
    assert all(len(each.data()["rows"]) == 20 for each in (first, last, none))


def test_the_first_sheet_says_what_was_withheld_and_where() -> None:
    rows = [{"patron_group": "child", "loans": 3}, {"patron_group": "adult", "loans": 40}]
    rows = [*rows, {"patron_group": "staff", "loans": 4}]
    about = {"period": "2026-10", "branch": "", "where": "October 2026, all branches"}
    content = workbook([table(rows, "Loans").data(), SHOWN.data()], "Loans: October", about)
    told = {row[0]: row for row in read(content).get_sheet_by_name("Contents").to_python()}
    assert told["Withheld"][1] == f"3 cells say “withheld”, on: Loans. {NOTE}"
    assert (told["Loans"][1:4], told["Cases by month"][3]) == (["Loans", 3, 3], 0)
    assert told["Branch"][1] == "all of them"


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
        "Requests how long, by month",
        "Requests how long, by kind",
        "Contents 2",
        "Table",
    ]
    listed = book.get_sheet_by_name("Contents").to_python()[-4:]
    assert [row[1] for row in listed] == captions


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


def test_rows_that_only_the_workbook_has_are_protected_with_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each month hides its 3 and, with it, what would give it away; the quarter beside it (46)
    gives 46 - 21 - 22 = 3 away, so that more goes, on the page and behind it."""
    monkeypatch.setenv(SEALED, "yes")
    rows = [
        {"period": date(2026, month, 1), "patron_group": "A", "loans": n}
        for month, n in ((7, 21), (8, 22), (9, 3))
    ]
    months = table(rows, "Months")
    quarter = table([{"quarter": "2026-Q3", "lent": 46}], "The quarter")
    for shown in (months.at_most(1), months.at_most(2, last=True), months.at_most(0)):
        cells = [shown, joined("<p>Beside it</p>", quarter)]
        outputs = [
            nbformat.v4.new_output(
                "display_data", {"text/html": each._repr_html_(), **each._repr_mimebundle_()}
            )
            for each in cells
        ]
        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell("", outputs=[output]) for output in outputs]
        )
        protect(made)
        (kept,) = outputs[0].data[TABLES]
        assert [row[2] for row in kept["rows"]].count(WITHHELD) == 2 and "sealed" not in kept
        on_page = [row[2] for row in kept["rows"][slice(*kept["on_page"])]]
        html = outputs[0].data["text/html"]
        assert html.count(">withheld</td>") == on_page.count(WITHHELD)
        assert all((f">{n}<" in html) == (n in on_page) for n in (21, 22, 3))

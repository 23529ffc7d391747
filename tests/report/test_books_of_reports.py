"""The workbook of every report of the sample library, and of today's work, opened as somebody would
who got it by mail: each property of every sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from libstats.cli.main import main
from libstats.privacy.suppression import WITHHELD
from libstats.workspace import shipped

# `compare` is of several libraries: its page is made in tests/report/test_accessibility.py
REPORTS = sorted({path.stem for path in shipped.notebooks().glob("*.ipynb")} - {"compare"})
TODAY = "today"
# texts that are numbers, shares, days or intervals: `4.6 (3.9-5.2)`, `3.9 to 5.0`, `8 or more`
NUMBER = re.compile(
    r"[-+−]?[\d,]*\.?\d+\s?(%|days?|hours?|years?)?"
    r"|\d{4}-\d\d(-\d\d)?( \d\d:\d\d)?"
    r"|[\d.,]+%?\s*(\(.*\d.*\)|(to|-|–|…)\s*[\d.,]+%?|or more)"
    r"|(January|February|March|April|May|June|July|August|September|October|November|December)"
    r"( \d{1,2},)? \d{4}",
)
# columns of names that are written in digits, and of a receipt's parameters as they were given
NAMES = re.compile(
    r"barcode|call number|request|class|branch|fund|what it was|export|look for|title|location"
    r"|order|item|copy number|which|during|vendor|line of|bib numbers|release",
    re.IGNORECASE,
)
UNITS = re.compile(r"\(days\)|\bdays?\b|\byears?\b|\bper\b|average|year\b", re.IGNORECASE)


@pytest.fixture(scope="session")
def book(published: Callable[[str], Path], demo: Path) -> Callable[[str], Workbook]:
    """The workbook of a report, or of today's work, opened once."""

    @cache
    def opened(name: str) -> Workbook:
        if name != TODAY:
            return load_workbook(published(name).with_suffix(".xlsx"))
        made = demo.parent / "pages" / "today-of-books.xlsx"
        made.parent.mkdir(exist_ok=True)
        assert main(["-w", str(demo), "today", "--internal", "--xlsx", str(made)]) == 0
        return load_workbook(made)

    return opened


@pytest.fixture(params=[*REPORTS, TODAY])
def any_book(request: pytest.FixtureRequest, book: Callable[[str], Workbook]) -> Workbook:
    return book(request.param)


def columns(sheet: Any) -> Iterator[tuple[str, list[Any]]]:
    """Each column of a sheet: its title and the cells below it."""
    for column in sheet.iter_cols(min_row=2):
        yield column[0].value, column[1:]


def test_each_sheet_has_filters_frozen_heads_and_is_set_up_for_paper(any_book: Workbook) -> None:
    for sheet in any_book.worksheets[1:]:
        assert sheet.freeze_panes == "A3", sheet.title
        first, last = sheet.auto_filter.ref.split(":")
        assert first == "A2" and last[0] == sheet.cell(2, sheet.max_column).column_letter
        assert sheet.print_title_rows == "$1:$2", sheet.title
    for sheet in any_book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        head, foot = sheet.oddHeader.left.text, sheet.oddFooter
        assert head.replace("&&", "&") == any_book.worksheets[0]["A1"].value
        assert foot.right.text == "Page &P of &N" and foot.left.text == "&A"


def test_the_first_sheet_says_what_it_is_and_leads_to_each_other(any_book: Workbook) -> None:
    contents, *others = any_book.worksheets
    assert contents.title == "Contents" and contents["A1"].value
    told = {row[0].value: row for row in contents.iter_rows(min_row=3) if row[0].value}
    assert {"Report", "Withheld", "An empty cell", "Sheet"} <= told.keys()
    for sheet in others:
        link, what, rows, hidden = told[sheet.title]
        assert link.hyperlink.location == f"'{sheet.title}'!A1"
        assert what.value == sheet["A1"].value
        filtered = int(re.sub(r"\D", "", sheet.auto_filter.ref.split(":")[1])) - 2
        cells = [cell.value for row in sheet.iter_rows(min_row=3) for cell in row]
        assert (rows.value, hidden.value) == (filtered, cells.count(WITHHELD))


@pytest.mark.parametrize("name", REPORTS)
def test_the_first_sheet_says_period_branch_and_exports(
    name: str, book: Callable[[str], Workbook]
) -> None:
    rows = book(name).worksheets[0].iter_rows(values_only=True)
    told = {row[0]: row[1] for row in rows if row[0]}
    assert re.fullmatch(r"2026-1[01](-\d\d)?", told["Period"])
    assert told["Branch"] == "all of them" and told["Report"] and "2026" in told["Tells of"]
    exports = {what: when for what, when in told.items() if what.startswith("Exported: ")}
    assert exports and all(isinstance(when, datetime) for when in exports.values())


def test_names_of_sheets_tell_them_apart(any_book: Workbook) -> None:
    names = any_book.sheetnames
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert len(name) <= 31 and not re.search(r"[\[\]:*?/\\]|^'|'$|  | ,", name), name
        alike = re.fullmatch(r"(.+) \d+", name)
        assert not (alike and alike[1] in names), f"{name} is told from {alike} by its number alone"


def test_numbers_and_days_are_no_texts(any_book: Workbook) -> None:
    for sheet in any_book.worksheets[1:]:
        for title, cells in columns(sheet):
            texts = [cell.value for cell in cells if isinstance(cell.value, str)]
            if NAMES.search(title):
                continue
            found = [text for text in texts if NUMBER.fullmatch(text.strip())]
            assert not found, (sheet.title, title, found[:3])


def test_each_cell_has_the_format_of_its_kind(any_book: Workbook) -> None:
    for sheet in any_book.worksheets[1:]:
        for title, cells in columns(sheet):
            numbers = [c for c in cells if isinstance(c.value, (int, float))]
            days = [c for c in cells if isinstance(c.value, (date, datetime))]
            assert all("yy" in cell.number_format for cell in days), (sheet.title, title)
            assert all(cell.number_format != "General" for cell in numbers), (sheet.title, title)
            if re.search(r"\b(share|rate)\b", title, re.IGNORECASE):
                assert all("%" in cell.number_format for cell in numbers), (sheet.title, title)
            whole = all(float(cell.value).is_integer() for cell in numbers)
            shares = all("%" in cell.number_format for cell in numbers)
            money = all("0.00" in cell.number_format for cell in numbers)
            assert whole or shares or money or UNITS.search(title), (
                sheet.title,
                title,
                "has no unit",
            )


def test_what_stands_in_a_column_fits_it(any_book: Workbook) -> None:
    for sheet in any_book.worksheets[1:]:
        # columns of one width may be written as one
        written = sheet.column_dimensions.values()
        widths = {n: each.width for each in written for n in range(each.min, each.max + 1)}
        for place, (title, cells) in enumerate(columns(sheet), start=1):
            width = widths[place]
            assert sheet.cell(2, place).alignment.wrap_text
            assert max(map(len, title.split()), default=0) <= width, (sheet.title, title)
            for cell in cells:
                if isinstance(cell.value, str):
                    fits = len(cell.value) < width or cell.alignment.wrap_text
                elif isinstance(cell.value, (int, float)):
                    fits = len(f"{cell.value:,.0f}") + 2 < width
                else:
                    fits = cell.value is None or width >= 10
                assert fits, (sheet.title, title, cell.value, width)


def test_no_cell_is_a_formula(any_book: Workbook) -> None:
    for sheet in any_book.worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)

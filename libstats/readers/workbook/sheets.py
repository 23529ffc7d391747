"""Workbooks (XLSX, ODS, XLS): every sheet is a part, its cells text as a person would type them."""

from __future__ import annotations

import datetime
import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
)

from libstats.errors import FileRefused
from libstats.readers.part import HEADER_WITHIN, Advance, Count, Part, idle
from libstats.readers.place import ZIP, Place, check_swelling, damaged, in_words, locked
from libstats.readers.workbook import xls
from libstats.readers.workbook.extent import Extent, extents

LARGEST = 1 << 29
MOST_CELLS = 60_000_000

Cell = (
    int
    | float
    | str
    | bool
    | datetime.date
    | datetime.time
    | datetime.datetime
    | datetime.timedelta
)


def cell_text(value: Cell) -> str:
    """A cell's value as a person would type it.

    Dates are 2026-10-31, date-times 2026-10-31 09:30:00, true and false 1 and 0, whole numbers
    digits only, others rounded to the 15 digits that spreadsheets keep; longer ones are
    1.23456789012346E+15, since their last digits are lost. A number in a column of dates stays a
    number: what it means is the source's to say.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        digits = f"{value + 0.0:.15g}"
        return digits.upper() if abs(value) >= 1e15 else format(Decimal(digits), "f")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(value, datetime.datetime):
        return _without_zeros(value.isoformat(" ", "milliseconds"))
    if isinstance(value, datetime.time):
        return _without_zeros(value.isoformat("milliseconds"))
    return cell_text(float(value)) if isinstance(value, int) else value.isoformat()


def _without_zeros(time: str) -> str:
    return time.removesuffix(".000")


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """The errors of calamine in words. On some damaged workbooks it panics, which Python sees as no
    ordinary exception."""
    try:
        yield
    except PasswordError as error:
        raise locked(name) from error
    except CalamineError as error:
        raise damaged(name) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(name) from error


@dataclass(frozen=True)
class Workbook:
    """A workbook's bytes, its fingerprint and, as far as they were counted apart from the reader,
    the
    extents of its sheets.

    held  the sheet that was read last, so that one is not read anew for its headings and its rows
    """

    place: Place
    data: bytes = field(repr=False)
    extents: dict[str, Extent] | None = None
    held: dict[str, CalamineSheet] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def opened(self) -> CalamineWorkbook:
        """The workbook as calamine reads it; FileRefused if it cannot."""
        with _in_words(self.place.name):
            return CalamineWorkbook.from_filelike(io.BytesIO(self.data))

    @cached_property
    def sha256(self) -> str:
        """The fingerprint of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    def rows(self, name: str) -> Iterator[list[Cell]]:
        """The rows of a sheet; FileRefused if it is damaged."""
        with _in_words(replace(self.place, sheet=name).name):
            if name not in self.held:
                self.held.clear()
                self.held[name] = self.opened.get_sheet_by_name(name)
            yield from self.held[name].iter_rows()


@dataclass(frozen=True)
class Sheet(Part):
    """One sheet of a workbook. Blank rows are no records; lines are the rows' numbers in it."""

    workbook: Workbook | None = None

    @property
    def form(self) -> str:
        """That it is a sheet."""
        return "sheet of a workbook"

    @property
    def _book(self) -> Workbook:
        assert self.workbook is not None
        return self.workbook

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells as text) of every row that is not blank."""
        for number, cells in enumerate(self._book.rows(self.place.sheet or ""), start=1):
            row = [cell if type(cell) is str else cell_text(cell) for cell in cells]
            if any(cell.strip() for cell in row):
                yield number, row

    def headers(self) -> Iterator[Sheet]:
        """The sheet under each of its first rows, its blank columns at the end left out."""
        for above, (_, row) in enumerate(islice(self._rows(), HEADER_WITHIN)):
            while not row[-1].strip():
                row.pop()
            yield replace(self, header=tuple(row), preamble=above)

    def firsts(self) -> Iterator[tuple[Sheet, list[list[str]]]]:
        """The sheet and its first rows."""
        yield self, [row for _, row in islice(self._rows(), HEADER_WITHIN)]

    def count(self, advance: Advance = idle) -> Count:
        """Its rows that are not blank, counted in the workbook's XML; in XLS, which has none, as
        calamine gives them."""
        name = self.place.sheet or ""
        known = self._book.extents
        rows = (
            known[name].rows
            if known is not None and name in known
            else sum(1 for _ in self._rows())
        )
        advance(self.place.packed if self.place.is_plain else 0)
        fingerprint = hashlib.sha256(f"{self._book.sha256}#{name}".encode()).hexdigest()
        return Count(fingerprint, len(self._book.data), rows)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells) of every row that is not blank, no fewer cells than headings."""
        width = len(self.header)
        for number, row in islice(self._rows(), self.above, None):
            yield number, row + [""] * (width - len(row))


def sheets(place: Place) -> Iterator[Sheet]:
    """The sheets of the workbook at a place, charts left out.

    Raises FileRefused for a workbook that is damaged, locked, too large, or no workbook (another
    kind of document).
    """
    with place.open() as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise FileRefused(
            f"{place.name}: the workbook is larger than {LARGEST >> 20} MB",
            "Save its sheets as CSV.",
        )
    workbook = Workbook(place, data, _measured(place, data))
    for name, extent in (workbook.extents or {}).items():
        if extent.cells > MOST_CELLS:
            problem = (
                f"{replace(place, sheet=name).name}: it reaches to row {extent.last_row:,} and "
                f"column {extent.last_column:,}, too far for memory"
            )
            raise FileRefused(
                problem, "Delete what lies far from the table, or save the sheets as CSV."
            )
    for number, sheet in enumerate(workbook.opened.sheets_metadata, start=1):
        if sheet.typ == SheetTypeEnum.WorkSheet:
            named = replace(place, sheet=sheet.name, sheet_number=number)
            yield Sheet(named, workbook=workbook)


def _measured(place: Place, data: bytes) -> dict[str, Extent] | None:
    """What the workbook's XML says of its sheets, or None where it has none: it is an old one then.
    FileRefused if it is damaged."""
    if not data.startswith(ZIP):
        xls.check(data, place.name)
        return None
    with in_words(place.name), zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_swelling(place.name, sum(m.file_size for m in archive.infolist()), len(data))
        return extents(archive, place.name)

"""Tables -> a workbook: a sheet a table, the same tables always the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libstats.errors import ReportError
from libstats.privacy.suppression import NOTE, WITHHELD
from libstats.report.page.cells import TOLD
from libstats.report.page.html import TABLES
from libstats.report.page.notebook import NotebookNode
from libstats.report.page.publish import INTERNAL
from libstats.report.page.sheet_names import FIRST, names

__all__ = ["check", "of_notebook", "workbook"]

CREATED = datetime(2000, 1, 1)  # always, so that a workbook repeats to the byte
NARROW, WIDE, BUTTON = 10, 60, 3  # signs that a column has room for; those of a filter's button
# what a spreadsheet would take for the beginning of a formula, once somebody edits the cell
RISKY = ("=", "+", "-", "@", "\t", "\r")
HEAD = 1  # the row of the titles, below the caption
LONGEST_HEADER = 200  # signs; Excel takes no more than 255


def check() -> None:
    """ReportError if the package that writes workbooks is not installed."""
    try:
        import xlsxwriter  # noqa: F401
    except ImportError:
        raise ReportError(
            "workbooks need the package XlsxWriter, which is not installed",
            'Install it: python -m pip install "libstats[excel]"',
        ) from None


def of_notebook(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The tables that an executed notebook shows, in their order."""
    outputs = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output
    ]
    return [table for output in outputs for table in output.data.get(TABLES, [])]


def workbook(
    tables: Sequence[dict[str, Any]],
    title: str,
    about: Mapping[str, Any] | None = None,
) -> bytes:
    """A workbook of tables as `Table.data` gives them: what it is, then a sheet a table.

    Parameters
    ----------
    tables, title : what it holds; the report, its period and place
    about : what the report says of itself: `where`, `period`, `branch`, `exports`

    On a sheet the caption stands in the first row and the titles in the second, both frozen, with
    filters; numbers are numbers, dates are dates, what is not known is empty, an interval has two
    columns. Texts are never formulas.
    """
    check()
    import xlsxwriter

    memory = io.BytesIO()
    with xlsxwriter.Workbook(
        memory, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        book.set_properties({"title": title, "created": CREATED})
        looks = _Looks(book)
        captions = [table["caption"].removesuffix(f". {NOTE}") for table in tables]
        sheets = [
            _Sheet(name, caption, _columns(table), len(table["rows"]))
            for name, caption, table in zip(
                names([t["sheet"] or c for t, c in zip(tables, captions, strict=True)]),
                captions,
                tables,
                strict=True,
            )
        ]
        notes = [INTERNAL] if any(table["has_barcodes"] for table in tables) else []
        _contents(book.add_worksheet(FIRST), sheets, looks, (title, about or {}, notes))
        for sheet in sheets:
            sheet.write(book.add_worksheet(sheet.name), title, looks)
    return memory.getvalue()


class _Looks:
    """Formats of cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[Any, ...], Any]()

    def of(self, number: str = "", **more: Any) -> Any:
        key = (number, *sorted(more.items()))
        if key not in self._made:
            given = {"num_format": number} if number else {}
            self._made[key] = self._book.add_format({"valign": "top", **given, **more})
        return self._made[key]


@dataclass(frozen=True)
class _Column:
    """A column of a sheet: its title, its number format, and the values of rows and foot."""

    heading: str
    number: str
    values: list[Any]

    @property
    def width(self) -> float:
        """The signs it has room for: numbers, which cannot go on in a second line, always fit."""
        cells = [_length(value, self.number) for value in self.values if value is not None]
        longest = max(map(len, self.heading.split()), default=0) + BUTTON
        heading = min(len(self.heading) + BUTTON, 2 * NARROW)
        return min(WIDE, max(NARROW, longest, heading, 2 + max(cells, default=0)))


def _columns(table: dict[str, Any]) -> list[_Column]:
    """The columns of a table; one of intervals becomes two."""
    lines, found = [*table["rows"], *table["foot"]], list[_Column]()
    for place, column in enumerate(table["columns"]):
        values = [line[place] for line in lines]
        if not any(map(_is_interval, values)):
            heading = _headed(column["heading"], column["unit"])
            number = "" if column["format"] == TOLD else column["format"]
            told = list(map(_told, values)) if column["format"] == TOLD else values
            found.append(_Column(heading, number, told))
            continue
        for end in ("low", "high"):
            ends = [value[end] if _is_interval(value) else value for value in values]
            heading = _headed(f"{column['heading']}: {end}", column["unit"] or "days")
            found.append(_Column(heading, column["format"] or "#,##0.0", ends))
    return found


def _is_interval(value: Any) -> bool:
    return isinstance(value, dict) and "low" in value


def _headed(heading: str, unit: str) -> str:
    """A title that says its unit."""
    if not unit or re.search(rf"\b{unit.removesuffix('s')}s?\b", heading, re.IGNORECASE):
        return heading
    return f"{heading} ({unit})"


def _told(value: Any) -> Any:
    """What a text tells: a day, a time, a whole number, or itself."""
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"0|[1-9]\d{0,2}(,\d{3})*", value):  # 0123 is a code, 2026 a year
        return int(value.replace(",", ""))
    if re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return {"at" if " " in value else "on": moment.isoformat()}
    return value


@dataclass(frozen=True)
class _Sheet:
    """A table on its sheet."""

    name: str
    caption: str
    columns: list[_Column]
    rows: int

    @property
    def withheld(self) -> int:
        return sum(value == WITHHELD for column in self.columns for value in column.values)

    def write(self, sheet: Any, title: str, looks: _Looks) -> None:
        sheet.write_string(0, 0, self.caption, looks.of(bold=True))
        sheet.freeze_panes(HEAD + 1, 0)
        for place, column in enumerate(self.columns):
            look = looks.of(bold=True, text_wrap=True, bottom=1)
            sheet.write_string(HEAD, place, column.heading, look)
            sheet.set_column(place, place, column.width)
            for line, value in enumerate(column.values):
                if value is not None:
                    at = (HEAD + 1 + line, place)
                    _write(sheet, at, value, _look(looks, column, value, line >= self.rows))
        if self.columns:
            last = (HEAD + self.rows, len(self.columns) - 1)
            sheet.autofilter(HEAD, 0, *last)  # not the foot: a total stays where it is
            sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        _for_paper(sheet, title)
        sheet.repeat_rows(0, HEAD)


def _for_paper(sheet: Any, title: str) -> None:
    """Landscape, as wide as the paper, with its title and the number of each page."""
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{title[:LONGEST_HEADER].replace('&', '&&')}")
    sheet.set_footer("&L&A&RPage &P of &N")


def _look(looks: _Looks, column: _Column, value: Any, is_foot: bool) -> Any:
    more = {"bold": True} if is_foot else {}
    if isinstance(value, str):
        more |= {"text_wrap": True} if len(value) > column.width - 1 else {}
        more |= {"quote_prefix": True} if value.startswith(RISKY) else {}
    return looks.of(_form(value, column.number), **more)


def _form(value: Any, number: str) -> str:
    """The format of a cell: that of its column, where the kind of its value has no other."""
    if isinstance(value, (bool, str)):
        return ""
    if isinstance(value, dict):
        return "yyyy-mm-dd hh:mm" if "at" in value else number or "yyyy-mm-dd"
    return number or ("#,##0" if isinstance(value, int) else "#,##0.00")


def _length(value: Any, number: str) -> int:
    """How many signs a value takes, or at most takes."""
    if isinstance(value, str):
        return max(map(len, value.splitlines()), default=0)
    if isinstance(value, dict):
        return len(_form(value, number)) + (5 if "mmmm" in number else 0)
    if isinstance(value, bool):
        return 5
    places = len(number.partition(".")[2]) if number else 0 if isinstance(value, int) else 2
    return len(f"{value:,.{places}f}") + 2 * number.endswith("%")


def _write(sheet: Any, place: tuple[int, int], value: Any, look: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(*place, value, look)
    elif isinstance(value, (int, float)):
        sheet.write_number(*place, value, look)
    elif isinstance(value, dict):
        moment = value.get("at") or value["on"]
        sheet.write_datetime(*place, datetime.fromisoformat(moment), look)
    else:
        sheet.write_string(*place, value, look)


def _contents(
    sheet: Any,
    sheets: Sequence[_Sheet],
    looks: _Looks,
    told: tuple[str, Mapping[str, Any], Sequence[str]],
) -> None:
    """The first sheet: what the workbook is, and a line a sheet with a link to it."""
    title, about, notes = told
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 80)
    sheet.set_column(2, 3, 12)
    bold, wrapped = looks.of(bold=True), looks.of(text_wrap=True)
    sheet.write_string(0, 0, title, looks.of(bold=True, font_size=14))
    line = 2
    for name, value in _facts(title, about, sheets, notes):
        sheet.write_string(line, 0, name, bold)
        if isinstance(value, dict):
            _write(sheet, (line, 1), value, looks.of(_form(value, ""), align="left"))
        else:
            sheet.write_string(line, 1, value, wrapped)
        line += 1
    line += 1
    for place, name in enumerate(("Sheet", "What it holds", "Rows", "Withheld")):
        sheet.write_string(line, place, name, looks.of(bold=True, bottom=1))
    for each in sheets:
        line += 1
        link = "internal:'{}'!A1".format(each.name.replace("'", "''"))
        sheet.write_url(line, 0, link, string=each.name)
        sheet.write_string(line, 1, each.caption, wrapped)
        sheet.write_number(line, 2, each.rows, looks.of("#,##0"))
        sheet.write_number(line, 3, each.withheld, looks.of("#,##0"))
    _for_paper(sheet, title)


def _facts(
    title: str, about: Mapping[str, Any], sheets: Sequence[_Sheet], notes: Sequence[str]
) -> list[tuple[str, Any]]:
    """What the workbook is, a line each: its report, period and branch, the exports behind it, what
    was withheld and why."""
    report, _, where = title.partition(": ")
    facts: list[tuple[str, Any]] = [("Report", report)]
    facts += [("Tells of", about.get("where") or where)] if about.get("where") or where else []
    facts += [("Period", about["period"])] if about.get("period") else []
    facts += [("Branch", about["branch"] or "all of them")] if "branch" in about else []
    facts += [(f"Exported: {row['export']}", row["newest"]) for row in about.get("exports", ())]
    hidden = [each.name for each in sheets if each.withheld]
    count = sum(each.withheld for each in sheets)
    cells = f"{count:,} {'cell says' if count == 1 else 'cells say'}"
    why = f"{cells} “{WITHHELD}”, on: {'; '.join(hidden)}. {NOTE}" if hidden else "Nothing."
    facts += [
        ("Withheld", why),
        ("An empty cell", "Unknown, or there is none. An interval without a high end is open."),
    ]
    return [*facts, *(("Note", note) for note in notes)]

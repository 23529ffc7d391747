"""Tables -> a workbook: a sheet a table, the same tables always the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from libstats.errors import ReportError
from libstats.report.page.html import TABLES
from libstats.report.page.notebook import NotebookNode

__all__ = ["check", "of_notebook", "workbook"]

CREATED = datetime(2000, 1, 1)  # always, so that a workbook repeats to the byte
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
LONGEST = 31  # signs that a sheet's name may have
FIRST = "Contents"


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


def workbook(tables: Sequence[dict[str, Any]], title: str) -> bytes:
    """A workbook of tables as `Table.data` gives them: a list of its sheets, then a sheet a table.

    On a sheet the caption stands in the first row and the titles in the second, both frozen;
    numbers are numbers, dates are dates, what is not known is empty. Texts are never formulas.
    """
    check()
    import xlsxwriter

    memory = io.BytesIO()
    with xlsxwriter.Workbook(
        memory, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        book.set_properties({"title": title, "created": CREATED})
        looks = _Looks(book)
        names = _names([table["caption"] for table in tables])
        contents = book.add_worksheet(FIRST)
        contents.set_column(0, 1, 40)
        contents.write_string(0, 0, title, looks.of("", bold=True))
        for place, (name, table) in enumerate(zip(names, tables, strict=True), start=2):
            contents.write_url(
                place, 0, "internal:'{}'!A1".format(name.replace("'", "''")), string=name
            )
            contents.write_string(place, 1, table["caption"])
            _sheet(book.add_worksheet(name), table, looks)
    return memory.getvalue()


class _Looks:
    """Formats of cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, {}  # type: ignore[var-annotated]

    def of(self, form: str, bold: bool = False) -> Any:
        if (form, bold) not in self._made:
            self._made[form, bold] = self._book.add_format(
                {"bold": bold, **({"num_format": form} if form else {})}
            )
        return self._made[form, bold]


def _names(captions: Sequence[str]) -> list[str]:
    """Names of sheets: allowed signs, not too long, each once."""
    names: list[str] = []
    taken = {FIRST.casefold(), "history"}  # the second is Excel's own
    for caption in captions:
        plain = " ".join(FORBIDDEN.sub(" ", caption).split()).strip("' ") or "Table"
        name, again = _short(plain, LONGEST), 1
        while name.casefold() in taken:
            again += 1
            name = f"{_short(plain, LONGEST - len(str(again)) - 1)} {again}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _short(text: str, longest: int) -> str:
    """A text cut where a word ends, without a comma at its end."""
    if len(text) <= longest:
        return text
    cut = text[: longest + 1].rpartition(" ")[0] or text[:longest]
    return cut.rstrip(" ,.;'")


def _sheet(sheet: Any, table: dict[str, Any], looks: _Looks) -> None:
    sheet.write_string(0, 0, table["caption"], looks.of("", bold=True))
    sheet.freeze_panes(2, 0)
    for place, column in enumerate(table["columns"]):
        sheet.write_string(1, place, column["heading"], looks.of("", bold=True))
        texts = [
            column["heading"],
            *(str(row[place]) for row in table["rows"] if isinstance(row[place], str)),
        ]
        sheet.set_column(place, place, min(60, max(12, 2 + max(map(len, texts)))))
    forms = [column["format"] for column in table["columns"]]
    foot = 2 + len(table["rows"])
    for line, row in enumerate((*table["rows"], *table["foot"]), start=2):
        for place, value in enumerate(row):
            if value is not None:
                look = looks.of(_form(value, forms[place]), bold=line >= foot)
                _write(sheet, (line, place), value, look)


def _form(value: Any, form: str) -> str:
    """The format of a cell: that of its column, where the kind of its value has no other."""
    if isinstance(value, (bool, str)):
        return ""
    if isinstance(value, dict):
        return "yyyy-mm-dd hh:mm" if "at" in value else form or "yyyy-mm-dd"
    return form or ("#,##0" if isinstance(value, int) else "#,##0.00")


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

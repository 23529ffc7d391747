"""Rows counted by scanning are those that the other reader counts, whatever the XML."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from libstats.errors import FileRefused
from libstats.readers.workbook import extent, scan
from tests.support.books import write_xlsx
from tests.support.doors import shut

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>'
END = '</sheetData><rowBreaks count="1"><brk id="5"/></rowBreaks></worksheet>'


def rows(book: Path) -> int | str:
    """The rows of its only sheet, or that it is refused."""
    try:
        with zipfile.ZipFile(book) as archive:
            return next(iter(extent.extents(archive, "book").values())).rows
    except FileRefused:
        return "refused"


@pytest.mark.parametrize(
    ("xml", "count"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="A3" t="s"><v>0</v></c></row>', 1),
        ('<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" s="1"/></row>', 1),
        ('<row><c><v>1</v></c></row><row/><row><c t="e"><v>#REF!</v></c></row>', 1),
        ('<row r="1"><c r="A1"><f t="shared" si="0">A2</f><v>8</v></c></row>', 1),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A2"><v>1</v></c></row>', 2),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t> </t></is></c></row>', 0),
        ('<row r="1"><c r="A1" t="inlineStr"><is><r><t> </t></r><r><t>x</t></r></is></c></row>', 1),
        ('<row r="1"><c r="A1" t="str"><v>&#32;</v></c></row>', 0),
        ('<row r="1"><c r="A1" t="str"><v>a&amp;b</v></c></row>', 1),
        ('<row r="1"><!-- <row r="2"> --><c r="A1"><v>1</v></c></row>', 1),
        ('<row r="1"><c r="A1"><v><![CDATA[<row>]]></v></c></row>', 1),
        ('<row r="1"><c r="A1" t="odd"><v>1</v></c></row>', "refused"),
        ('<row r="1"><c r="A1"><v>1</v></c>', "refused"),
        ('<row spans="1:2" r="7"><c s="3" r="B7"><v>1</v></c></row>', 1),
    ],
)
def test_rows_of_odd_xml(xml: str, count: int | str, tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "book.xlsx", {"S": [["x"]]})
    with zipfile.ZipFile(book) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet1.xml"] = f"{HEAD}{xml}{END}".encode()
    members["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{MAIN}"><si><t> </t></si><si><t xml:space="preserve">x</t></si></sst>'
    ).encode()
    with zipfile.ZipFile(book, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    assert rows(book) == count
    with shut(scan):
        assert rows(book) == count


def test_a_sheet_over_several_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows_of = [[n, "" if n % 3 else "text", None, f"b{n}"] for n in range(300)]
    book = write_xlsx(tmp_path / "book.xlsx", {"S": [*rows_of, [None, " "]]})  # type: ignore[list-item]
    for size in (64, 1000, 1 << 20):
        monkeypatch.setattr(scan, "_BLOCK", size)
        assert rows(book) == 300

"""How far a workbook's sheets reach and how many of their rows are not blank, read from its XML:
independent of the reader of cells."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any
from xml.parsers import expat
from zipfile import ZipFile

from libstats.errors import FileRefused
from libstats.readers.place import READS, damaged, locked
from libstats.readers.workbook import scan

_BLOCK = 1 << 20
_SMALL = 10_000_000
# What a cell may be (ECMA-376 part 1, 18.18.11). Of any other kind readers make different things.
_KINDS = {"b", "d", "e", "inlineStr", "n", "s", "str"}
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True)
class Extent:
    """Of one sheet: rows that hold anything, and the last row and column that do."""

    rows: int = 0
    last_row: int = 0
    last_column: int = 0

    @property
    def cells(self) -> int:
        """The cells of the rectangle from the first cell to the last one."""
        return self.last_row * self.last_column


class _Reader:
    """A pass over one XML file. Declarations of entities, which no workbook has, are refused."""

    def __init__(self, archive: ZipFile, member: str, name: str) -> None:
        self.archive, self.member, self.name = archive, member, name
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def _refuse(self, *given: Any) -> None:
        raise damaged(self.name)

    def read(self) -> None:
        """Read it all; FileRefused if it is no XML."""
        try:
            with self.archive.open(self.member) as stream:
                while block := stream.read(_BLOCK):
                    self.parser.Parse(block, False)
                self.parser.Parse(b"", True)
        except (expat.ExpatError, KeyError) as error:
            raise damaged(self.name) from error

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Characters between elements."""


class _Elements(_Reader):
    """The attributes of all elements of one name."""

    def __init__(self, archive: ZipFile, member: str, name: str, wanted: str) -> None:
        super().__init__(archive, member, name)
        self.wanted, self.found = wanted, list[dict[str, str]]()

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag.endswith("}" + self.wanted):
            self.found.append({k.rpartition("}")[2]: v for k, v in given.items()})


class _Strings(_Reader):
    """Which of the shared strings are blank."""

    def __init__(self, archive: ZipFile, member: str, name: str) -> None:
        super().__init__(archive, member, name)
        self.number, self.is_text, self.is_blank, self.blank = 0, False, True, set[str]()

    def start(self, tag: str, given: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        self.is_text = local == "t"
        if local == "si":
            self.is_blank = True

    def end(self, tag: str) -> None:
        self.is_text = False
        if tag.endswith("}si"):
            if self.is_blank:
                self.blank.add(str(self.number))
            self.number += 1

    def text(self, data: str) -> None:
        if self.is_text and data.strip():
            self.is_blank = False


class _Xlsx(_Reader):
    """The rows of one sheet of an XLSX workbook."""

    def __init__(self, archive: ZipFile, member: str, name: str, blank: set[str]) -> None:
        super().__init__(archive, member, name)
        self.blank, self.row, self.column, self.last_row, self.last_column = blank, 0, 0, 0, 0
        self.kind, self.is_value, self.value = "", False, ""
        # a set, since a cell may name another row than the one in which it stands
        self.rows = set[int]()

    def start(self, tag: str, given: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        if local == "c":
            place = re.fullmatch(r"([A-Za-z]+)([0-9]+)", given.get("r", ""))
            self.column = _column(place[1]) if place else self.column + 1
            self.row = int(place[2]) if place else self.row
            self.kind, self.value = given.get("t", "n"), ""
            if self.kind not in _KINDS:
                raise damaged(self.name)
        elif local == "row":
            self.row, self.column = int(given.get("r", self.row + 1)), 0
        self.is_value = local == "v" or (local == "t" and self.kind == "inlineStr")

    def end(self, tag: str) -> None:
        self.is_value = False
        if tag.endswith("}c") and (self.value or self.kind == "inlineStr"):
            self.last_row, self.last_column = (
                max(self.last_row, self.row),
                max(self.last_column, self.column),
            )
            if self.row not in self.rows and self._tells():
                self.rows.add(self.row)

    def _tells(self) -> bool:
        value = self.value.strip()
        return bool(value) and self.kind != "e" and not (self.kind == "s" and value in self.blank)

    def text(self, data: str) -> None:
        if self.is_value:
            self.value += data


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class _Ods(_Reader):
    """The sheets of an ODS workbook. Rows and cells that repeat are written once, with their
    number."""

    def __init__(self, archive: ZipFile, member: str, name: str) -> None:
        super().__init__(archive, member, name)
        self.found, self.sheet, self.row, self.rows, self.column, self.width = (
            dict[str, Extent](),
            "",
            0,
            0,
            0,
            0,
        )
        (
            self.repeat,
            self.tells,
            self.aside,
            self.in_text,
            self.kind,
            self.span,
            self.widest,
            self.last,
        ) = 1, False, 0, False, "", 1, 0, 0
        self.cell = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        named = {k.rpartition("}")[2]: v for k, v in given.items()}
        if local == "table":
            self.sheet, self.row, self.rows, self.last, self.widest = (
                named.get("name", ""),
                0,
                0,
                0,
                0,
            )
        elif local == "table-row":
            self.repeat, self.tells, self.column, self.width = (
                int(named.get("number-rows-repeated", 1)),
                False,
                0,
                0,
            )
        elif local in ("table-cell", "covered-table-cell"):
            self.span, self.kind = (
                int(named.get("number-columns-repeated", 1)),
                named.get("value-type", ""),
            )
            value = next(
                (
                    named[k]
                    for k in ("value", "date-value", "time-value", "boolean-value", "string-value")
                    if k in named
                ),
                "",
            )
            self.cell = bool(value.strip()) if self.kind else False
        elif local == "annotation":
            self.aside += 1
        elif local == "p":
            self.in_text = not self.aside

    def text(self, data: str) -> None:
        if self.in_text and self.kind == "string" and data.strip():
            self.cell = True

    def end(self, tag: str) -> None:
        local = tag.rpartition("}")[2]
        if local == "p":
            self.in_text = False
        elif local == "annotation":
            self.aside -= 1
        elif local in ("table-cell", "covered-table-cell"):
            self.column += self.span
            if self.kind:
                self.width = self.column
            self.tells |= self.cell
        elif local == "table-row":
            self.row += self.repeat
            self.rows += self.repeat if self.tells else 0
            if self.width:
                self.last, self.widest = self.row, max(self.widest, self.width)
        elif local == "table":
            self.found[self.sheet] = Extent(self.rows, self.last, self.widest)


def extents(archive: ZipFile, name: str) -> dict[str, Extent]:
    """The extent of each sheet of an XLSX or ODS workbook.

    Raises FileRefused for a document of another kind, also XLSB, whose sheets are not XML, and for
    one whose XML is damaged.
    """
    members = set(archive.namelist())
    if "xl/workbook.xml" in members:
        return _of_xlsx(archive, members, name)
    if "xl/workbook.bin" in members:
        raise FileRefused(f"{name}: this is a binary workbook (XLSB)", f"Save it as XLSX. {READS}")
    if "Index/Document.iwa" in members:
        raise FileRefused(f"{name}: this is a document of Numbers", f"Export it as XLSX. {READS}")
    if "mimetype" in members and archive.read("mimetype").decode("ascii", "replace").startswith(
        _SPREADSHEET
    ):
        if "META-INF/manifest.xml" in members and b"encryption-data" in archive.read(
            "META-INF/manifest.xml"
        ):
            raise locked(name)
        reader = _Ods(archive, "content.xml", name)
        reader.read()
        return reader.found
    raise FileRefused(f"{name}: this is a document, but not a workbook", READS)


def _of_xlsx(archive: ZipFile, members: set[str], name: str) -> dict[str, Extent]:
    targets = _Elements(archive, "xl/_rels/workbook.xml.rels", name, "Relationship")
    listed = _Elements(archive, "xl/workbook.xml", name, "sheet")
    targets.read()
    listed.read()
    where = {
        t["Id"]: posixpath.normpath(posixpath.join("/xl", t.get("Target", ""))).lstrip("/")
        for t in targets.found
        if "Id" in t
    }
    blank: set[str] = set()
    if "xl/sharedStrings.xml" in members:
        blank = _blank_strings(archive, "xl/sharedStrings.xml", name)
    found = {}
    for sheet in listed.found:
        member = where.get(sheet.get("id", ""), "")
        if "/worksheets/" in f"/{member}" and member in members:
            found[sheet.get("name", "")] = _of_sheet(archive, member, name, blank)
    return found


def _blank_strings(archive: ZipFile, member: str, name: str) -> set[str]:
    """Which of the shared strings are blank."""
    with suppress(scan.Unusual), _xml(archive, member, name) as stream:
        return scan.blank_strings(stream)
    strings = _Strings(archive, member, name)
    strings.read()
    return strings.blank


def _of_sheet(archive: ZipFile, member: str, name: str, blank: set[str]) -> Extent:
    """The extent of one sheet. Scanned, it may count cells that are only coloured: one that would
    be too large is measured exactly."""
    with suppress(scan.Unusual), _xml(archive, member, name) as stream:
        found = Extent(*scan.extent(stream, _KINDS, blank))
        if found.cells < _SMALL:
            return found
    reader = _Xlsx(archive, member, name, blank)
    reader.read()
    return Extent(len(reader.rows), reader.last_row, reader.last_column)


@contextmanager
def _xml(archive: ZipFile, member: str, name: str) -> Iterator[IO[bytes]]:
    """A member to be scanned; FileRefused if it is no XML. Unusual where scanning is shut."""
    if not scan.IS_OPEN:
        raise scan.Unusual
    try:
        with archive.open(member) as stream:
            yield stream
    except (expat.ExpatError, KeyError, UnicodeDecodeError) as error:
        raise damaged(name) from error

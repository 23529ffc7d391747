"""Documents of XML that services give, read piece by piece into rows: which lists there are, and
what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from libstats.errors import FileRefused
from libstats.readers.delimited import LONGEST
from libstats.readers.part import MOST_HEADINGS
from libstats.readers.text import writable

_ANALYTICS = ("report", "QueryResult", "rowset")
# the lists that Alma's services give, and what stands in them; one record may come alone
_ALIKE = {
    "bibs": "bib",
    "courses": "course",
    "fees": "fee",
    "funds": "fund",
    "holdings": "holding",
    "invoices": "invoice",
    "item_loans": "item_loan",
    "items": "item",
    "libraries": "library",
    "licenses": "license",
    "locations": "location",
    "partners": "partner",
    "po_lines": "po_line",
    "portfolios": "portfolio",
    "purchase_requests": "purchase_request",
    "requested_resources": "requested_resource",
    "sets": "set",
    "user_requests": "user_request",
    "user_resource_sharing_requests": "user_resource_sharing_request",
    "users": "user",
    "vendors": "vendor",
}
LISTS = _ALIKE | {row: row for row in _ALIKE.values()} | dict.fromkeys(_ANALYTICS, "Row")
DEEPEST = 100
AGAIN = "Export it again; nothing of it was loaded."


class Pages:
    """Gathers rows from events of expat. Declarations of entities, which no answer has, are
    refused.

    columns  for each column of Analytics its heading and its folder
    """

    def __init__(self, name: str, row: str) -> None:
        self.name, self.row = name, row
        self.columns: dict[str, tuple[str, str]] = {}
        self.is_finished = True
        self.stated: int | None = None
        self.rows: list[tuple[int, dict[str, str]]] = []
        self.lines = self.line = 0
        self.current: dict[str, str] = {}
        self._begin()

    def _begin(self) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.path, self.within, self.text, self.is_leaf, self.has_attributes, self.has_begun = (
            list[str](),
            False,
            "",
            False,
            False,
            False,
        )
        self.has_root, self.fed = False, 0
        self.listed: dict[str, tuple[str, str]] = {}

    def read(self, piece: str | None) -> None:
        """The next piece of a document, or None where one ends; FileRefused if it is no XML."""
        self.has_begun |= bool(piece and piece.strip())
        try:
            if piece:
                self._parse(piece.encode("utf-8", "replace"))
            elif piece is None and self.has_begun:
                self._finish()
        except expat.ExpatError as error:
            problem = f"{self.name}, line {self.lines + error.lineno}: the XML is cut or damaged"
            raise FileRefused(problem, AGAIN) from error

    def _parse(self, piece: bytes) -> None:
        """A piece, in which a document may end and another begin without a declaration."""
        try:
            self.parser.Parse(piece, False)
            self.fed += len(piece)
        except expat.ExpatError as error:
            if expat.errors.messages[error.code] != expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
                raise
            behind = piece[self.parser.ErrorByteIndex - self.fed :]
            self.lines += error.lineno - 1
            self._begin()
            self.has_begun = True
            self._parse(behind)

    def _finish(self) -> None:
        self.parser.Parse(b"", True)
        self.lines += self.parser.CurrentLineNumber - 1
        self._begin()

    def taken(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows that are done, which are forgotten."""
        done, self.rows = self.rows, []
        yield from done

    def _refuse(self, *given: object) -> None:
        raise FileRefused(
            f"{self.name}: it declares entities, which no answer of a library system does", AGAIN
        )

    def _check_root(self, root: str) -> None:
        """FileRefused for a document that is no page of the same list: an error that the service
        told instead of one would be passed over."""
        self.has_root = True
        if self.row != LISTS.get(root):
            problem = (
                f"{self.name}, line {self.lines + self.parser.CurrentLineNumber}: "
                "what begins there is no page like the first one: it may be the message of an "
                "error"
            )
            raise FileRefused(problem, AGAIN)

    def _start(self, tag: str, given: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        named = {name.rpartition(":")[2]: value for name, value in given.items()}
        if not self.has_root:
            self._check_root(local)
        self.text, self.is_leaf, self.has_attributes = "", True, bool(given)
        if self.within:
            self._check_inner(local)
            self.path.append(local)
            for name, value in named.items():
                self._put(".".join([*self.path, name]), value)
        elif local == self.row:
            self.within, self.current, self.line = (
                True,
                {},
                self.lines + self.parser.CurrentLineNumber,
            )
        elif local in _ALIKE and re.fullmatch("[0-9]{1,18}", named.get("total_record_count", "")):
            self.stated = max(self.stated or 0, int(named["total_record_count"]))
        elif local == "schema":
            self.listed = {}
        elif local == "element" and named.get("name", "").startswith("Column"):
            self.listed[named["name"]] = (
                named.get("columnHeading", "").strip(),
                named.get("tableHeading", "").strip(),
            )

    def _check_inner(self, local: str) -> None:
        """FileRefused for a row in a row, which is counted as two, and for what no record is: paths
        without end grow with the square of their depth."""
        where = f"{self.name}, line {self.lines + self.parser.CurrentLineNumber}"
        if local == self.row:
            raise FileRefused(f"{where}: a row begins before the one before it ends", AGAIN)
        if len(self.path) >= DEEPEST or len(self.current) > MOST_HEADINGS:
            raise FileRefused(
                (
                    f"{where}: a row has elements in elements without end, "
                    f"or more than {MOST_HEADINGS:,} values"
                ),
                "This is no list of alike records.",
            )

    def _end(self, tag: str) -> None:
        local = tag.rpartition(":")[2]
        if self.within and self.path:
            if self.is_leaf:
                self._put(
                    ".".join([*self.path, "value"] if self.has_attributes else self.path), self.text
                )
            self.path.pop()
        elif self.within:
            self.within = False
            self.rows.append((self.line, self.current))
        elif local == "schema":
            self._take_columns()
        elif local == "IsFinished":
            self.is_finished = self.text.strip().lower() != "false"
        self.text, self.is_leaf = "", False

    def _text(self, data: str) -> None:
        self.text += data
        if len(self.text) > LONGEST:
            problem = (
                f"{self.name}, line {self.lines + self.parser.CurrentLineNumber}: "
                f"a text has more than {LONGEST >> 20} million characters"
            )
            raise FileRefused(problem, "This is no list of rows. Nothing of it was loaded.")

    def _put(self, path: str, value: str) -> None:
        text = writable(value)
        self.current[path] = f"{self.current[path]}; {text}" if path in self.current else text

    def _take_columns(self) -> None:
        if self.columns and self.listed != self.columns:
            raise FileRefused(
                (
                    f"{self.name}: a page has other columns than the one before it: "
                    "two reports stand in one file"
                ),
                "Save each report in a file of its own.",
            )
        self.columns = self.listed

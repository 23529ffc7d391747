"""XML of web services: answers of Alma's Analytics, page by page, and lists of records as its other
services give them.

An answer of Analytics tells its headings on the first page alone; the next pages may stand behind
it in one file, or within JSON ({"anies": ["<?xml ..."]}), all in one answer, answers one behind the
other, or in a list. A blank value is an element that is
not there; namespaces come and go, so that names are compared without. In other lists what stands
within a record is a column of its own, `item_data.library.desc`, as in the JSON of the same
services.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from xml.parsers import expat

from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers.delimited import LONGEST, Delimited
from libstats.readers.part import MOST_HEADINGS, Advance, Count, Part, idle
from libstats.readers.text import blocks, writable

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
_LISTS = _ALIKE | {row: row for row in _ALIKE.values()} | dict.fromkeys(_ANALYTICS, "Row")
START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>\s*)?"
    rf"<(?:[\w.-]+:)?({'|'.join(_LISTS)})[\s/>]"
)
# what a service answers that did not do what it was asked
FAILED = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:[\w.-]+:)?web_service_result[\s/>]")
WRAPPED = re.compile(r'\s*(?:\[\s*)?\{\s*"anies"\s*:\s*\[\s*"')
LARGEST = 1 << 28
DEEPEST = 100
_BETWEEN = " \t\r\n\ufeff\x1e"
_DECLARATION = re.compile(r"<\?xml\s[^>]*\?>")
_AGAIN = "Export it again; nothing of it was loaded."


@dataclass(frozen=True)
class Answer(Part):
    """The rows of an answer.

    row         the name of the element that is a row
    is_wrapped  True if the XML stands in strings of JSON
    columns     for each heading the path at which its values stand
    is_whole    False if the answer says that pages are missing
    stated      the number of all records, as lists say it
    """

    encoding: str = "utf-8"
    row: str = "Row"
    is_wrapped: bool = False
    columns: tuple[str, ...] = ()
    is_whole: bool = True
    stated: int | None = None

    @property
    def form(self) -> str:
        """What its XML is, and where."""
        return (
            f"XML{' in JSON' if self.is_wrapped else ''}, "
            f"{'an answer of Analytics' if self.row == 'Row' else 'a list of records'}"
        )

    def headers(self) -> Iterator[Answer]:
        """The rows under their headings: those that the first page tells, else all paths.
        NotLoadedYet for an answer without rows."""
        pages, paths, is_empty = _Pages(self.name, self.row), dict[str, None](), True
        for _, values in self._rows(pages, idle):
            is_empty = False
            paths |= dict.fromkeys(values)
            if len(paths) > MOST_HEADINGS:
                raise FileRefused(
                    f"{self.name}: its records have more than {MOST_HEADINGS:,} headings",
                    "This is no list of alike records.",
                )
        if is_empty:
            raise NotLoadedYet(f"{self.name}: it holds no rows")
        if self.row != "Row":
            # an element has its name for people as an attribute, or nothing beside its value
            pages.columns = {path: (path, "") for path in paths if f"{path}.value" not in paths}
        elif not pages.columns or not any(heading for heading, _ in pages.columns.values()):
            problem = (
                f"{self.name}: it does not say what its columns are; the first page alone does, "
                "and only with col_names=true"
            )
            raise FileRefused(
                problem, "Save all pages one behind the other in one file, the first one first."
            )
        yield replace(
            self,
            header=_headings(pages.columns),
            columns=tuple(pages.columns),
            is_bare=True,
            is_whole=pages.is_finished,
            stated=pages.stated,
        )

    def firsts(self) -> Iterator[tuple[Answer, list[list[str]]]]:
        """Nothing: its headings stand in it."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count the tags with which its rows begin, without parsing any."""
        digest, size, found, rest = hashlib.sha256(), 0, 0, ""
        tag = re.compile(rf"(?:<|\\u003[cC])(?:[\w.-]+:)?{self.row}[\s/>\\]")

        def seen(block: bytes) -> None:
            nonlocal size
            digest.update(block)
            size += len(block)
            advance(len(block) if self.place.is_plain else 0)

        for text in blocks(self.place, self.encoding, seen):
            rest += text
            last = 0
            for match in tag.finditer(rest):
                found, last = found + 1, match.end()
            rest = rest[max(last, len(rest) - 80) :]
        return Count(digest.hexdigest(), size, found)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line on which it begins, values in the order of the headings) of every row."""
        for line, values in self._rows(_Pages(self.name, self.row), advance):
            yield (
                line,
                [
                    values.get(path) or values.get(path.removesuffix(".value"), "")
                    for path in self.columns
                ],
            )

    def lacks(self, rows: int) -> str | None:
        """That its last page is not the last one, or that it is one of several, if it says so."""
        if self.stated is not None and self.stated > rows:
            return (
                f"it says that there are {self.stated:,} records and holds {rows:,}: "
                "it is one page of a longer answer. Export the other pages too"
            )
        return (
            None
            if self.is_whole
            else (
                "its last page says that more pages follow: save them all in one file, "
                "one behind the other"
            )
        )

    def _rows(self, pages: _Pages, advance: Advance) -> Iterator[tuple[int, dict[str, str]]]:
        text = blocks(
            self.place,
            self.encoding,
            lambda block: advance(len(block) if self.place.is_plain else 0),
        )
        for piece in _pieces(_unwrapped(text, self.name) if self.is_wrapped else text):
            pages.read(piece)
            yield from pages.taken()
        pages.read(None)


def probe(text: Delimited) -> Answer | None:
    """The answer in a text, if it begins as one of the known ones does."""
    if FAILED.match(text.head):
        raise FileRefused(
            f"{text.name}: it is the message of an error, which the service gave instead of an "
            "answer",
            _AGAIN,
        )
    is_wrapped = bool(WRAPPED.match(text.head))
    start = START.match(text.head)
    if not start and not is_wrapped:
        return None
    return Answer(
        text.place,
        encoding=text.encoding,
        row=_LISTS[start[1]] if start else "Row",
        is_wrapped=is_wrapped,
    )


def _headings(columns: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """The headings; where two columns have the same one, its folder's name stands before it."""
    often = Counter(heading for heading, _ in columns.values())
    return tuple(
        f"{folder} {heading}" if often[heading] > 1 and folder else heading
        for heading, folder in columns.values()
    )


def _unwrapped(text: Iterator[str], name: str) -> Iterator[str]:
    """The XML in the strings of JSON, which are small: the service gives a thousand rows at
    once."""
    held = ""
    for block in text:
        held += block
        if len(held) > LARGEST:
            raise FileRefused(
                f"{name}: more than {LARGEST >> 20} MB of XML stand in JSON",
                "Ask the service for XML itself.",
            )
    try:
        answers = list(_values(held))
    except (ValueError, RecursionError) as error:
        raise FileRefused(f"{name}: the JSON is cut or damaged", _AGAIN) from error
    pages = [page for answer in answers for page in _listed(answer)]
    if not all(isinstance(page, str) for page in pages):
        raise FileRefused(f"{name}: a page in the JSON is no XML", _AGAIN)
    yield from (
        page if _DECLARATION.match(page) else f'<?xml version="1.0"?>{page}'
        for page in map(writable, pages)
    )


def _values(text: str) -> Iterator[Any]:
    """The answers in JSON that stand one behind the other, or in lists."""
    at, end = 0, len(text.rstrip(_BETWEEN))
    while at < end:
        at += len(text) - at - len(text[at:].lstrip(_BETWEEN))
        value, at = json.JSONDecoder(strict=False).raw_decode(text, at)
        yield from value if isinstance(value, list) else [value]


def _listed(answer: Any) -> list[Any]:
    """The pages in an answer; one that is none where it holds no list of them."""
    pages = answer.get("anies") if isinstance(answer, dict) else None
    return pages if isinstance(pages, list) else [None]


def _pieces(text: Iterator[str]) -> Iterator[str | None]:
    """The text, cut between tags; None where another document begins. Declarations of XML are left
    out: what they say of letters is done already."""
    held = ""
    for block in text:
        held += block.replace("\ufeff", "")  # one may stand before each page
        opened = held.rfind("<")
        cut = opened if opened > held.rfind(">") else len(held)
        first, *others = _DECLARATION.split(held[:cut])
        held = held[cut:]
        yield first
        for other in others:
            yield None
            yield other
    yield held


class _Pages:
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
            raise FileRefused(problem, _AGAIN) from error

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
            f"{self.name}: it declares entities, which no answer of a library system does", _AGAIN
        )

    def _check_root(self, root: str) -> None:
        """FileRefused for a document that is no page of the same list: an error that the service
        told instead of one would be passed over."""
        self.has_root = True
        if self.row != _LISTS.get(root):
            problem = (
                f"{self.name}, line {self.lines + self.parser.CurrentLineNumber}: "
                "what begins there is no page like the first one: it may be the message of an "
                "error"
            )
            raise FileRefused(problem, _AGAIN)

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
            raise FileRefused(f"{where}: a row begins before the one before it ends", _AGAIN)
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

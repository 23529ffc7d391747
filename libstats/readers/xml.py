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

from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers.delimited import Delimited
from libstats.readers.part import MOST_HEADINGS, Advance, Count, Part, idle
from libstats.readers.text import blocks, writable
from libstats.readers.xml_pages import AGAIN, LISTS, Pages

START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>\s*)?"
    rf"<(?:[\w.-]+:)?({'|'.join(LISTS)})[\s/>]"
)
# what a service answers that did not do what it was asked
FAILED = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:[\w.-]+:)?web_service_result[\s/>]")
WRAPPED = re.compile(r'\s*(?:\[\s*)?\{\s*"anies"\s*:\s*\[\s*"')
LARGEST = 1 << 28
_BETWEEN = " \t\r\n\ufeff\x1e"
_APART = re.compile(rf"[{_BETWEEN}]*[,;]?[{_BETWEEN}]*")
DECLARATION = re.compile(r"<\?xml\s[^>]*\?>")


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
        pages, paths, is_empty = Pages(self.name, self.row), dict[str, None](), True
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
            header=headings_of(pages.columns),
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
        for line, values in self._rows(Pages(self.name, self.row), advance):
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

    def _rows(self, pages: Pages, advance: Advance) -> Iterator[tuple[int, dict[str, str]]]:
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
            AGAIN,
        )
    is_wrapped = bool(WRAPPED.match(text.head))
    start = START.match(text.head)
    if not start and not is_wrapped:
        return None
    return Answer(
        text.place,
        encoding=text.encoding,
        row=LISTS[start[1]] if start else "Row",
        is_wrapped=is_wrapped,
    )


def headings_of(columns: dict[str, tuple[str, str]]) -> tuple[str, ...]:
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
        raise FileRefused(f"{name}: the JSON is cut or damaged", AGAIN) from error
    pages = [page for answer in answers for page in _listed(answer)]
    if not all(isinstance(page, str) for page in pages):
        raise FileRefused(f"{name}: a page in the JSON is no XML", AGAIN)
    yield from (
        page if DECLARATION.match(page) else f'<?xml version="1.0"?>{page}'
        for page in map(writable, pages)
    )


def _values(text: str) -> Iterator[Any]:
    """The answers in JSON that stand one behind the other, or in lists."""
    at = len(text) - len(text.lstrip(_BETWEEN))
    while at < len(text):
        value, at = json.JSONDecoder(strict=False).raw_decode(text, at)
        yield from value if isinstance(value, list) else [value]
        if apart := _APART.match(text, at):
            at = apart.end()


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
        first, *others = DECLARATION.split(held[:cut])
        held = held[cut:]
        yield first
        for other in others:
            yield None
            yield other
    yield held

"""JSON: a list of records, an answer that holds one ({"loans": [...], "totalRecords": 2}), or a
record a line; and pages of these, one behind the other or in a list of their own.

A record is a row. What stands within it is a column of its own, `status.name`; a list of plain
values is one text with semicolons; a list of records within a record (notes, contributors) is not
read. Records are read one by one, however long the file is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers.delimited import LONGEST, Delimited
from libstats.readers.part import MOST_HEADINGS, Advance, Count, Part, idle
from libstats.readers.text import blocks, writable

START = re.compile(r"\s*(\[\s*(\[\s*)?[\]{]|\{\s*[\"}])")
_LISTS = re.compile(r"\s*\[\s*\[\s*[\]{]")
# an answer: before its list there may be what is said of all records
_ANSWER = re.compile(
    r"\s*(?P<list>\[\s*)?(?P<answer>\{)\s*"
    r"(\"(total\w*|currency|count|offset|limit|link)\"\s*:\s*(\d[\d.]*|\"[^\"\\]*\"|null)\s*,\s*)*"
    r"\"[^\"\\]*\"\s*:\s*\[\s*[{\]]",
    re.IGNORECASE,
)
# what a record has and an answer has not: a number of its own
_OWN_NUMBER = re.compile("_?id|pid|.*_id|.*[a-z]Id|[nN]umber|.*_number|.*Number")
_TOTALS = ("totalrecords", "totalrecordcount")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
# between pages there may be byte-order marks, and the marks of JSON text sequences
_SPACE = re.compile("[ \t\r\n\ufeff\x1e]*")
_LIST = re.compile(r"\[\s*\{")
_TOO_DEEP = "brackets within brackets without end"
_AGAIN = "Export it again; nothing of it was loaded."
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, strict=False)


@dataclass(frozen=True)
class Records(Part):
    """Records in JSON.

    depth     how many brackets of its page stand around each: 0 (a record a line), 1 (a list), 2
              (an answer that holds a list)
    is_paged  True if the pages stand in a list
    stated    the number of all records, as the answers say it
    spelled   for each heading the paths that read like it
    """

    encoding: str = "utf-8"
    depth: int = 1
    is_paged: bool = False
    spelled: tuple[tuple[str, ...], ...] = ()
    stated: int | None = None

    @property
    def form(self) -> str:
        """How the records stand in it."""
        form = ("a record a line", "a list of records", "a list of records in an answer")[
            self.depth
        ]
        return f"JSON, {form}{', in a list of pages' if self.is_paged else ''}"

    def headers(self) -> Iterator[Records]:
        """The records under all headings that any of them has. NotLoadedYet for an answer without
        records, FileRefused for what is no JSON."""
        stream, paths, is_empty = _Stream(self, idle), dict[str, None](), True
        for _, record in stream.objects():
            is_empty = False
            paths |= dict.fromkeys(record)
            if len(paths) > MOST_HEADINGS:
                raise FileRefused(
                    f"{self.name}: its records have more than {MOST_HEADINGS:,} headings",
                    "This is no list of alike records.",
                )
        if is_empty:
            raise NotLoadedYet(f"{self.name}: it holds no records")
        spelled = _distinct(paths)
        yield replace(
            self,
            header=tuple(alike[0] for alike in spelled),
            spelled=spelled,
            is_bare=True,
            stated=stream.stated,
        )

    def firsts(self) -> Iterator[tuple[Records, list[list[str]]]]:
        """Nothing: its headings stand in it."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its records by their brackets, without decoding any."""
        digest, counter, size = hashlib.sha256(), _Brackets(self.depth, self.is_paged), 0

        def seen(block: bytes) -> None:
            nonlocal size
            digest.update(block)
            size += len(block)
            advance(len(block) if self.place.is_plain else 0)

        for text in blocks(self.place, self.encoding, seen):
            counter.add(text.encode("utf-8", "replace"))
        return Count(digest.hexdigest(), size, counter.found)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line on which it begins, values in the order of the headings) of every record."""
        also = [(at, alike[1:]) for at, alike in enumerate(self.spelled) if alike[1:]]
        for line, record in _Stream(self, advance).objects():
            row = [record.get(alike[0], "") for alike in self.spelled]
            for at, others in also:
                row[at] = row[at] or next(filter(None, map(record.get, others)), "")
            yield line, row

    def lacks(self, rows: int) -> str | None:
        """That it is one page of a longer answer, if it says so."""
        if self.stated is None or self.stated <= rows:
            return None
        return (
            f"it says that there are {self.stated:,} records and holds {rows:,}: "
            "it is one page of a longer answer. Export the other pages too"
        )


def probe(text: Delimited) -> Records | None:
    """The records in a text, if it begins as JSON does."""
    if not START.match(text.head):
        return None
    answer = _answer(text.head)
    is_list = text.head.lstrip().startswith("[")
    return Records(
        text.place,
        encoding=text.encoding,
        depth=2 if answer else int(is_list),
        is_paged=bool(answer and answer["list"]) or bool(_LISTS.match(text.head)),
    )


def _answer(head: str) -> re.Match[str] | None:
    """The beginning of an answer; None for that of a record which holds a list of others."""
    found = _ANSWER.match(head)
    if found is None:
        return None
    try:
        value, _ = _DECODER.raw_decode(head, found.start("answer"))
    except (json.JSONDecodeError, RecursionError):  # it goes on behind the head
        return found
    return None if any(_OWN_NUMBER.fullmatch(key) for key in value) else found


def flat(record: dict[str, Any], above: str = "") -> dict[str, str]:
    """The values of a record by their paths, as text: null is blank, lists of records are left
    out."""
    found: dict[str, str] = {}
    for key, value in record.items():
        path = f"{above}{writable(key)}"
        if isinstance(value, dict):
            found |= flat(value, f"{path}.")
        elif not isinstance(value, list):
            found[path] = _text(value)
        elif not any(isinstance(each, (dict, list)) for each in value):
            found[path] = "; ".join(map(_text, value))
    return found


def _text(value: str | bool | None) -> str:
    return (
        "" if value is None else writable(value) if isinstance(value, str) else str(value).lower()
    )


def _distinct(paths: dict[str, None]) -> tuple[tuple[str, ...], ...]:
    """The paths, those together that read alike, the shortest first: where itemId stands, item.id
    says no more; pages of two releases may spell one path in two ways."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths, key=lambda p: p.count(".")):
        found.setdefault(re.sub(r"[\W_]", "", path).casefold(), []).append(path)
    return tuple(tuple(alike) for alike in found.values())


class _Stream:
    """The objects of a JSON text one by one, each decoded when enough of the text was read."""

    def __init__(self, part: Records, advance: Advance) -> None:
        self.part, self.buffer, self.at, self.line = part, "", 0, 1
        self.blocks = blocks(
            part.place,
            part.encoding,
            lambda block: advance(len(block) if part.place.is_plain else 0),
        )
        self.stated: int | None = None
        self.listed: str | None = None

    def objects(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, values by their paths) of every record. FileRefused where the text is no JSON, or
        ends before its time."""
        while self._next():
            yield from self._series(self._page) if self.part.is_paged else self._page()
            if self._next() in (",", ";"):  # scripts put one between pages
                self.at += 1

    def _page(self) -> Iterator[tuple[int, dict[str, str]]]:
        if self.part.depth == 2:
            yield from self._answer()
        elif self.part.depth == 1:
            yield from self._series(self._record)
        else:
            yield from self._record()

    def _record(self) -> Iterator[tuple[int, dict[str, str]]]:
        self._next()
        line, value = self.line, self._value()
        if not isinstance(value, dict):
            raise self._refusal(line, "what stands there is no record")
        try:
            yield line, flat(value)
        except RecursionError as error:  # the decoder of newer Pythons goes deeper
            raise self._refusal(line, _TOO_DEEP) from error

    def _series(
        self, each: Callable[[], Iterator[tuple[int, dict[str, str]]]]
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """What stands in a list, one by one."""
        self._take("[")
        if self._next() != "]":
            yield from each()
            while self._next() == ",":
                self._take(",")
                yield from each()
        self._take("]")

    def _answer(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The records of the list in an answer; its total is noted, all else passed over.
        FileRefused for what has none, though it is not empty."""
        self._next()
        line, had_list, had_records, holds_more = self.line, False, False, False
        self._take("{")
        while self._next() != "}":
            key = self._value()
            self._take(":")
            if self._next() == "[" and self._holds_records():
                self._check_list(str(key), had_records)
                had_list = had_records = True
                yield from self._series(self._record)
            else:
                value = self._value()
                had_list |= value == []
                if isinstance(value, list) and any(isinstance(each, dict) for each in value):
                    raise self._refusal(
                        self.line, "a list ends there of which some are records and others are none"
                    )
                holds_more |= not self._total(key, value) and value not in (None, [])
            if self._next() != "}":
                self._take(",")
        self._take("}")
        if holds_more and not had_list:
            raise self._refusal(
                line,
                (
                    "what begins there holds no list of records, as what stands before it does: "
                    "it may be the message of an error"
                ),
            )

    def _check_list(self, name: str, is_second: bool) -> None:
        """FileRefused for two lists in one answer, or another list than that of the page before."""
        before, self.listed = self.listed, name
        if is_second:
            raise self._refusal(
                self.line,
                (
                    "a second list of records begins, as in an answer that tells all of one "
                    "person or thing: save each list alone"
                ),
            )
        if before not in (None, name):
            raise self._refusal(
                self.line,
                (
                    "another list of records begins than on the page before it: "
                    "save each list in a file of its own"
                ),
            )

    def _holds_records(self) -> bool:
        while len(self.buffer) - self.at < 1000 and self._more():
            pass
        return bool(_LIST.match(self.buffer, self.at))

    def _total(self, key: Any, value: Any) -> bool:
        """True if it is the number of all records, which is kept where it can be one."""
        if str(key).replace("_", "").casefold() not in _TOTALS:
            return False
        if re.fullmatch("[0-9]{1,18}", str(value)):
            self.stated = max(self.stated or 0, int(value))
        return True

    def _more(self) -> bool:
        """Read as much as is held already, and no less than a block; False at the end."""
        wanted, held = len(self.buffer) - self.at, [self.buffer[self.at :]]
        for block in self.blocks:
            held.append(block)
            wanted -= len(block)
            if wanted <= 0:
                break
        self.buffer, self.at = "".join(held), 0
        return len(held) > 1

    def _next(self) -> str:
        """The next character that is no space, or nothing at the end."""
        while True:
            match = _SPACE.match(self.buffer, self.at)
            self._skip(match.end() if match else self.at)
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._more():
                return ""

    def _skip(self, end: int) -> None:
        self.line += self.buffer.count("\n", self.at, end)
        self.at = end

    def _take(self, wanted: str) -> None:
        found = self._next()
        if found != wanted:
            raise self._refusal(
                self.line,
                f"{wanted} should stand there"
                if found
                else "the file ends in the middle: it is cut",
            )
        self.at += 1

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
            except RecursionError as error:
                raise self._refusal(self.line, _TOO_DEEP) from error
            except json.JSONDecodeError as error:
                if len(self.buffer) - self.at > LONGEST or not self._more():
                    raise self._refusal(
                        self.line, "what begins there is no JSON, or is cut"
                    ) from error
                continue
            if end == len(self.buffer) and self._more():
                continue
            self._skip(end)
            return value

    def _refusal(self, line: int, problem: str) -> FileRefused:
        return FileRefused(f"{self.part.name}, line {line}: {problem}", _AGAIN)


class _Brackets:
    """Counts over blocks the braces that open at one depth; in an answer, only those in a list."""

    def __init__(self, depth: int, is_paged: bool) -> None:
        self.depth, self.is_answer = depth + is_paged, depth == 2
        self.now, self.found, self.rest, self.parent = 0, 0, b"", 0

    def add(self, block: bytes) -> None:
        """The next bytes. A string that is not closed in them waits for the next."""
        text = _STRING.sub(b"", self.rest + block)
        bare, quote, rest = text.partition(b'"')
        self.rest = quote + rest
        data = np.frombuffer(bare, dtype=np.uint8)
        marks = data[np.isin(data, list(b"{}[]"))]
        steps = np.where(np.isin(marks, list(b"{[")), 1, -1)
        before = self.now + np.cumsum(steps) - steps
        self.now += int(steps.sum())
        opened = np.flatnonzero((marks == ord("{")) & (before == self.depth))
        self.found += (
            self._in_lists(marks, opened, np.flatnonzero((steps == 1) & (before == self.depth - 1)))
            if self.is_answer
            else len(opened)
        )

    def _in_lists(self, marks: np.ndarray, opened: np.ndarray, parents: np.ndarray) -> int:
        kinds = np.concatenate(([self.parent], marks[parents]))
        self.parent = int(kinds[-1])
        return int((kinds[np.searchsorted(parents, opened)] == ord("[")).sum())

"""A report as JSON, as COUNTER's API gives it: release 5 and 5.1.

What is 0 is left out of it. Its items are read one by one, however long it is. Answers that are no
report (an exception alone, a list of them) name no report and no month, so that nothing can be made
of them; a report with exceptions and no items says of its months why.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from libstats.errors import FileRefused
from libstats.readers.counter import preamble
from libstats.readers.counter.items import Combined, combined
from libstats.readers.counter.months import between
from libstats.readers.counter.preamble import AGAIN, folded
from libstats.readers.counter.report import Facts, Report, Row
from libstats.readers.part import Count
from libstats.readers.place import Place
from libstats.readers.text import blocks

__all__ = ["Answer", "found"]

_BEGINS = re.compile(r'[\s\ufeff]*(?:[\[{]\s*)+"|[\s\ufeff]*"\{')
_OF_REPORT = re.compile(r'\\?"report_?(?:header|items)\\?"\s*:', re.IGNORECASE)
_EXCEPTION = re.compile(
    r'[\s\ufeff]*(?:[\[{]\s*)+(?:"exceptions?"\s*:\s*[\[{][\s{]*)?(?:"(?:severity|message|data|help_?url)"'
    r'\s*:\s*(?:"(?:[^"\\]|\\.)*"|-?\d+|null)\s*,\s*)*"(?:code|number)"\s*:\s*"?(\d{1,4})\b',
    re.IGNORECASE,
)
_SAYS = re.compile(r'"(?:message|severity)"\s*:', re.IGNORECASE)
_KEYS = re.compile(r'(?<!\\)"(?:count"\s*:|20\d\d-(?:0[1-9]|1[0-2])"\s*:)', re.IGNORECASE)
CUT = "the report in JSON is cut or damaged"
_DECODER = json.JSONDecoder(strict=False)
_REACH = 200  # characters that a key and its colon have at most


def found(place: Place, head: str, encoding: str) -> Report | None:
    """The report in a text of JSON; None for other JSON. FileRefused for an answer that is none,
    or that cannot be read."""
    if not _BEGINS.match(head):
        if _OF_REPORT.search(head[:4000]) and head.lstrip("\ufeff \r\n\t")[:1] not in "<":
            raise FileRefused(f"{place.name}: a text stands before the report in JSON", AGAIN)
        return None
    if not _OF_REPORT.search(head):
        if (match := _EXCEPTION.match(head)) and _SAYS.search(head):
            raise FileRefused(
                f"{place.name}: this is an answer of COUNTER's API that is no report: exception"
                f" {match[1]}",
                "Which report and which months were asked for stands elsewhere: nothing was loaded."
                " Ask for the report again.",
            )
        return None
    return opened(place, encoding)


def opened(place: Place, encoding: str) -> Report:
    """The report, after one look at all its items."""
    text = Text(place, encoding)
    header: dict[str, Any] = {}
    exceptions: list[Any] = []
    seen, cells = set[str](), 0
    for name, value in text.entries():
        if name == "reportheader" and isinstance(value, dict):
            header = keyed(value)
        elif name in ("exception", "exceptions"):
            exceptions += value if isinstance(value, list) else [value]
        elif name == "":
            for each in combined(value):
                seen |= each.months
                cells += sum(len(counts) for _, counts in each.metrics)
    if not header:
        raise FileRefused(f"{place.name}: the report has no Report_Header", AGAIN)
    facts = _facts(place.name, header, exceptions)
    return Answer(text, facts, _months(place.name, facts, seen), cells)


def _facts(name: str, header: dict[str, Any], exceptions: list[Any]) -> Facts:
    filters = _pairs(header.get("reportfilters"))
    own = header.get("exceptions", header.get("exception")) or []
    given = [*(own if isinstance(own, list) else [own]), *exceptions]
    codes = [str(keyed(each).get("code", "")) for each in given if isinstance(each, dict)]
    plain = {folded(key): values for key, values in filters.items()}
    metrics = plain.get("metrictype", plain.get("metrictypes", ()))
    return Facts(
        report=preamble.report_of(name, str(header.get("reportid", ""))),
        release=preamble.release_of(name, str(header.get("release", ""))),
        institution=preamble.legible(str(header.get("institutionname") or "")),
        created=preamble.moment(str(header.get("created") or "")),
        provider=preamble.legible(str(header.get("createdby") or "")),
        filters=filters,
        metrics=metrics,
        exceptions=tuple(dict.fromkeys(c for c in codes if re.fullmatch(r"[123]\d{3}", c))),
        period=preamble.period(
            " ".join(v for key in ("begindate", "enddate") for v in plain.get(key, ()))
        ),
    )


def _pairs(value: Any) -> dict[str, tuple[str, ...]]:
    """Filters of release 5 (names and values) and 5.1 (an object)."""
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        each = [keyed(pair) for pair in value or [] if isinstance(pair, dict)]
        pairs = [(pair.get("name", ""), pair.get("value", "")) for pair in each]
    return {
        str(name): tuple(
            part.strip()
            for text in (values if isinstance(values, list) else [values])
            for part in str(text).split("|")
            if part.strip()
        )
        for name, values in pairs
    }


def keyed(value: dict[str, Any]) -> dict[str, Any]:
    """An object by its keys as they are compared."""
    return {folded(key): each for key, each in value.items()}


def _months(name: str, facts: Facts, seen: set[str]) -> tuple[date, ...]:
    """The months that were asked for; those of its counts where that is not said."""
    told = sorted({date.fromisoformat(f"{month}-01") for month in seen if month})
    if "" in seen:
        raise FileRefused(
            f"{name}: it has totals of a period that is no month",
            "Ask for it with monthly details: what came in which month cannot be told.",
        )
    if facts.period is None:
        if told:
            return tuple(told)
        raise FileRefused(
            f"{name}: it is empty, and says nothing of the months that were asked for", AGAIN
        )
    asked = between(*facts.period)
    if not set(told) <= set(asked):
        raise FileRefused(
            f"{name}: it counts {min(set(told) - set(asked)):%Y-%m}, for which it was not asked",
            AGAIN,
        )
    return tuple(asked)


@dataclass(frozen=True)
class Answer(Report):
    """A report as JSON; `read` is how many counts its items hold."""

    text: Text
    facts: Facts
    months: tuple[date, ...]
    read: int
    is_sparse = True

    def rows(self) -> Iterator[Row]:
        """A row for each item, what parts it, and each metric; the line is the item's number."""
        keys = {f"{month:%Y-%m}": at for at, month in enumerate(self.months)}
        kind, institution = preamble.MASTERS[self.facts.report[:2]], self.facts.institution
        number = 0
        for name, value in self.text.entries():
            if name:
                continue
            number += 1
            for each in combined(value):
                yield from _rows(number, each, kind, institution, keys)

    @cached_property
    def _counted(self) -> tuple[Count, int]:
        digest, size, cells = hashlib.sha256(), 0, 0

        def seen(block: bytes) -> None:
            nonlocal size
            digest.update(block)
            size += len(block)

        rest = ""
        for block in self.text.blocks(seen):
            rest += block
            safe = max(len(rest) - _REACH, 0)
            ends = [match.end() for match in _KEYS.finditer(rest) if match.start() < safe]
            cells += len(ends)
            rest = rest[max([safe, *ends[-1:]]) :]
        cells += len(_KEYS.findall(rest))
        return Count(digest.hexdigest(), size, 0), cells

    def count(self) -> Count:
        """The fingerprint, and a row for each item as it is parted."""
        counted, keys = self._counted
        if keys != self.read:
            raise FileRefused(
                f"{self.text.place.name}: {keys} counts stand in the report, {self.read} of them"
                " where a report has them",
                AGAIN,
            )
        return Count(counted.sha256, counted.size, sum(1 for _ in self.rows()))

    def cells(self) -> int:
        """The counts, by the keys that stand before them, apart from what reads them."""
        return self._counted[1]


def _rows(
    number: int, each: Combined, kind: str, institution: str, keys: dict[str, int]
) -> Iterator[Row]:
    for metric, months in each.metrics:
        counts = [""] * len(keys)
        for month, count in months.items():
            counts[keys[month]] = count
        yield Row(number, (kind, *each.thing), institution, metric, counts)


@dataclass(frozen=True)
class Text:
    """A text of JSON, read entry by entry: those of its outermost object by name, and each of the
    Report_Items under no name."""

    place: Place
    encoding: str
    inner: str | None = field(default=None, repr=False)

    def blocks(self, seen: Any = lambda block: None) -> Iterator[str]:
        """Its text, block by block; a text of JSON that is a string of JSON is that string."""
        stream = blocks(self.place, self.encoding, seen)
        first = next(stream, "")
        if not first.lstrip().startswith('"'):
            yield first
            yield from stream
            return
        try:
            inner = json.loads(first + "".join(stream))
        except ValueError as error:
            raise self.broken from error
        yield str(inner)

    @property
    def broken(self) -> FileRefused:
        """The refusal of what is no JSON."""
        return FileRefused(
            f"{self.place.name}: {CUT}; nothing of it was loaded",
            AGAIN,
        )

    def entries(self) -> Iterator[tuple[str, Any]]:
        """(name as it is compared, value) of each entry; items one by one under the name ''."""
        reading = _Reading(self)
        reading.expect("[{")
        if reading.last == "[":
            reading.expect("{")
        while reading.peek() != "}":
            name = folded(str(reading.value()))
            reading.expect(":")
            if name == "reportitems" and reading.peek() == "[":
                yield from (("", item) for item in reading.items())
            else:
                yield name, reading.value()
            if reading.peek() != ",":
                break
            reading.expect(",")
        reading.expect("}")


class _Reading:
    """A place in a text that is read bit by bit."""

    def __init__(self, text: Text) -> None:
        self.text, self.stream = text, text.blocks()
        self.held, self.at, self.last = "", 0, ""

    def _more(self) -> bool:
        block = next(self.stream, "")
        self.held, self.at = self.held[self.at :] + block, 0
        return bool(block)

    def peek(self) -> str:
        """The next sign that is no space; nothing at the end."""
        while True:
            while self.at < len(self.held) and self.held[self.at] in " \t\r\n\ufeff":
                self.at += 1
            if self.at < len(self.held) or not self._more():
                return self.held[self.at : self.at + 1]

    def expect(self, signs: str) -> None:
        """Pass one of these signs."""
        self.last = self.peek()
        if not self.last or self.last not in signs:
            raise self.text.broken
        self.at += 1

    def value(self) -> Any:
        """The value that stands here; one that ends with the text held may go on."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.held, self.at)
            except ValueError as error:
                if self._more():
                    continue
                raise self.text.broken from error
            except RecursionError as error:
                raise self.text.broken from error
            if end < len(self.held) or not self._more():
                self.at = end
                return value

    def items(self) -> Iterator[Any]:
        """The values of a list, one by one."""
        self.expect("[")
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            yield self.value()
            self.expect(",]")
            if self.last == "]":
                return

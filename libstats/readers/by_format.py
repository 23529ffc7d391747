"""Monthly reports that stand by formats: a row a month, and of each format columns of its own
(`eBook Circulations`, `eBook Cost`). Each format of a month is read as a row.

hoopla's monthly summary is such, its headings below two lines of titles. Formats are whatever
stands before the word: what the platform adds next year is read too. Columns of the sum over all
formats are left alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from libstats.readers.part import Advance, Count, Damaged, Part, idle

__all__ = ["HEADER", "ByFormat", "probe"]

HEADER = (
    "start of month",
    "end of month",
    "format of month",
    "circulations of format",
    "cost of format",
    "why no circulations",
)
_BEGINS, _ENDS, _COUNT, _COST = "start date", "end date", "circulations", "cost"
_SUMS = ("total", "grand total", "all")


class Format(NamedTuple):
    """A format, and where its circulations and its cost stand; -1 where a report has no cost."""

    name: str
    circulations: int
    cost: int


def probe(part: Part) -> ByFormat | None:
    """The rows of a text or a sheet that is such a report; None for another."""
    for guess in part.headers():
        plain = [_plain(heading) for heading in guess.header]
        if {_BEGINS, _ENDS} <= set(plain) and (formats := _formats(plain)):
            period = (plain.index(_BEGINS), plain.index(_ENDS))
            return ByFormat(
                part.place, HEADER, is_bare=True, inner=guess, formats=formats, period=period
            )
    return None


def _plain(heading: str) -> str:
    return " ".join(heading.replace("_", " ").replace("\ufeff", "").casefold().split())


def _formats(plain: list[str]) -> tuple[Format, ...]:
    names = [h.removesuffix(_COUNT).strip() for h in plain if h.endswith(f" {_COUNT}")]
    return tuple(
        Format(
            name,
            plain.index(f"{name} {_COUNT}"),
            plain.index(f"{name} {_COST}") if f"{name} {_COST}" in plain else -1,
        )
        for name in dict.fromkeys(names)
        if name not in _SUMS
    )


@dataclass(frozen=True)
class ByFormat(Part):
    """The rows of such a report; `inner` is the report under its own headings, `period` where the
    first and the last day of a month stand."""

    inner: Part | None = field(default=None, repr=False, compare=False)
    formats: tuple[Format, ...] = ()
    period: tuple[int, int] = (0, 0)

    @property
    def _inner(self) -> Part:
        assert self.inner is not None
        return self.inner

    @property
    def form(self) -> str:
        """That it stands by formats."""
        return f"{self._inner.form}, a row a month, columns by format"

    def headers(self) -> Iterator[ByFormat]:
        """The rows under their only headings."""
        yield self

    def firsts(self) -> Iterator[tuple[ByFormat, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """The fingerprint, and how many rows there are: the months times the formats."""
        counted = self._inner.count(advance)
        fingerprint = hashlib.sha256(f"{counted.sha256}#by format".encode()).hexdigest()
        months = counted.records - self._inner.above
        return replace(counted, sha256=fingerprint, records=months * len(self.formats))

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line of the month, values) of each format of each month."""
        width = len(self._inner.header)
        for line, row in self._inner.records(None, advance):
            if isinstance(row, Damaged):
                yield from ((line, row) for _ in self.formats)
            elif len(row) < width or any(cell.strip() for cell in row[width:]):
                found = Damaged(f"it has {len(row)} columns, and there are {width} headings")
                yield from ((line, found) for _ in self.formats)
            else:
                yield from ((line, self._told(row, each)) for each in self.formats)

    def _told(self, row: list[str], each: Format) -> list[str]:
        """What a month says of a format."""
        circulations = row[each.circulations]
        cost = row[each.cost] if each.cost >= 0 else ""
        why = "" if circulations.strip() or cost.strip() else "blank"
        return [row[self.period[0]], row[self.period[1]], each.name, circulations, cost, why]

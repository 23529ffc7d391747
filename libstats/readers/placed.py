"""A table of text whose rows are told their place: the day in the file's name, and which row of the
file each is.

Scanners of shelves write a barcode a line and no more: when it was scanned is the file's own day,
and where it stood is its place among the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from libstats.readers.days_in_names import in_name
from libstats.readers.part import Advance, Count, Part, idle

DAY, PLACE = "day in the file's name", "place in the file"


@dataclass(frozen=True)
class Placed(Part):
    """A part with these two columns more, behind its own."""

    inner: Part | None = None
    day: date | None = None  # that the person who loads it gives, in place of the name's

    @property
    def _told(self) -> Part:
        assert self.inner is not None
        return self.inner

    @property
    def form(self) -> str:
        """That of the part."""
        return self._told.form

    def lacks(self, rows: int) -> str | None:
        """What the part says that it lacks."""
        return self._told.lacks(rows)

    def headers(self) -> Iterator[Part]:
        """The guesses of the part."""
        return self._told.headers()

    def firsts(self) -> Iterator[tuple[Part, list[list[str]]]]:
        """Its first records, as they are."""
        return self._told.firsts()

    def count(self, advance: Advance = idle) -> Count:
        """The count of the part: columns more are no rows more."""
        return self._told.count(advance)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """Every row, with the day and its place among them."""
        found = self.day or in_name(self._told.written)
        day = found.strftime("%Y-%m-%d") if found else ""
        width = len(self._told.header)
        for place, (line, row) in enumerate(self._told.records(counted, advance), start=1):
            over = row[width:]
            yield line, [*(row if any(c.strip() for c in over) else row[:width]), day, str(place)]


def given(part: Part, day: date | None) -> Part:
    """The part with the day that a person gave; one that is not so as it is."""
    return replace(part, day=day) if day and isinstance(part, Placed) else part


def placed(part: Part) -> Part:
    """The part with both columns; one that has them already as it is."""
    if DAY in part.header:
        return part
    header = (*part.header, DAY, PLACE)
    return Placed(part.place, header, part.preamble, part.is_bare, replace(part))

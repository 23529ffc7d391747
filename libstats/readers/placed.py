"""A table of text whose rows are told their place: the day in the file's name, which list each is
of and which row of it, and whether its dates prove their order.

Scanners of shelves write a barcode a line and no more: when it was scanned is the file's own day,
and where it stood is its place among the others. A list is what it holds, in its order, whatever
the file is called and in which form it comes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from libstats.readers.days_in_names import in_name
from libstats.readers.part import Advance, Count, Part, idle

DAY, PLACE = "day in the file's name", "place in the file"
LIST, ORDER = "list in the file", "order of its dates"
MONTH_FIRST, DAY_FIRST = "month first", "day first"
_DAY = re.compile(r"(\d\d?)[/.](\d\d?)[/.]\d{4}\b(.*[AaPp]\.?[Mm]\.?\s*)?")


@dataclass(frozen=True)
class Placed(Part):
    """A part with these four columns more, behind its own."""

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
        """Every row, with the day, its place among them, its list and the order of its dates; they
        are read twice, since these two are of all rows."""
        found = self.day or in_name(self._told.written)
        day = found.strftime("%Y-%m-%d") if found else ""
        named, order = self._whole(counted)
        width = len(self._told.header)
        for place, (line, row) in enumerate(self._told.records(counted, advance), start=1):
            over = row[width:]
            own = row if any(c.strip() for c in over) else row[:width]
            yield line, [*own, day, str(place), named, order]

    def _whole(self, counted: Count | None) -> tuple[str, str]:
        """The fingerprint of all rows in their order, and the order of their dates where it is
        proved."""
        named, proofs = hashlib.sha256(), set[str]()
        for _, row in self._told.records(counted):
            cells = [cell.strip() for cell in row]
            named.update(("\x1f".join(cells).rstrip("\x1f") + "\n").encode("utf-8", "replace"))
            proofs.update(_proof(cell) for cell in cells)
        return named.hexdigest()[:16], _order(proofs)


def _proof(cell: str) -> str:
    """What a cell says of the order of dates; `half` where the halves of its day are those of the
    clock that goes with month first."""
    match = _DAY.match(cell)
    if match is None:
        return ""
    first, second = int(match[1]), int(match[2])
    if first > 12 or second > 12:
        return DAY_FIRST if first > 12 else MONTH_FIRST
    return "half" if match[3] else ""


def _order(proofs: set[str]) -> str:
    """Month first or day first, where a day over 12 proves it, or AM and PM do and no day speaks
    against it."""
    if {DAY_FIRST, MONTH_FIRST} <= proofs:
        return ""
    if DAY_FIRST in proofs:
        return DAY_FIRST
    return MONTH_FIRST if proofs & {MONTH_FIRST, "half"} else ""


def own_header(part: Part) -> tuple[str, ...]:
    """The headings of a part without those that are added here."""
    return part.inner.header if isinstance(part, Placed) and part.inner else part.header


def given(part: Part, day: date | None) -> Part:
    """The part with the day that a person gave; one that is not so as it is."""
    return replace(part, day=day) if day and isinstance(part, Placed) else part


def placed(part: Part) -> Part:
    """The part with these columns; one that has them already as it is."""
    if DAY in part.header:
        return part
    header = (*part.header, DAY, PLACE, LIST, ORDER)
    return Placed(part.place, header, part.preamble, part.is_bare, replace(part))

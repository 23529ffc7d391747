"""The lists that a file of MARC records is: its records, and the copies and orders in them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from libstats.readers.marc.file import File
from libstats.readers.marc.layout import Layout
from libstats.readers.marc.record import SUBFIELD
from libstats.readers.marc.rows import Unreadable
from libstats.readers.part import Advance, Count, Normalised, Part, Wanted, idle

# a leader as every program writes it; else five digits or blanks, and marks of fields behind them
START = re.compile(
    rb"[\r\n\0\x1a \t]*(?:\xef\xbb\xbf)?(?:[\d ]{5}|.{5}[acdnp][a-z][a-z ].{2}22)", re.S
)
MEMORY = 1 << 28


def is_marc(head: bytes) -> bool:
    """True if bytes begin as MARC records do."""
    return START.match(head) is not None and b"\x1e" in head and b"\x1f" in head


@dataclass(frozen=True)
class Marc(Part):
    """A list of records, or of the copies or the orders in them.

    file    the file, which records and copies share
    map     the name of the map that says what is read
    what    records, copies or orders
    why     why these are not read
    lists   what all lists that are read of the file are taken for
    """

    file: File = field(default=None, compare=False, repr=False)  # type: ignore[assignment]
    map: str = ""
    what: str = "records"
    why: str = ""
    lists: tuple[str, ...] = ()

    @property
    def is_of_copies(self) -> bool:
        """True if a row is a field of a record, not a record."""
        return self.what != "records"

    @property
    def form(self) -> str:
        """What its bytes are."""
        return "MARCXML" if self.file.xml else "MARC records (ISO 2709)"

    @property
    def delimiter_anew(self) -> str:
        """The sign of a subfield, which no value holds."""
        return SUBFIELD

    @property
    def enough_memory(self) -> int | None:
        """A quarter of a gigabyte, or half of the file where that is more."""
        return max(MEMORY, self.place.stamp[0] // 2)

    @property
    def name(self) -> str:
        """Its name in messages."""
        return self._named(self.place.name, ", ")

    @property
    def entry(self) -> str:
        """Its name in the ledger."""
        return self._named(self.place.entry, "#")

    @property
    def written(self) -> str:
        """The same with the name as it is."""
        return self._named(self.place.written, "#")

    def _named(self, name: str, between: str) -> str:
        return f"{name}{between}{self.what}" if self.is_of_copies else name

    @property
    def layout(self) -> Layout:
        """What is read of it."""
        return self.file.layouts.copies if self.is_of_copies else self.file.layouts.records

    def dated(self) -> tuple[datetime, str] | None:
        """When it was exported, as far as its records tell; for who has written it anew."""
        return self.file.dated()

    def remarks(self) -> list[str]:
        """What records were set aside; that none holds copies."""
        if self.is_of_copies:
            return [] if self.file.counted(idle).copies else [f"its records hold no {self.what}"]
        found = [
            f"{number:,} {kind} record{'' if number == 1 else 's'}"
            for kind, number in sorted(self.file.others().items())
        ]
        aside = [f"set aside: {', '.join(found)}"] if found else []
        has_copies = bool(self.file.layouts.copies.copies)
        return (
            aside if has_copies else [*aside, f"titles alone: the map {self.map} reads no copies"]
        )

    def where_cut(self) -> str:
        """That the file ends within a record: which, and which is the last whole one."""
        whole = self.file.counted(idle).records
        last = f"the last whole one is record {whole:,} of the file" if whole else "none is whole"
        return (
            f"the export broke off within record {whole + 1:,} of the file: {last}. What it lacks "
            "is no rejected row. Export it again"
        )

    def headers(self) -> Iterator[Marc]:
        """The list under its headings, which do not stand in it."""
        yield self

    def firsts(self) -> Iterator[tuple[Marc, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its records by the bytes 0x1D, its copies by what directories
        name."""
        counted = self.file.counted(advance)
        number = counted.copies if self.is_of_copies else counted.records
        return Count(counted.sha256, counted.size, number, ends_cleanly=not counted.is_cut)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(number of the record, values) of every row that can be read."""
        for number, record in self.file.records():
            if isinstance(record, Unreadable):
                continue
            rows = self.layout.rows(record) if self.is_of_copies else [self.layout.row(record)]
            yield from ((number, row) for row in rows)

    def write_anew(
        self, target: Path, wanted: Wanted, counting: Callable[[], Count], advance: Advance = idle
    ) -> Normalised:
        """Write its rows to `target`, every column: those of both lists are written as the first is
        asked for."""
        assert [*wanted.keep] == [*range(len(self.header))]
        staged = self.file.staged(target.parent, advance)
        if not (staged.copies if self.is_of_copies else staged.records).exists():
            staged = self.file.staged_again(target.parent, advance)
        shutil.move(staged.copies if self.is_of_copies else staged.records, target)
        found = Normalised(target)
        found.damaged = [
            (number, reason)
            for number, reason, copies in staged.told.damaged
            for _ in range(copies if self.is_of_copies else 1)
        ]
        counted = counting()  # which goes on beside
        found.records = counted.records
        found.broke_off = not counted.ends_cleanly
        return found

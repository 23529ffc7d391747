"""What every reader gives: a part of a file, that is one table of text with its headings.

A text file is one part; each sheet of a workbook and each member of an archive is one. Whoever
loads a part needs nothing but this shape: its name, the headings it may have, its rows with their
lines, and a count that is not the reader's.
"""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from libstats.readers.place import Place

Advance = Callable[[int], object]
HEADER_WITHIN = 20
# of records in JSON or XML, which each may have values of their own
MOST_HEADINGS = 2000
# so many records are held before they are written
AT_ONCE = 2048


def _never(text: str) -> bool:
    """What says of no text that it is no row."""
    return False


def idle(done: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Count:
    """What one pass over the bytes says: independent of the reader that gives the rows.

    sha256        the fingerprint: equal for equal content, packed or not
    records       records that are not blank, header and preamble included
    is_regular    False if a quote opens inside a field or closes before its end, so that quotes
                  cannot be trusted
    open_quote    line on which a quote opens that never closes, or None
    ends_cleanly  False if the last line has no line end though others do
    is_quoted     False where a quotation mark is a character like any other
    is_wrapped    True where each cell stands in quotation marks, and those within it are characters
    spans_lines   True if a record stands on several lines
    has_controls  True if there are bytes of value 0, which DuckDB would take for text, 1, which
                  stands for the delimiter where whole lines are read, or 31, which parts the texts
                  of a row where rows are compared
    """

    sha256: str
    size: int
    records: int
    is_regular: bool = True
    open_quote: int | None = None
    ends_cleanly: bool = True
    is_quoted: bool = True
    is_wrapped: bool = False
    spans_lines: bool = False
    has_controls: bool = False


@dataclass(frozen=True)
class Part(ABC):
    """One table of text. `header` are the headings by which it was recognised, `preamble` the
    number
    of records above them.

    is_bare  True if the headings do not stand in it: they are a declaration's, and its first record
             is a row
    """

    place: Place
    header: tuple[str, ...] = ()
    preamble: int = 0
    is_bare: bool = False

    @property
    def above(self) -> int:
        """The number of records above the rows: the preamble and the headings."""
        return 0 if self.is_bare else self.preamble + 1

    @property
    def path(self) -> Path:
        """The file on disk that it is, or is part of."""
        return self.place.path

    @property
    def name(self) -> str:
        """Its name in messages to who named it: `day.zip, book.xlsx, sheet Loans`."""
        return self.place.name

    @property
    def entry(self) -> str:
        """Its name in the ledger: `day.zip#book.xlsx#Loans`."""
        return self.place.entry

    @property
    def written(self) -> str:
        """The same with the names as they are, which is recorded nowhere."""
        return self.place.written

    @property
    @abstractmethod
    def form(self) -> str:
        """What its bytes are, for `libstats inspect`."""

    @property
    def delimiter(self) -> str:
        """What stands between the fields of its lines; nothing if it is no delimited text."""
        return ""

    @property
    def delimiter_anew(self) -> str:
        """What stands between the fields of what `write_anew` writes, each quoted; where it is a
        sign that no text holds, none is."""
        return ","

    @property
    def enough_memory(self) -> int | None:
        """Bytes in which DuckDB can load it; None where it may take all that there are."""
        return None

    @property
    def swells_to(self) -> int:
        """About how many bytes it has once it is written anew, where that is far more than the file
        has; else 0."""
        return 0

    @property
    def is_fast(self) -> bool:
        """True if DuckDB itself can read it."""
        return False

    def is_mostly_plain(self, null_words: Collection[str]) -> bool:
        """True if most of the first lines are delimited text without quotes and without words that
        mean blank: compared as lines, others would be read twice."""
        return False

    def lacks(self, rows: int) -> str | None:
        """What a part with that many rows says itself that it lacks, in words; None where it says
        nothing of the kind."""
        return None

    def where_cut(self) -> str:
        """Where a part that ends in the middle breaks off, and what to do; "" where it is lines,
        of which the last is no whole one."""
        return ""

    def dated(self) -> tuple[datetime, str] | None:
        """When it was exported, and how that is known, where it tells so otherwise than in a column
        that is kept; for who has written it anew."""
        return None

    def write_anew(
        self, target: Path, wanted: Wanted, counting: Callable[[], Count], advance: Advance = idle
    ) -> Normalised:
        """Write what is wanted of it to `target`; the count may go on beside. FileRefused where it
        cannot be read to its end."""
        return normalise(self, target, wanted, counting(), advance)

    def remarks(self) -> list[str]:
        """What else is to be said of it in its receipt; for who has written it anew."""
        return []

    @abstractmethod
    def headers(self) -> Iterator[Part]:
        """Guesses: the part under each header that it may have, the likeliest first."""

    @abstractmethod
    def firsts(self) -> Iterator[tuple[Part, list[list[str]]]]:
        """The part and its first records, in each way that its bytes may be read."""

    @abstractmethod
    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its records in a pass of its own; `advance` is told of bytes
        done. FileRefused if it is damaged."""

    @abstractmethod
    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every row, blank ones left out. `counted` saves a pass where it is
        known."""


class Damaged(list[str]):
    """A row that its reader does not believe, and why, in words that hold no value of it; its
    `text` for who asks for it on the screen."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__()
        self.reason, self.text = reason, text


class Doubted(list[str]):
    """A row that counts, though something in it is not known, and what, as of a damaged one."""

    def __init__(self, row: list[str], reason: str, text: str) -> None:
        super().__init__(row)
        self.reason, self.text = reason, text


class Besides(NamedTuple):
    """How many records are no rows: unread ones, those above and below the rows, and those that say
    what another one says, which the reader has not written."""

    unread: int = 0
    aside: int = 0
    folded: int = 0


@dataclass
class Normalised:
    """What `normalise` wrote, and what it could not: (line, fields found; 0: a doubtful quote runs
    over lines) of ragged rows, (line, why) of damaged ones, records set aside. `folded`: records
    that say what another one says, and were not written; `doubted`: (line, what) of rows that were,
    though something in them is not known."""

    path: Path
    records: int = 0
    ragged: list[tuple[int, int]] = field(default_factory=list)
    damaged: list[tuple[int, str]] = field(default_factory=list)
    doubted: list[tuple[int, str]] = field(default_factory=list)
    preamble: int = 0
    footers: int = 0
    folded: int = 0
    is_cut: bool = False
    broke_off: bool = False

    @property
    def unread(self) -> int:
        """Records that are no rows, though they should be."""
        return len(self.ragged) + len(self.damaged)

    @property
    def besides(self) -> Besides:
        """Its records that are no rows."""
        return Besides(self.unread, self.preamble + self.footers, self.folded)


@dataclass(frozen=True)
class Wanted:
    """What of a part may be written, and what its lines are that are no rows.

    keep      positions of the columns to write, all others are never written anywhere
    change    position -> what is done to its values before anything is written (persons'
              identifiers are hashed here)
    glean     position -> what is done to its values in the same way, many at once
    footer    says of a record's first field that it is no row; failure: that the export broke off
    is_total  says of a record of another width than the header whether it adds up the others
    """

    keep: Sequence[int]
    change: dict[int, Callable[[str], str]] = field(default_factory=dict)
    glean: dict[int, Callable[[Sequence[str]], list[str]]] = field(default_factory=dict)
    footer: Callable[[str], bool] = _never
    failure: Callable[[str], bool] = _never
    is_total: Callable[[list[str]], bool] = lambda row: False

    def is_aside(self, row: list[str], width: int) -> bool:
        """True for a footer or failure: a record of another width than the header, or with one
        field alone; for a total of another width."""
        if len(row) != width and self.is_total(row):
            return True
        may_be = len(row) != width or not any(row[1:])
        return may_be and (self.footer(row[0]) or self.failure(row[0]))

    def written(self, rows: list[tuple[int, list[str]]]) -> Iterator[list[str | int]]:
        """Records as they are written: the line of each, then its wanted fields."""
        for place, glean in self.glean.items():
            for (_, row), found in zip(rows, glean([row[place] for _, row in rows]), strict=True):
                row[place] = found
        for line, row in rows:
            for place, change in self.change.items():
                row[place] = change(row[place])
            fields = [row[place] for place in self.keep]
            if "\x1f" in "".join(fields):
                fields = [text.replace("\x1f", " ") for text in fields]
            yield [line, *fields]


def normalise(
    part: Part, target: Path, wanted: Wanted, counted: Count, advance: Advance = idle
) -> Normalised:
    """Write the wanted columns of every whole record to `target` as UTF-8, with its line number in
    front.

    Where quotes cannot be trusted, a record over several lines is not believed: a stray quote may
    have swallowed rows, and with them what may not be kept. Raises FileRefused where the part
    cannot be read to its end.
    """
    found = Normalised(target, records=part.preamble, preamble=part.preamble)
    width, held = len(part.header), list[tuple[int, list[str]]]()
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for line, row in part.records(counted, advance):
            found.records += 1
            found.is_cut = False
            if len(row) > width and not any(cell.strip() for cell in row[width:]):
                row = row[:width]
            if isinstance(row, (Damaged, Doubted)):
                (found.damaged if isinstance(row, Damaged) else found.doubted).append(
                    (line, row.reason)
                )
            if _is_whole(found, line, row, wanted, is_regular=counted.is_regular, width=width):
                held.append((line, row))
            if len(held) >= AT_ONCE:
                writer.writerows(wanted.written(held))
                held = []
        writer.writerows(wanted.written(held))
    return found


def _is_whole(
    found: Normalised, line: int, row: list[str], wanted: Wanted, *, is_regular: bool, width: int
) -> bool:
    """True for a row that is to be written; of another it is noted what it is."""
    if isinstance(row, Damaged):
        return False
    if not is_regular and any("\n" in cell or "\r" in cell for cell in row):
        found.ragged.append((line, 0))
        return False
    if wanted.is_aside(row, width):
        found.footers += 1
        found.broke_off |= wanted.failure(row[0])
        return False
    if len(row) != width:
        found.ragged.append((line, len(row)))
        found.is_cut = len(row) < width
        return False
    return True

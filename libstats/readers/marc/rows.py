"""Records to rows of text, written as they are read: one row a record, and one a copy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

from libstats.readers.marc.layout import Layout
from libstats.readers.marc.record import END, SUBFIELD, Damaged, Record, entries, read

BLOCK = 1 << 21
AT_ONCE = 512
# no record is as long: what goes on without a 0x1D is none, and the count refuses it
LONGEST = 1 << 26
# a line end within a value is a blank: a row is a line
ONE_LINE = {10: " ", 13: " "}
# leader/06 of what is no title
_OTHERS = {
    "z": "authority",
    "w": "classification",
    "q": "community",
    "u": "holdings",
    "v": "holdings",
    "x": "holdings",
    "y": "holdings",
}
Numbered = tuple[int, "Record | Unreadable"]


class Unreadable(NamedTuple):
    """A record of which no field can be told: why, how many copies its directory names, and with
    which byte of the file it begins, from 1 on."""

    reason: str
    copies: int
    at: int = 0


@dataclass
class Told:
    """What is known once records were read: those that are damaged (number, reason, copies in it),
    the newest moment that records tell of their change, or else of their making, and how many there
    are of kinds that are no titles."""

    damaged: list[tuple[int, str, int]] = field(default_factory=list)
    changed: str = ""
    made: str = ""
    others: dict[str, int] = field(default_factory=dict)

    def note_record(self, record: Record) -> None:
        """Note when a record changed, or was made, if that was later than those before it; and what
        it is, if it is no title."""
        changed, made = record.fields.get("005", ("",))[0], record.fields.get("008", ("",))[0]
        self.note(record.leader[5:7], changed, made)

    def note(self, kinds: str, changed: str, made: str) -> None:
        """The same of leader/05-06 and of its fields 005 and 008."""
        kind = "deleted" if kinds[:1] == "d" else _OTHERS.get(kinds[1:])
        if kind:
            self.others[kind] = self.others.get(kind, 0) + 1
        if changed:
            moment = changed[:14]
            if self.changed < moment <= _latest() and _is_moment(moment):
                self.changed = moment
        elif made:
            moment = f"{'20' if made[:2] < '66' else '19'}{made[:6]}000000"
            if self.made < moment <= _latest() and _is_moment(moment):
                self.made = moment

    def add(self, other: Told) -> None:
        """Take over what is known of records behind these."""
        self.damaged += other.damaged
        self.changed, self.made = max(self.changed, other.changed), max(self.made, other.made)
        for kind, number in other.others.items():
            self.others[kind] = self.others.get(kind, 0) + number


@dataclass(frozen=True)
class Layouts:
    """What is read of records, and of the copies in them where it is asked for."""

    records: Layout
    copies: Layout

    @property
    def wanted(self) -> frozenset[str]:
        """The tags of all fields that are read; those that tell when records changed too."""
        return self.records.wanted | self.copies.wanted | {"005", "008"}


def in_blocks(stream: BinaryIO, size: int | None = None) -> Iterator[list[bytes]]:
    """The bytes of records, each without its 0x1D, and what stands behind the last one; block by
    block. `size`: so many bytes and no more."""
    rest, left = b"", size
    while block := stream.read(BLOCK if left is None else min(BLOCK, left)):
        left = None if left is None else left - len(block)
        pieces = (rest + block).split(END)
        rest = pieces.pop()
        yield pieces
        if len(rest) > LONGEST:
            return
    yield [rest]


def records_in(stream: BinaryIO, layouts: Layouts, size: int | None = None) -> Iterator[Numbered]:
    """Number and content of each record that ends with 0x1D."""
    return all_in(stream, layouts.wanted, size, layouts.copies.copies)


def all_in(
    stream: BinaryIO,
    wanted: Collection[str],
    size: int | None = None,
    copies: Sequence[str] = (),
) -> Iterator[Numbered]:
    """The same, of fields with any of the wanted tags; `copies`: the tags of those that are
    copies."""
    number, at, tags = 0, 1, set(copies)
    before: list[bytes] = []
    for pieces in in_blocks(stream, size):
        for raw in before:
            number += 1
            try:
                yield number, read(raw, wanted)
            except Damaged as why:
                yield number, Unreadable(str(why), sum(tag in tags for tag in entries(raw)), at)
            at += len(raw) + len(END)
        before = pieces


def write(
    records: Iterable[Numbered], layouts: Layouts, to: tuple[Path, Path], first: int = 0
) -> Told:
    """Write a row for each record to the one file, for each of its copies to the other, the
    record's number in front; `first` records stand before them."""
    told, rows, copies = Told(), list[list[str]](), list[list[str]]()
    with (
        to[0].open("wb") as of_records,
        to[1].open("wb") as of_copies,
    ):
        for number, record in records:
            line = first + number
            if isinstance(record, Unreadable):
                told.damaged.append((line, record.reason, record.copies))
                continue
            rows.append([str(line), *layouts.records.row(record)])
            copies += [[str(line), *row] for row in layouts.copies.rows(record)]
            told.note_record(record)
            if len(rows) >= AT_ONCE:
                of_records.write(as_text(rows))
                of_copies.write(as_text(copies))
                rows, copies = [], []
        of_records.write(as_text(rows))
        of_copies.write(as_text(copies))
    return told


def as_text(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as lines, with the sign of a subfield between the values, which none of them holds."""
    return "".join(f"{SUBFIELD.join(row).translate(ONE_LINE)}\n" for row in rows).encode()


def _latest() -> str:
    """The latest that a moment may be: it may come from another zone."""
    return (datetime.now() + timedelta(days=1)).strftime("%Y%m%d%H%M%S")


def _is_moment(digits: str) -> bool:
    if not (digits.isascii() and digits.isdecimal()):
        return False
    try:
        return bool(datetime.strptime(digits, "%Y%m%d%H%M%S"))
    except ValueError:
        return False

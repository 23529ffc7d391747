"""A door: blocks of records are read by numpy, all records of one at once: 2.9 times less work from
bytes to rows than record by record, half of a whole load of a catalogue with its copies.

Signs that end records, fields and subfields are found in the whole block; a value is a place in it
and a length, and is copied from there into the rows as it stands. What is not plain (letters that
are no UTF-8, a directory out of order) is left to the reader of single records.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np

from libstats.readers.marc import layout as headings
from libstats.readers.marc import screen
from libstats.readers.marc.imprint import Imprint, imprint
from libstats.readers.marc.layout import BETWEEN_EACH, HEADING
from libstats.readers.marc.look import Look
from libstats.readers.marc.marks import Cells, Ints, Marks
from libstats.readers.marc.record import END, Damaged, entries, read
from libstats.readers.marc.rows import BLOCK, LONGEST, Layouts, Told, as_text

IS_OPEN = True
_YEARS = ("low", "high", "origin", "one", "is_suspect")  # as an Imprint has them
PART, NEWLINE = b"\x1f\n"


def fits(layouts: Layouts) -> bool:
    """True if a block may be read at once: no value is looked up in another field of its copy, nor
    is its place counted."""
    header = layouts.copies.header
    return IS_OPEN and headings.PLACE not in header and not any("@" in each for each in header)


def write(
    stream: BinaryIO, layouts: Layouts, to: tuple[Path, Path], first: int, size: int | None
) -> Told:
    """Write the rows of records and of their copies, as `rows.write` does."""
    told, number = Told(), first
    with to[0].open("wb") as out, to[1].open("wb") as out_of_copies:
        for data in _whole(stream, size):
            block = Block(data, layouts, number)
            out.write(block.records())
            out_of_copies.write(block.copies())
            block.note(told)
            number += block.number
            for line, raw in block.odd():
                _singly(line, raw, layouts, told, (out, out_of_copies))
    return told


def _whole(stream: BinaryIO, size: int | None) -> Iterator[bytes]:
    """Blocks of whole records, each with its 0x1D; a rest without is left."""
    rest, left = b"", size
    while data := stream.read(BLOCK if left is None else min(BLOCK, left)):
        left = None if left is None else left - len(data)
        end = data.rfind(END) + 1
        if end:
            yield rest + data[:end]
            rest = data[end:]
        else:
            rest += data
            if len(rest) > LONGEST:
                return


def _singly(
    line: int, raw: bytes, layouts: Layouts, told: Told, to: tuple[BinaryIO, BinaryIO]
) -> None:
    """Write the rows of one record that is not plain."""
    try:
        record = read(raw, layouts.wanted)
    except Damaged as why:
        copies = sum(tag in layouts.copies.copies for tag in entries(raw))
        told.damaged.append((line, str(why), copies))
        return
    for rows, out in zip(
        ([layouts.records.row(record)], layouts.copies.rows(record)), to, strict=True
    ):
        out.write(as_text([str(line), *row] for row in rows))
    told.note_record(record)


class Block(Marks):
    """The rows of a block."""

    def __init__(self, data: bytes, layouts: Layouts, before: int) -> None:
        super().__init__(data, layouts, before)
        self.behind, self.behind_size = list[bytes](), 0

    def note(self, told: Told) -> None:
        """Note when the plain records changed, and which are no titles."""
        changed, made = self.changed, self.made
        for n in np.flatnonzero(self.is_plain).tolist():
            start = int(self.starts[n])
            told.note(self.text[start + 5 : start + 7].decode("latin-1"), changed[n], made[n])

    def records(self) -> bytes:
        """The rows of records."""
        columns = [self._lines, *map(self._of_record, self.layouts.records.header)]
        plain = np.flatnonzero(self.is_plain)
        return self._rows([Cells(c.begin[plain], c.size[plain]) for c in columns])

    def copies(self) -> bytes:
        """The rows of copies."""
        if not len(self.copy):
            return b""
        record = self.record[self.copy]
        shared = {n: h for n, h in enumerate(self.layouts.copies.header) if h[:1] != "$"}
        columns = [Cells(c.begin[record], c.size[record]) for c in [self._lines]]
        own = self._of_copies()
        for n in range(len(self.layouts.copies.header)):
            if n in shared:
                cells = self._of_record(shared[n])
                columns.append(Cells(cells.begin[record], cells.size[record]))
            else:
                columns.append(own[n])
        return self._rows(columns)

    def _rows(self, columns: list[Cells]) -> bytes:
        """Rows of values, each copied from where it stands with the sign behind it, which then
        becomes what parts values, or ends a row."""
        size = np.stack([c.size for c in columns], axis=1).ravel() + 1
        begin = np.stack([c.begin for c in columns], axis=1).ravel()
        after = np.cumsum(size)
        made = np.frombuffer(b"".join((*self.behind, b" ")), np.uint8)
        shift = np.repeat(begin - (after - size), size)
        out = np.concatenate((self.data, made))[shift + np.arange(len(shift))]
        out[after - 1] = PART
        out[after[len(columns) - 1 :: len(columns)] - 1] = NEWLINE
        return out.tobytes()

    @cached_property
    def _lines(self) -> Cells:
        return self._of_texts([b"%d" % (self.before + n + 1) for n in range(self.number)])

    def _of_texts(self, texts: list[bytes]) -> Cells:
        """A column of texts that stand nowhere in the block."""
        size = np.fromiter(map(len, texts), np.int64, len(texts))
        begin = len(self.data) + self.behind_size + np.cumsum(size) - size
        self.behind.append(b"".join(texts))
        self.behind_size += len(self.behind[-1])
        return Cells(begin, size)

    def _make(self, text: bytes) -> int:
        """Where a text stands that is made, behind the block."""
        self.behind.append(text)
        self.behind_size += len(text)
        return len(self.data) + self.behind_size - len(text)

    def _of_record(self, heading: str) -> Cells:
        if heading in headings.MADE:
            return self._computed[heading]
        found = HEADING.fullmatch(heading)
        assert found, heading
        if found["place"]:
            return self._leader(int(found["place"]))
        tag = found["tag"]
        if found["first"]:
            return self.positions(tag, int(found["first"]), int(found["last"] or found["first"]))
        if not found["codes"]:
            return self.control(tag)
        among = self.among(tag, found["codes"])
        record = self.record[self.field[among]]
        if found["each"]:
            return self._joined(among, record, self.number, BETWEEN_EACH)
        if len(found["codes"]) > 1:  # of the first field that has any
            field = self.field[among]
            among = among[field == field[np.searchsorted(record, record)]]
        else:
            among = among[np.searchsorted(record, record) == np.arange(len(record))]
        return self._joined(among, self.record[self.field[among]], self.number, " ")

    def _joined(self, among: Ints, row: Ints, number: int, between: str) -> Cells:
        """Subfields of rows, those of one row in one text."""
        begin, size = self._cells(row, among, number)
        if not (np.diff(row) == 0).any():
            return Cells(begin, size)
        counts = np.bincount(row, minlength=number)
        several = np.flatnonzero(counts > 1)
        texts, first, made = self.subs(among[counts[row] > 1]), 0, list[bytes]()
        for n in counts[several].tolist():
            made.append(between.encode().join(texts[first : first + n]))
            first += n
        begin[several], size[several] = self._of_texts(made)
        return Cells(begin, size)

    def _cells(self, row: Ints, among: Ints, number: int) -> Cells:
        """A subfield for each row; of several the one that is last here."""
        begin, size = np.zeros(number, np.int64), np.zeros(number, np.int64)
        begin[row], size[row] = self.sub_begin[among], self.sub_size[among]
        return Cells(begin, size)

    def _leader(self, place: int) -> Cells:
        begin = self.starts + place
        begin = np.where(self.data[begin] == 32, self._make(b"#"), begin)
        return Cells(begin, np.ones(self.number, np.int64))

    def _of_copies(self) -> dict[int, Cells]:
        """The columns of copies that are subfields of theirs."""
        header, number = self.layouts.copies.header, len(self.copy)
        row_of = np.zeros(len(self.tag) + 1, np.int64)
        row_of[self.copy] = np.arange(number)
        row, code = row_of[self.field[self.of_copies]], self.key[self.of_copies] % 256
        found = {}
        for n, heading in enumerate(header):
            told = HEADING.fullmatch(heading)
            if heading[:1] != "$" or told is None:
                continue
            if len(heading) == 2:
                mine = np.flatnonzero(code == ord(heading[1]))[::-1]  # the first stays
                found[n] = self._cells(row[mine], self.of_copies[mine], number)
                continue
            mine = np.flatnonzero(np.isin(code, [ord(c) for c in told["codes"]]))
            if told["nth"]:
                rank = np.arange(len(mine)) - np.searchsorted(row[mine], row[mine])
                mine = mine[rank == int(told["nth"]) - 1]
            else:
                mine = mine[self.sub_size[self.of_copies[mine]] > 0]
            between = BETWEEN_EACH if told["each"] else " "
            found[n] = self._joined(self.of_copies[mine], row[mine], number, between)
        return found

    @cached_property
    def _computed(self) -> dict[str, Cells]:
        """What is made of several fields of a record."""
        index: dict[Imprint, int] = {}
        told = [
            imprint(made[6:15], *stated, changed[:4])
            for made, changed, *stated in zip(self.made, self.changed, *self._stated(), strict=True)
        ]
        which = np.fromiter(
            (index.setdefault(year, len(index)) for year in told), np.int64, self.number
        )
        found = {}
        for name, texts in zip(_YEARS, zip(*index, strict=True), strict=True):
            column = self._of_texts([text.encode() for text in texts])
            found[f"year.{name}"] = Cells(column.begin[which], column.size[which])
        found["oclc.number"] = self._of_texts([text.encode() for text in self._oclc()])
        found["screen.faults"] = self._faults([year.is_suspect for year in told])
        return found

    def _faults(self, suspect: list[str]) -> Cells:
        """What a first look finds in each record, as `screen` says of one."""
        flags = Look(self, suspect).flags()
        bits = sum(flag.astype(np.int64) << at for at, flag in enumerate(flags))
        every, which = np.unique(np.asarray(bits, np.int64), return_inverse=True)
        column = self._of_texts([screen.named(each).encode() for each in every.tolist()])
        return Cells(column.begin[which], column.size[which])

    def _stated(self) -> tuple[list[str], list[str]]:
        """What each imprint says of its date, and in which field."""
        among = self.among("264", "c")
        second = self.data[self.begin[self.field[among]] + 1]
        fields = (
            (among[second == 49], "264"),
            (self.among("260", "c"), "260"),
            (among[second == 52], "copyright"),
            (among, "264"),
        )
        texts, told = [""] * self.number, [""] * self.number
        for each, name in fields:
            for text, record in zip(self.subs(each), self.records_of(each).tolist(), strict=True):
                if not told[record]:
                    texts[record], told[record] = text.decode(), name
        return texts, told

    def _oclc(self) -> list[str]:
        """The numbers that OCLC gives the records."""
        among = self.among("035", "a")
        others: dict[int, list[str]] = {}
        for text, record in zip(self.subs(among), self.records_of(among).tolist(), strict=True):
            others.setdefault(record, []).append(text.decode())
        numbers, agencies = self.texts(self.control("001")), self.texts(self.control("003"))
        return [
            headings.oclc_number(others.get(n, ()), numbers[n], agencies[n])
            for n in range(self.number)
        ]

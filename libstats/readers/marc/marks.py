"""Where in a block of records the fields and subfields stand that are read, found for all records
at once; and which records are not plain, so that they are read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from libstats.readers.marc.record import ONE_LINE
from libstats.readers.marc.rows import Layouts

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Tags = frozenset[str] | tuple[str, ...]
_LEADER, _ENTRY = 24, 12
# so that a leader that is cut is still a leader's length
_BEHIND = b" " * _LEADER


class Cells(NamedTuple):
    """Values of a column: where each begins and how long it is."""

    begin: Ints
    size: Ints


class Marks:
    """Whole records, the first of which is the one behind `before` others. Plain is a record with a
    directory in order, of UTF-8.

    of_every, every            of each field, read or not, in order: its record and its tag
    record, tag, begin, end    of each field that is read, in order: its record, tag and place
    field, key, sub_begin, sub_size  of each subfield of these: its field, tag and code, and place
    copy                       the fields that are copies
    of_copies, of_records      the subfields of these, and of the others
    """

    def __init__(self, data: bytes, layouts: Layouts, before: int) -> None:
        self.layouts, self.before = layouts, before
        if any(sign in data for sign in (b"\n", b"\r", b"\0")):
            data = data.translate(ONE_LINE)
        self.text = data + _BEHIND
        self.data: Bytes = np.frombuffer(self.text, np.uint8)
        # signs below the letters, and letters of several bytes, in one look
        odd: Ints = np.flatnonzero(self.data - np.uint8(32) >= 96)
        sign = self.data[odd]
        # what may stand neither in a leader nor in a control field that is plain
        self.wide = odd[(sign >= 0x80) | (sign == 0x1F)]
        self.ends, self.fields, self.subfields = (odd[sign == s] for s in (0x1D, 0x1E, 0x1F))
        self.number = len(self.ends)
        self.starts = self._starts()
        self.is_plain = self._are_letters_plain()
        self._find_fields()
        self._find_subfields()

    def _starts(self) -> Ints:
        """Where each record begins, behind what may stand between two."""
        starts = np.concatenate(([0], self.ends[:-1] + 1))
        for _ in range(4):
            starts = starts + np.isin(self.data[starts], (0x1A, 32, 9))
        return starts

    def _are_letters_plain(self) -> Flags:
        """Of each record whether a digit begins it, it is UTF-8, and nothing in it leads to other
        sets of letters."""
        found: Flags = (self.data[self.starts] >= 48) & (self.data[self.starts] <= 57)
        if b"\x1b" in self.text or not _is_utf8(self.text):
            for n in range(self.number):
                raw = self.text[self.starts[n] : self.ends[n]]
                found[n] &= _is_utf8(raw) and (b"\x1b" not in raw or raw[9:10] == b"a")
        return found

    def _find_fields(self) -> None:
        """Of the plain records each field that is read: its record, its tag, its place."""
        marks: Ints = np.append(self.fields, len(self.data))
        low, high = np.searchsorted(marks, self.starts), np.searchsorted(marks, self.ends)
        length = marks[low] - self.starts - _LEADER
        number = length // _ENTRY
        self.is_plain &= (length >= 0) & (length % _ENTRY == 0) & (high - low == number + 1)
        self.is_plain &= self.data[np.maximum(self.ends - 1, 0)] == 0x1E
        # letters of several bytes in a leader
        odd = self.wide
        self.is_plain &= np.searchsorted(odd, self.starts) == np.searchsorted(odd, marks[low])
        number = np.where(self.is_plain, number, 0)
        record = np.repeat(np.arange(self.number), number)
        nth = np.arange(len(record)) - np.repeat(np.cumsum(number) - number, number)
        at = self.starts[record] + _LEADER + _ENTRY * nth
        self._check_order(record, at + 7)
        tag = self._number(at, 3, 256)
        self.of_every, self.every, self.low = record, tag, low
        keep = self.is_plain[record] & is_one_of(tag, self.layouts.wanted)
        self.record, self.tag = record[keep], tag[keep]
        place = low[self.record] + nth[keep]
        self.begin, self.end = marks[place] + 1, marks[place + 1]
        self._check_control()

    def _number(self, at: Ints, digits: int, base: int, zero: int = 0) -> Ints:
        """The number that so many bytes at each place are."""
        found = np.zeros(len(at), np.int64)
        for n in range(digits):
            found = found * base + (self.data[at + n].astype(np.int64) - zero)
        return found

    def _check_order(self, record: Ints, at: Ints) -> None:
        """Leave out records whose directory is not in the order of the fields."""
        place = self._number(at, 5, 10, 48)
        falls = (np.diff(place) < 0) & (np.diff(record) == 0)
        self.is_plain[record[1:][falls]] = False
        for n in range(5):
            digit = self.data[at + n]
            self.is_plain[record[(digit < 48) | (digit > 57)]] = False

    def _check_control(self) -> None:
        """Leave out records of which a control field has letters of several bytes: places in it
        would be others."""
        odd = self.wide
        control = np.flatnonzero(self.tag < code_of("010"))
        low, high = (np.searchsorted(odd, each[control]) for each in (self.begin, self.end))
        if (low < high).any():
            self.is_plain[self.record[control[low < high]]] = False
            keep = self.is_plain[self.record]
            self.record, self.tag = self.record[keep], self.tag[keep]
            self.begin, self.end = self.begin[keep], self.end[keep]

    def _find_subfields(self) -> None:
        """Each subfield of these fields: its field, its tag and code, its place."""
        marks = self.subfields
        field = np.searchsorted(self.begin, marks, side="right") - 1
        ends = np.append(self.end, 0)  # the last is that of no field
        keep = marks < ends[field]
        marks, field = marks[keep], field[keep]
        end = np.minimum(np.append(marks[1:], len(self.data)), ends[field])
        keep = marks + 1 < end
        self.field, self.sub_begin, end = field[keep], marks[keep] + 2, end[keep]
        self.sub_size = end - self.sub_begin
        self.key = self.tag[self.field] * 256 + self.data[self.sub_begin - 1]
        is_copy = is_one_of(self.tag, self.layouts.copies.copies)
        self.copy = np.flatnonzero(is_copy)
        self.of_copies = np.flatnonzero(is_copy[self.field])
        self.of_records = np.flatnonzero(~is_copy[self.field])

    def tags_with(self, code: int) -> tuple[Ints, Ints]:
        """Of each subfield of a code in a plain record, in whatever field: its record, and the tag
        of its field."""
        marks = self.subfields[self.data[self.subfields + 1] == code]
        record = np.searchsorted(self.ends, marks)
        nth = np.searchsorted(self.fields, marks) - self.low[record] - 1
        first = np.searchsorted(self.of_every, record)
        keep = self.is_plain[record] & (nth >= 0)
        return record[keep], self.every[(first + nth)[keep]]

    def texts(self, cells: Cells) -> list[str]:
        """The texts of a column."""
        text, ends = self.text, (cells.begin + cells.size).tolist()
        return [
            text[b:e].decode() if e > b else ""
            for b, e in zip(cells.begin.tolist(), ends, strict=True)
        ]

    def among(self, tag: str, codes: str) -> Ints:
        """The subfields of the codes in fields of a tag that are not empty."""
        where = self.of_copies if tag in self.layouts.copies.copies else self.of_records
        key = self.key[where]
        found = np.zeros(len(where), bool)
        for code in codes:
            found |= key == code_of(tag) * 256 + ord(code)
        found &= self.sub_size[where] > 0
        kept: Ints = where[found]
        return kept

    def subs(self, among: Ints) -> list[bytes]:
        """The texts of subfields."""
        text, begin = self.text, self.sub_begin[among]
        ends = (begin + self.sub_size[among]).tolist()
        return [text[b:e] for b, e in zip(begin.tolist(), ends, strict=True)]

    def at(self, place: int) -> Bytes:
        """The letter at a place of each leader."""
        found: Bytes = self.data[self.starts + place]
        return found

    def records_of(self, among: Ints) -> Ints:
        """The record of each subfield."""
        found: Ints = self.record[self.field[among]]
        return found

    def control(self, tag: str) -> Cells:
        """The first field of a tag, whole."""
        begin, size = np.zeros(self.number, np.int64), np.zeros(self.number, np.int64)
        among = np.flatnonzero(self.tag == code_of(tag))[::-1]
        begin[self.record[among]] = self.begin[among]
        size[self.record[among]] = (self.end - self.begin)[among]
        return Cells(begin, size)

    @cached_property
    def changed(self) -> list[str]:
        """When each record was last changed, as it says."""
        return self.texts(self.control("005"))

    @cached_property
    def made(self) -> list[str]:
        """The 008 of each record, which begins with when it was made."""
        return self.texts(self.control("008"))

    def positions(self, tag: str, first: int, last: int) -> Cells:
        whole = self.control(tag)
        size = np.clip(whole.size - first, 0, last + 1 - first)
        return Cells(whole.begin + first, size)

    def odd(self) -> Iterator[tuple[int, bytes]]:
        """The records that are not plain: number and bytes."""
        before = np.concatenate(([0], self.ends[:-1] + 1))
        for n in np.flatnonzero(~self.is_plain).tolist():
            raw = self.text[before[n] : self.ends[n]]
            yield self.before + n + 1, raw


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@lru_cache
def _flags_of(tags: Tags) -> Flags:
    """For each number of a tag, whether it is one of these; it takes memory where it is looked at
    alone."""
    flags = np.zeros(1 << 24, bool)
    flags[[code_of(tag) for tag in tags]] = True
    return flags


def is_one_of(codes: Ints, tags: Tags) -> Flags:
    """Which numbers are those of one of the tags."""
    found: Flags = _flags_of(tags)[codes]
    return found


def code_of(tag: str) -> int:
    """A tag as a number."""
    first, second, third = tag.encode()
    return first * 65536 + second * 256 + third

"""Whether a workbook of the years before 2007 (XLS) can be read at all.

The reader of its cells follows chains of sectors without end, and sets aside memory for whatever
number of cells damaged bytes name, until none is left. So its chains, sizes and cell numbers are
walked through here first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from libstats.readers.place import damaged

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR, _MINI, _SMALL = 0xFFFFFFFA, 64, 4096
_ROWS, _COLUMNS = 65_536, 256
_CELLS = {0x0006, 0x007E, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_DIMENSIONS, _STRINGS, _LOCKED = 0x0200, 0x00FC, 0x002F


class _Damaged(Exception):
    """The bytes cannot be what they say."""


def check(data: bytes, name: str) -> None:
    """FileRefused if the file is damaged."""
    try:
        for title, stream in _Compound(data).streams():
            if title in ("Workbook", "Book"):
                _check_records(stream)
    except (_Damaged, struct.error) as error:
        raise damaged(name) from error


class _Compound:
    """A compound file: sectors in chains, with a directory of streams."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.sector = {9: 512, 12: 4096}.get(struct.unpack_from("<H", data, 30)[0], 0)
        directories, fats, directory, _, _, mini, minis, more, mores = struct.unpack_from(
            "<9I", data, 40
        )
        if not self.sector or max(directories, fats, minis, mores) * self.sector > len(data):
            raise _Damaged
        self.fat = [n for at in self._fat_sectors(more) for n in self._numbers(at)]
        self.mini_fat = [n for at in self._chain(mini, self.fat) for n in self._numbers(at)]
        self.entries = [
            entry for at in self._chain(directory, self.fat) for entry in self._entries(at)
        ]

    def _fat_sectors(self, more: int) -> list[int]:
        """Where the table of chains lies: listed in the header, the rest in a chain of lists of its
        own."""
        found, seen = list(struct.unpack_from("<109I", self.data, 76)), set()
        while more < _LAST_SECTOR:
            if more in seen:
                raise _Damaged
            seen.add(more)
            *listed, more = self._numbers(more)
            found += listed
        return [at for at in found if at < _LAST_SECTOR]

    def _numbers(self, at: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{self.sector // 4}I", self.data, (at + 1) * self.sector)

    def _entries(self, at: int) -> Iterator[tuple[str, int, int, int]]:
        """(name, kind, first sector, size) of the streams listed in a sector."""
        for place in range((at + 1) * self.sector, (at + 2) * self.sector, 128):
            entry = self.data[place : place + 128]
            size = struct.unpack_from("<I", entry, 120)[0]
            if size > len(self.data) and entry[66]:
                raise _Damaged
            yield (
                entry[:64].decode("utf-16-le", "replace").partition("\0")[0],
                entry[66],
                struct.unpack_from("<I", entry, 116)[0],
                size,
            )

    def _chain(self, at: int, table: list[int]) -> list[int]:
        found: list[int] = []
        while at < _LAST_SECTOR:
            if at >= len(table) or len(found) > len(table):
                raise _Damaged
            found.append(at)
            at = table[at]
        return found

    def streams(self) -> Iterator[tuple[str, bytes]]:
        """The name and bytes of every stream."""
        root = next((e for e in self.entries if e[1] == 5), None)
        if root is None:
            raise _Damaged
        minis = self._bytes(self._chain(root[2], self.fat), self.data[self.sector :], self.sector)
        for name, kind, start, size in self.entries:
            if kind == 2 and size < _SMALL:
                yield name, self._bytes(self._chain(start, self.mini_fat), minis, _MINI)[:size]
            elif kind == 2:
                yield (
                    name,
                    self._bytes(
                        self._chain(start, self.fat), self.data[self.sector :], self.sector
                    )[:size],
                )

    @staticmethod
    def _bytes(chain: list[int], data: bytes, sector: int) -> bytes:
        return b"".join(data[at * sector : (at + 1) * sector] for at in chain)


def _check_records(stream: bytes) -> None:
    """Every cell lies on a sheet, and no number of strings is larger than the stream."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        if kind == _LOCKED:
            return  # the reader of cells says so
        if kind in _CELLS:
            last = at + 4 + length - 2 if kind in (0x00BD, 0x00BE) else at + 6
            if (
                struct.unpack_from("<H", stream, last)[0] >= _COLUMNS
                or struct.unpack_from("<H", stream, at + 6)[0] >= _COLUMNS
            ):
                raise _Damaged
        elif kind == _STRINGS and max(struct.unpack_from("<2I", stream, at + 4)) > len(stream):
            raise _Damaged
        elif kind == _DIMENSIONS and length >= 14:
            top, bottom, left, right = struct.unpack_from("<2I2H", stream, at + 4)
            if not (top <= bottom <= _ROWS and left <= right <= _COLUMNS):
                raise _Damaged
        at += 4 + length

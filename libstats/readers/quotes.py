"""The count of a delimited text's records, independent of every CSV reader, at the speed of the
disk."""

from __future__ import annotations

import codecs

import numpy as np


class Counter:
    """Counts records over blocks of UTF-8: quotes and newlines only, found by numpy. Not `quoted`:
    every line is a record."""

    def __init__(self, delimiter: int, *, quoted: bool = True) -> None:
        self.quoted = quoted
        self.before_quote = np.zeros(256, dtype=bool)
        self.before_quote[[delimiter, 10, 13, 34]] = True
        self.owes_end = False
        self.quotes = self.newlines = self.inside = self.blank = self.at = 0
        self.line_end = self.opened_line = -1
        self.last = 10
        self.is_regular = True
        self.tail = b""

    def add(self, block: bytes) -> None:
        """The next bytes."""
        data = np.frombuffer(block, dtype=np.uint8)
        if self.at == 0 and block.startswith((codecs.BOM_UTF8 + b"\n", codecs.BOM_UTF8 + b"\r\n")):
            self.blank += 1  # a line with the byte order mark alone
        if (
            len(data)
            and not self.owes_end
            and not (self.quoted and (self.quotes % 2 or b'"' in block))
        ):
            self._plain(block, data)
            self._passed(block, data)
            return
        if self.owes_end and len(data):
            self.is_regular &= bool(self.before_quote[data[0]])
            self.owes_end = False
        newlines = np.flatnonzero(data == 10)
        quotes = np.flatnonzero(data == 34) if self.quoted else np.empty(0, dtype=np.int64)
        if len(quotes):
            self._quotes(data, quotes, newlines)
        outside = newlines[(np.searchsorted(quotes, newlines) + self.quotes) % 2 == 0]
        self._blank(data, outside)
        self.newlines += len(newlines)
        self.inside += len(newlines) - len(outside)
        self.quotes += len(quotes)
        self._passed(block, data)

    def _passed(self, block: bytes, data: np.ndarray) -> None:
        self.at += len(block)
        self.last = int(data[-1]) if len(data) else self.last
        self.tail = block[-2:] if len(block) > 1 else (self.tail + block)[-2:]

    def _plain(self, block: bytes, data: np.ndarray) -> None:
        """A block in which no quote stands or is open, as in most files: counted without looking
        for where each line ends."""
        first = block.find(b"\n")
        if first < 0:
            return
        self._blank(data, np.array([first]))
        is_end = data == 10
        self.blank += int(np.count_nonzero(is_end[first + 1 :] & is_end[first:-1]))
        if b"\r" in block:
            self.blank += int(
                np.count_nonzero(
                    is_end[first + 2 :] & (data[first + 1 : -1] == 13) & is_end[first:-2]
                )
            )
        self.newlines += int(np.count_nonzero(is_end))
        self.line_end = self.at + block.rfind(b"\n")

    def _quotes(self, data: np.ndarray, quotes: np.ndarray, newlines: np.ndarray) -> None:
        closing = quotes[1 - self.quotes % 2 :: 2]
        inner = closing[closing + 1 < len(data)]
        self.is_regular &= bool(self.before_quote[data[inner + 1]].all())
        self.owes_end = len(inner) < len(closing)
        opening = quotes[self.quotes % 2 :: 2]
        if not len(opening):
            return
        previous = np.where(opening > 0, data[opening - 1], self.last)
        bom = self.at == 0 and opening[0] == 3 and data[:3].tobytes() == codecs.BOM_UTF8
        self.is_regular &= bool(self.before_quote[previous[1 if bom else 0 :]].all())
        self.opened_line = self.newlines + int(np.searchsorted(newlines, opening[-1])) + 1

    def _blank(self, data: np.ndarray, outside: np.ndarray) -> None:
        if not len(outside):
            return
        ends = np.concatenate(([self.line_end], outside + self.at))
        lengths = np.diff(ends) - 1
        before = np.where(outside > 0, data[outside - 1], self.tail[-1] if self.tail else 10)
        self.blank += int(((lengths == 0) | ((lengths == 1) & (before == 13))).sum())
        self.line_end = int(ends[-1])

    def records(self) -> int:
        """Records that are not blank."""
        rest = self.at - 1 - self.line_end
        unfinished = rest > 1 or (rest == 1 and self.last != 13)
        return self.newlines - self.inside - self.blank + unfinished

    def open_quote(self) -> int | None:
        """The line on which the last quote opened, if it does not close."""
        return self.opened_line if self.quotes % 2 and self.is_regular else None

    def ends_cleanly(self) -> bool:
        """False if the last line has no end though others do."""
        return self.last == 10 or self.newlines == 0

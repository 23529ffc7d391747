"""Delimited text: what its bytes are, how many records it holds, and its rows as plain UTF-8.

A regular UTF-8 file is read by DuckDB itself. Whatever that cannot do exactly (other encodings, ragged rows, stray
quotes, messages behind the last row) goes through `normalise`, which keeps only the wanted columns.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from libstats.errors import FileRefused

DELIMITERS = ",;\t|^"
BLOCK = 1 << 22
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class Delimited:
    """A delimited file as its first bytes show it; `header` and `delimiter` are those by which it was recognised."""

    path: Path
    encoding: str
    head: str
    delimiter: str = ","
    header: tuple[str, ...] = ()

    def headers(self) -> Iterator[Delimited]:
        """The file as each delimiter would read its first line, the one with most columns first."""
        first = self.head.lstrip("\ufeff")
        readings = []
        for delimiter in DELIMITERS:
            row = next(csv.reader(first.splitlines(keepends=True), delimiter=delimiter), [])
            readings.append((delimiter, tuple(row)))
        for delimiter, header in sorted(readings, key=lambda r: -len(r[1])):
            yield Delimited(self.path, self.encoding, self.head, delimiter, header)


@dataclass(frozen=True)
class Count:
    """What one pass over the bytes says: independent of every CSV reader.

    records       lines that are not blank, newlines inside quotes not counted, header included
    is_regular    False if a quote opens inside a field or closes before its end, so that quotes cannot be trusted
    open_quote    line on which a quote opens that never closes, or None
    ends_cleanly  False if the last line has no line end though others do
    """

    sha256: str
    size: int
    records: int
    is_regular: bool
    open_quote: int | None
    ends_cleanly: bool


def probe(path: Path) -> Delimited:
    """Look at the first bytes of a file; FileRefused for one that is empty or not text."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if not head:
        raise FileRefused(f"{path.name}: the file is empty", "Export it again; the system may still have been writing it.")
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), None) or _guess(head)
    if encoding == "by line" and b"\0" in head:
        raise FileRefused(f"{path.name}: this is not a text file", "libstats reads CSV and tab-delimited exports.")
    return Delimited(path, encoding, _decode_head(head, encoding))


def _guess(head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and not even:
        return "utf-16-le"
    if even > len(head) // 4 and not odd:
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "by line"
    return "by line" if b"\0" in head else "utf-8"


def _decode_head(head: bytes, encoding: str) -> str:
    if encoding == "by line":
        return "".join(decode_line(line) for line in head.splitlines(keepends=True))
    return codecs.getincrementaldecoder(encoding)(errors="ignore").decode(head)


def decode_line(line: bytes) -> str:
    """One line as UTF-8, else as Windows-1252: some reporters mix the two in one file."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace") if not re.search(rb"[\x81\x8d\x8f\x90\x9d]", line) else line.decode("latin-1")


def count(file: Delimited, advance: Callable[[int], object] = lambda n: None) -> Count:
    """Fingerprint the file and count its records in one pass; `advance` is told of bytes done."""
    digest, counter = hashlib.sha256(), _Counter(ord(file.delimiter))
    decoder = None if file.encoding in ("utf-8", "by line") else codecs.getincrementaldecoder(file.encoding)()
    size = 0
    with file.path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            size += len(block)
            counter.add(block if decoder is None else decoder.decode(block).encode("utf-8"))
            advance(len(block))
    return Count(digest.hexdigest(), size, counter.records(), counter.is_regular, counter.open_quote(), counter.ends_cleanly())


class _Counter:
    """Counts records over blocks of UTF-8: quotes and newlines only, found by numpy."""

    def __init__(self, delimiter: int) -> None:
        self.before_quote = np.zeros(256, dtype=bool)
        self.before_quote[[delimiter, 10, 13, 34]] = True
        self.owes_end = False
        self.quotes = self.newlines = self.inside = self.blank = self.at = 0
        self.line_end = self.opened_line = -1
        self.last = 10
        self.is_regular = True
        self.tail = b""

    def add(self, block: bytes) -> None:
        data = np.frombuffer(block, dtype=np.uint8)
        if self.owes_end and len(data):
            self.is_regular &= bool(self.before_quote[data[0]])
            self.owes_end = False
        newlines = np.flatnonzero(data == 10)
        quotes = np.flatnonzero(data == 34)
        if len(quotes):
            self._quotes(data, quotes, newlines)
        outside = newlines[(np.searchsorted(quotes, newlines) + self.quotes) % 2 == 0]
        self._blank(data, outside)
        self.newlines += len(newlines)
        self.inside += len(newlines) - len(outside)
        self.quotes += len(quotes)
        self.at += len(block)
        self.last = int(data[-1]) if len(data) else self.last
        self.tail = (self.tail + block)[-2:]

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
        unfinished = self.at - 1 > self.line_end
        return self.newlines - self.inside - self.blank + unfinished

    def open_quote(self) -> int | None:
        return self.opened_line if self.quotes % 2 and self.is_regular else None

    def ends_cleanly(self) -> bool:
        return self.last == 10 or self.newlines == 0


@dataclass
class Normalised:
    """What `normalise` wrote, and what it could not: (line, fields found; 0: a doubtful quote runs over lines) of ragged rows, lines set aside."""

    path: Path
    records: int = 0
    ragged: list[tuple[int, int]] = field(default_factory=list)
    footers: int = 0
    is_cut: bool = False
    broke_off: bool = False


def _lines(file: Delimited, advance: Callable[[int], object]) -> Iterator[str]:
    if file.encoding in ("utf-8", "by line"):
        with file.path.open("rb") as stream:
            for number, line in enumerate(stream):
                advance(len(line))
                text = decode_line(line)
                yield text.removeprefix("\ufeff") if number == 0 else text
        return
    with file.path.open(encoding=file.encoding, newline="") as decoded:
        for number, text in enumerate(decoded):
            advance(len(text) * 2)
            yield text.removeprefix("\ufeff") if number == 0 else text


def records(file: Delimited, advance: Callable[[int], object] = lambda n: None) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of every record but the header and blank lines; FileRefused where a quote never closes."""
    end = "\x1aend of file"

    def lines() -> Iterator[str]:
        last = "\n"
        for line in _lines(file, advance):
            last = line
            yield line.replace("\0", "")
        if not last.endswith(("\n", "\r")):
            yield "\n"
        yield end

    reader = csv.reader(lines(), delimiter=file.delimiter)
    line = 1
    for number, row in enumerate(reader):
        if row == [end]:
            return
        if row and number:
            yield line, row
        line = reader.line_num + 1
    raise unclosed(file.path.name, line - 1)


def unclosed(name: str, line: int) -> FileRefused:
    """The refusal of a file in which a quotation mark never closes: half of it would be lost in one field."""
    return FileRefused(
        f"{name}, line {line}: a quotation mark opens and never closes",
        "The file is cut or a field holds a stray quotation mark. Export it again; nothing of it was loaded.",
    )


def normalise(
    file: Delimited,
    target: Path,
    keep: Sequence[int],
    change: dict[int, Callable[[str], str]],
    footer: str | None = None,
    failure: str | None = None,
    trust_quotes: bool = True,
    advance: Callable[[int], object] = lambda n: None,
) -> Normalised:
    """Write the wanted columns of every whole record to `target` as UTF-8, with its line number in front.

    Parameters: `keep` are positions of columns; `change` maps a position to what is done to its values before
    anything is written (persons' identifiers are hashed here); `footer` and `failure` are patterns of lines that are no
    rows, the second of which say that the export broke off; without `trust_quotes` a record over several lines is not
    believed: a stray quote may have swallowed rows, and with them what may not be kept.
    """
    found = Normalised(target)
    width = len(file.header)
    asides = [re.compile(pattern) for pattern in (footer, failure) if pattern]
    broke_off = re.compile(failure) if failure else None
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for line, row in records(file, advance):
            found.records += 1
            found.is_cut = False
            if len(row) > width and not any(cell.strip() for cell in row[width:]):
                row = row[:width]
            if not trust_quotes and any("\n" in cell or "\r" in cell for cell in row):
                found.ragged.append((line, 0))
            elif len(row) == width:
                writer.writerow([line, *(change[i](row[i]) if i in change else row[i] for i in keep)])
            elif any(pattern.match(row[0]) for pattern in asides):
                found.footers += 1
                found.broke_off |= bool(broke_off and broke_off.match(row[0]))
            else:
                found.ragged.append((line, len(row)))
                found.is_cut = len(row) < width
    return found

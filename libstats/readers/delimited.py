"""Delimited text: what its bytes are, how many records it holds, and its records one by one.

A regular UTF-8 file is read by DuckDB itself. Whatever that cannot do exactly (other encodings,
ragged rows, stray quotes, lines above the headings, packed bytes) is read here.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from libstats.errors import FileRefused
from libstats.readers import wrapped
from libstats.readers.part import HEADER_WITHIN, Advance, Count, Part, idle
from libstats.readers.place import HEAD, READS, Place, empty, place_of
from libstats.readers.quotes import Counter

DELIMITERS = ",;\t|^~"
# with these, programs that know no quoting write quotation marks as characters like any other
PLAIN = "\t|^~"
BLOCK = 1 << 20
LONGEST = 1 << 24
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", "^": "caret", "~": "tilde"}
_END = "\x1aend of file"
csv.field_size_limit(LONGEST)


@dataclass(frozen=True)
class Delimited(Part):
    """Delimited text as its first bytes show it; `header` and `delimiter` are those by which it was
    recognised.

    end  the byte that ends lines: a newline, or a carriage return where there is no newline at all
    """

    encoding: str = "utf-8"
    head: str = ""
    delimiter: str = ","
    end: bytes = b"\n"

    @property
    def form(self) -> str:
        """Encoding and delimiter in words."""
        encoding = (
            "UTF-8 or Windows-1252, line by line"
            if self.encoding == "by line"
            else self.encoding.upper()
        )
        return f"{encoding}, {_NAMES[self.delimiter]} between columns"

    @property
    def is_fast(self) -> bool:
        """True for a plain UTF-8 file whose first line is the header."""
        return (
            self.place.is_plain
            and self.encoding == "utf-8"
            and self.end == b"\n"
            and self.above == 1
        )

    def is_mostly_plain(self, null_words: Collection[str]) -> bool:
        """True if most of the first lines are without quotes and without words that mean blank."""
        lines = [
            line.replace(f'{self.delimiter}""{self.delimiter}', 2 * self.delimiter)
            for line in self.head.splitlines()[self.above :]
        ]
        plain = sum(
            '"' not in line and not any(field in null_words for field in line.split(self.delimiter))
            for line in lines
        )
        return 2 * plain > len(lines)

    def headers(self) -> Iterator[Delimited]:
        """The text as each delimiter would read each of its first records, the first record and
        most columns first."""
        found = [
            (above, tuple(row), part)
            for part, rows in self.firsts()
            for above, row in enumerate(rows)
        ]
        seen = set()
        for above, header, part in sorted(found, key=lambda each: (each[0], -len(each[1]))):
            if (above, header) not in seen:
                seen.add((above, header))
                yield replace(part, header=header, preamble=above)

    def firsts(self) -> Iterator[tuple[Delimited, list[list[str]]]]:
        """The text and its first records with each delimiter."""
        for delimiter in DELIMITERS:
            yield (
                replace(self, delimiter=delimiter),
                _first_records(self.head, delimiter)[:HEADER_WITHIN],
            )

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its records in one pass over the bytes.

        With tabs, bars or carets between columns and no quotes in the headings, quotes that cannot
        be trusted are characters: every line that is not blank is a record then. Raises FileRefused
        where packed bytes cannot be unpacked.
        """
        digest, size, is_plain = hashlib.sha256(), 0, self.delimiter in PLAIN
        counter, lines = Counter(ord(self.delimiter)), Counter(ord(self.delimiter), quoted=False)
        decoder = (
            None
            if self.encoding in ("utf-8", "by line")
            else codecs.getincrementaldecoder(self.encoding)(errors="replace")
        )
        has_controls = False
        with self.place.open() as stream, ThreadPoolExecutor(1) as beside:
            block = b" "
            while block:
                block = stream.read(BLOCK)
                hashed = beside.submit(digest.update, block) if len(block) == BLOCK else None
                size += len(block)
                has_controls |= b"\0" in block or b"\1" in block or b"\x1f" in block
                advance(len(block) if self.place.is_plain else 0)
                text = (
                    block
                    if decoder is None
                    else decoder.decode(block, final=not block).encode("utf-8")
                )
                text = text if self.end == b"\n" else text.replace(self.end, b"\n")
                for each in (counter, lines) if is_plain else (counter,):
                    each.add(text)
                if hashed is None:  # a thread for a small file takes longer than its hash
                    digest.update(block)
                else:
                    hashed.result()
        fingerprint, cleanly = digest.hexdigest(), counter.ends_cleanly()
        if not counter.is_regular and wrapped.are(self.head, self):
            with self.place.open() as stream:
                records = sum(1 for line in _lines(stream, self, idle) if line.strip("\r\n"))
            return Count(fingerprint, size, records, True, None, cleanly, False, is_wrapped=True)
        if is_plain and self._quotes_are_characters(counter):
            return Count(fingerprint, size, lines.records(), ends_cleanly=cleanly, is_quoted=False)
        return Count(
            fingerprint,
            size,
            counter.records(),
            counter.is_regular,
            counter.open_quote(),
            cleanly,
            spans_lines=bool(counter.inside),
            has_controls=has_controls,
        )

    def _quotes_are_characters(self, counter: Counter) -> bool:
        """True if the quotes of the file hold nothing together: they cannot be trusted, or its
        lines are whole without them."""
        if any('"' in heading for heading in self._header_line):
            return False
        if not counter.is_regular or counter.open_quote() is not None:
            return True
        if not counter.inside:
            return False
        with self.place.open() as stream:
            rows = islice(
                _unquoted(_lines(stream, self, idle), self.delimiter), max(self.above - 1, 0), None
            )
            return all(
                len(row) - (len(row) > len(self.header) and not row[-1].strip()) == len(self.header)
                for _, row in rows
            )

    @property
    def _header_line(self) -> list[str]:
        lines = [line for line in self.head.split("\n") if line.strip("\r")]
        return [] if self.is_bare else lines[self.preamble : self.preamble + 1]

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every row; FileRefused where a quote never closes or a field has no
        end."""
        counted = counted or self.count()
        with self.place.open() as stream:
            lines = _lines(stream, self, advance)
            if counted.is_wrapped:
                rows = wrapped.records(lines, self.delimiter, len(self.header))
            else:
                rows = (
                    _quoted(lines, self) if counted.is_quoted else _unquoted(lines, self.delimiter)
                )
            yield from islice(rows, self.above, None)


def probe(at: Path | Place, first: bytes | None = None) -> Delimited:
    """Look at the first bytes (`first`, if they are known); FileRefused for what is empty or no
    text."""
    place = at if isinstance(at, Place) else place_of(at)
    head = place.head() if first is None else first
    if not head:
        raise empty(f"{place.name}: the file is empty")
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), None) or _guess(head)
    if encoding == "by line" and b"\0" in head:
        controls = sum(head.count(byte) for byte in (*range(1, 9), *range(14, 32)))
        raise (
            FileRefused(f"{place.name}: this is not a text file", READS)
            if controls > len(head) // 50
            else _zeros(place.name)
        )
    end = (
        b"\r" if b"\n" not in head and b"\r" in head and encoding in ("utf-8", "by line") else b"\n"
    )
    return Delimited(
        place, encoding=encoding, head=_decode_head(head.replace(end, b"\n"), encoding), end=end
    )


def _zeros(where: str) -> FileRefused:
    """The refusal of a text with bytes that no text has; a disk that failed leaves them."""
    return FileRefused(
        f"{where}: bytes of value 0 stand in the text: the file is damaged",
        "Export or copy it again; nothing of it was loaded.",
    )


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
    return codecs.getincrementaldecoder(encoding)(errors="ignore").decode(head).lstrip("\ufeff")


def decode_line(line: bytes) -> str:
    """One line as UTF-8, else as Windows-1252: some reporters mix the two in one file."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return (
            line.decode("cp1252", errors="replace")
            if not re.search(rb"[\x81\x8d\x8f\x90\x9d]", line)
            else line.decode("latin-1")
        )


def _first_records(head: str, delimiter: str) -> list[list[str]]:
    """The records of the first bytes; the last of them may be cut, and is left out where there are
    others."""
    reader = csv.reader(_spaced(io.StringIO(head, newline="\n")), delimiter=delimiter)
    held: list[list[str]] = []
    with suppress(csv.Error):
        held += islice((row for row in reader if row), HEADER_WITHIN + 1)
    return held[:-1] if len(held) > 1 and len(head) > HEAD // 2 else held


def _lines(stream: BinaryIO, file: Delimited, advance: Advance) -> Iterator[str]:
    """The lines as text, each with its end."""
    if file.end == b"\r":
        stream = io.BufferedReader(_Newlines(stream), HEAD)
    by_byte = file.encoding in ("utf-8", "by line")
    for number, line in enumerate(
        _by_byte(stream) if by_byte else _decoded(stream, file.encoding), start=1
    ):
        if len(line) >= LONGEST:
            raise FileRefused(
                (
                    f"{file.name}, line {number}: the line has more than {LONGEST >> 20} million "
                    "characters"
                ),
                "This is no list of rows. Nothing of it was loaded.",
            )
        advance((len(line) if by_byte else 2 * len(line)) if file.place.is_plain else 0)
        if "\0" in line:
            raise _zeros(f"{file.name}, line {number}")
        yield line.removeprefix("\ufeff") if number == 1 else line


def _by_byte(stream: BinaryIO) -> Iterator[str]:
    while line := stream.readline(LONGEST):
        yield decode_line(line) if len(line) < LONGEST else " " * LONGEST


def _decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder, rest = codecs.getincrementaldecoder(encoding)(errors="replace"), ""
    while block := stream.read(HEAD):
        *lines, rest = (rest + decoder.decode(block)).split("\n")
        yield from (line + "\n" for line in lines)
        if len(rest) >= LONGEST:
            break
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


class _Newlines(io.RawIOBase):
    """A stream in which carriage returns, which end its lines, are newlines."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with memoryview(buffer) as view:
            data = self.stream.read(len(view)).replace(b"\r", b"\n")
            view[: len(data)] = data
        return len(data)


def _quoted(lines: Iterator[str], file: Delimited) -> Iterator[tuple[int, list[str]]]:
    """Records in which quotation marks hold fields together."""
    reader = csv.reader(_closed(lines), delimiter=file.delimiter)
    line = 1
    try:
        for row in reader:
            if row == [_END]:
                return
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused(
            f"{file.name}, line {line}: a field that has no end, or a line end inside it",
            "Export it again; nothing of it was loaded.",
        ) from error
    raise unclosed(file.name, line - 1)


def _closed(lines: Iterator[str]) -> Iterator[str]:
    """The lines for a CSV reader, and an end that shows open quotes."""
    last = "\n"
    for last in _spaced(lines):
        yield last
    if not last.endswith(("\n", "\r")):
        yield "\n"
    yield _END


def _spaced(lines: Iterable[str]) -> Iterator[str]:
    """The lines, each carriage return within a field without quotes a space."""
    is_open = False
    for line in lines:
        quotes = line.count('"')
        is_loose = not is_open and not quotes and "\r" in line[:-2]
        is_open ^= bool(quotes & 1)
        yield line[:-2].replace("\r", " ") + line[-2:] if is_loose else line


def _unquoted(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records of a file in which a quotation mark is a character."""
    for number, line in enumerate(lines, start=1):
        text = line.removesuffix("\n").removesuffix("\r")
        if text:
            yield number, text.split(delimiter)


def unclosed(name: str, line: int) -> FileRefused:
    """The refusal of a file in which a quotation mark never closes: half of it would be lost in one
    field."""
    return FileRefused(
        f"{name}, line {line}: a quotation mark opens and never closes",
        (
            "The file is cut or a field holds a stray quotation mark. Export it again; "
            "nothing of it was loaded."
        ),
    )

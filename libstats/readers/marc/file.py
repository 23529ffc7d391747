"""A file of MARC records, read once for both of its lists: the records, and the copies in them.
All cores read it, each a stretch of whole records; memory holds a few blocks of it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

import numpy as np

from libstats.errors import FileRefused
from libstats.readers.marc import xml
from libstats.readers.marc.record import BETWEEN, END, entries
from libstats.readers.marc.rows import (
    BLOCK,
    LONGEST,
    Layouts,
    Numbered,
    Told,
    records_in,
    write,
)
from libstats.readers.marc.worker import Stretch, Worker, written
from libstats.readers.place import Place
from libstats.readers.text import blocks

# from so many bytes on a process for each core is worth its start
SPLIT = 1 << 24
MOST_WORKERS = 4


@dataclass(frozen=True)
class Counted:
    """What one pass over the bytes says: its fingerprint, the records that end, the copies that
    their directories name, whether anything stands behind the last record."""

    sha256: str
    size: int
    records: int
    copies: int
    is_cut: bool


@dataclass
class Staged:
    """Rows as they were written: those of records, those of copies, and what else is known."""

    records: Path
    copies: Path
    told: Told


@dataclass
class File:
    """The file, and what is read of it. `xml`: the encoding of MARCXML; "" for ISO 2709."""

    place: Place
    layouts: Layouts
    xml: str = ""
    is_harvest: bool = False
    _counted: Counted | None = None
    _staged: Staged | None = None
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def counted(self, advance: Callable[[int], object]) -> Counted:
        """The count, which is made once."""
        with self._lock:
            if self._counted is None:
                self._counted = (self._of_xml if self.xml else self._of_bytes)(advance)
            return self._counted

    def staged(self, scratch: Path, advance: Callable[[int], object]) -> Staged:
        """The rows of both lists in files, which are written once."""
        if self._staged is None:
            named = [scratch / f"marc-{id(self):x}-{what}.csv" for what in ("records", "copies")]
            told = self._write((named[0], named[1]), advance)
            self._staged = Staged(named[0], named[1], told)
        return self._staged

    def staged_again(self, scratch: Path, advance: Callable[[int], object]) -> Staged:
        """The same, once a list is asked for a second time."""
        self._staged = None
        return self.staged(scratch, advance)

    def records(self) -> Iterator[Numbered]:
        """Number and content of each record."""
        if self.xml:
            yield from enumerate(xml.records_in(self.place, self.xml, self.layouts.wanted), start=1)
            return
        with self.place.open() as stream:
            yield from records_in(stream, self.layouts)

    def dated(self) -> tuple[datetime, str] | None:
        """When the file was exported, as far as its records tell: the newest change of one, else
        the newest making; None before they are staged, or where none tells."""
        if self._staged is None:
            return None
        told = self._staged.told
        moment = told.changed or told.made
        if moment:
            return datetime.strptime(moment, "%Y%m%d%H%M%S"), "newest"
        return datetime.fromtimestamp(int(self.place.path.stat().st_mtime)), "modified"

    def others(self) -> dict[str, int]:
        """How many records are no titles, by kind; for who has had them staged."""
        return self._staged.told.others if self._staged else {}

    def _write(self, to: tuple[Path, Path], advance: Callable[[int], object]) -> Told:
        stretches = self._stretches(to)
        if not stretches:
            told = self._written_here(to)
            advance(self.place.stamp[0] if self.place.is_plain else 0)
            return told
        # all are read by others: what this process once took, DuckDB would lack
        told, workers = Told(), [Worker(stretch) for stretch in stretches]
        try:
            for worker in workers:
                told.add(worker.told())
                advance(worker.stretch.end - worker.stretch.start)
                self._take_over(worker.stretch, to)
        finally:
            for worker in workers:
                worker.stop()
        return told

    def _take_over(self, stretch: Stretch, to: tuple[Path, Path]) -> None:
        """Put the rows of a stretch behind those before it."""
        for whole, part in zip(to, map(Path, stretch.to), strict=True):
            if part != whole:
                with whole.open("ab") as out, part.open("rb") as rows:
                    shutil.copyfileobj(rows, out, BLOCK)
                part.unlink()

    def _written_here(self, to: tuple[Path, Path]) -> Told:
        if self.xml:
            return write(self.records(), self.layouts, to)
        with self.place.open() as stream:
            return written(stream, self.layouts, to)

    def _stretches(self, to: tuple[Path, Path]) -> list[Stretch]:
        """The file in as many parts as there are cores, of whole records; none where it is small,
        packed or XML."""
        size = self.place.stamp[0]
        if self.xml or not self.place.is_plain or size < SPLIT:
            return []
        number = max(1, min(os.cpu_count() or 1, MOST_WORKERS, size // (SPLIT // 2)))
        named = [[p if not n else p.with_suffix(f".{n}") for p in to] for n in range(number)]
        return [
            Stretch(
                str(self.place.path),
                size * n // number,
                size * (n + 1) // number,
                self.layouts.records.header,
                self.layouts.copies.header,
                self.layouts.copies.copies,
                (str(paths[0]), str(paths[1])),
            )
            for n, paths in enumerate(named)
        ]

    def _of_bytes(self, advance: Callable[[int], object]) -> Counted:
        digest, size, records, copies, rest = hashlib.sha256(), 0, 0, 0, b""
        tags = self.layouts.copies.copies
        with self.place.open() as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
                data = rest + block
                end = data.rfind(END) + 1
                rest = data[end:]
                self._check(rest)
                records += data.count(END, 0, end)
                copies += named_in(data, end, tags) if end and tags else 0
                advance(len(block) if self.place.is_plain else 0)
        is_cut = bool(rest.strip(BETWEEN))
        return Counted(digest.hexdigest(), size, records, copies, is_cut)

    def _check(self, rest: bytes) -> None:
        if len(rest) > LONGEST:
            raise FileRefused(
                f"{self.place.name}: no record ends within {LONGEST >> 20} MB",
                "These are no MARC records, or the file is damaged. Export it again.",
            )

    def _of_xml(self, advance: Callable[[int], object]) -> Counted:
        digest, size, counts, rest = hashlib.sha256(), 0, [0, 0], ""

        def seen(block: bytes) -> None:
            nonlocal size
            digest.update(block)
            size += len(block)
            advance(len(block) if self.place.is_plain else 0)

        one = "leader" if self.is_harvest else "record"
        tags = "|".join(self.layouts.copies.copies) or "(?!)"
        patterns = (
            re.compile(rf"<(?:[\w.-]+:)?{one}[\s/>]"),
            re.compile(rf"""<(?:[\w.-]+:)?datafield\b[^>]*?\stag\s*=\s*["'](?:{tags})["']"""),
        )
        for text in blocks(self.place, self.xml, seen):
            rest += text
            whole, bracket, behind = rest.rpartition(">")
            rest, whole = behind, whole + bracket
            for n, pattern in enumerate(patterns):
                counts[n] += sum(1 for _ in pattern.finditer(whole))
        return Counted(digest.hexdigest(), size, counts[0], counts[1], is_cut=False)


def named_in(data: bytes, end: int, tags: Sequence[str]) -> int:
    """How many fields with one of the tags the directories of whole records name, up to a place;
    those records apart whose directory does not stand where it should."""
    text = np.frombuffer(data, np.uint8)[:end]
    signs = np.flatnonzero(text < 32)
    ends, fields = (signs[text[signs] == sign] for sign in (0x1D, 0x1E))
    starts = np.concatenate(([0], ends[:-1] + 1))
    fields = np.append(fields, end + 24)
    length = fields[np.searchsorted(fields, starts + 24)] - starts - 24
    is_plain = (length % 12 == 0) & (starts + length + 24 < ends) & (text[starts] - 48 < 10)
    number = np.where(is_plain, length // 12, 0)
    first = np.repeat(starts + 24 - 12 * (np.cumsum(number) - number), number)
    at = first + 12 * np.arange(len(first))
    found = 0
    for one, two, three in map(str.encode, tags):
        found += int(((text[at] == one) & (text[at + 1] == two) & (text[at + 2] == three)).sum())
    return found + sum(
        tag in tags
        for n in np.flatnonzero(~is_plain).tolist()
        for tag in entries(data[starts[n] : ends[n]])
    )


def of_place(place: Place, layouts: Layouts, xml_encoding: str = "", head: str = "") -> File:
    """The file in a place."""
    return File(replace(place, first=None), layouts, xml_encoding, xml.is_harvest(head))

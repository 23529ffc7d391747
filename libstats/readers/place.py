"""Where bytes lie: in a file, in a compressed file, in a member of an archive; and their opening,
bounded and told in words.

What bytes are is seen by their first ones, never by a file's name. Packed bytes are unpacked as
they are read, into memory, never onto the disk: what stands beside the wanted columns must not lie
in a scratch file.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO

from libstats.errors import FileRefused
from libstats.readers.file_names import NONE, legible, of_file, recorded

HEAD = 1 << 16
GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
# Ordinary exports shrink to a tenth, padded ones to a fiftieth; deflate itself goes to a
# thousandth.
RATIO, FREE = 200, 1 << 26
# of a member of a ZIP archive: the length of its header before its name, and bits of its flags
_HEADER, _LOCKED, _PATCHED, _UTF8 = 30, 0x41, 0x20, 0x800
READS = (
    "libstats reads CSV and tab-delimited exports, workbooks, JSON, the XML of Alma, MARC records "
    "(.mrc, MARCXML) and EDIFACT, packed (zip, gzip) or not."
)


@dataclass(frozen=True)
class Place:
    """One stretch of bytes: a file, or a `member` of the archive that the file is; `is_gzip` if it
    is compressed besides.

    sheet   the sheet of the workbook that the bytes are, and which of its sheets
    stamp   size and time of the file when it was first looked at, and the size of what is packed
    words   the library's own words for names of files
    listed  the member as the archive's directory lists it, which is read once
    first   its first bytes, until it is known what it is
    """

    path: Path
    member: str | None = None
    is_gzip: bool = False
    sheet: str | None = None
    sheet_number: int = 0
    stamp: tuple[int, int] = (0, 0)
    packed: int = 0
    words: frozenset[str] = NONE
    listed: zipfile.ZipInfo | None = field(default=None, compare=False, repr=False)
    first: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Its name in messages to who named it: `day.zip, book.xlsx, sheet Loans`."""
        file, *inner = self._names
        if self.sheet is not None:
            inner[-1] = f"sheet {inner[-1]}"
        return ", ".join([file, *inner])

    @property
    def entry(self) -> str:
        """Its name in the ledger, `day.zip#book.xlsx#Loans`: what of it cannot name a person."""
        inside = zip(
            (self.member, self.sheet),
            (f"{self.listed.CRC if self.listed else 0:06x}"[-6:], str(self.sheet_number)),
            strict=True,
        )
        inner = [recorded(n, partial(str, mark), self.words) for n, mark in inside if n is not None]
        return "#".join([of_file(self.path, self.words), *inner])

    @property
    def written(self) -> str:
        """The same with the names as they are, which is recorded nowhere."""
        return "#".join(self._names)

    @property
    def _names(self) -> list[str]:
        return [legible(p) for p in (self.path.name, self.member, self.sheet) if p is not None]

    @property
    def is_plain(self) -> bool:
        """True if the file is the bytes."""
        return self.member is None and not self.is_gzip

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes, unpacked. FileRefused, also while they are read, if they are damaged, locked
        or swell beyond reason."""
        with self.path.open("rb") as file:
            if self.is_plain:
                yield file
                return
            with ExitStack() as held:
                stream: IO[bytes] | io.BufferedIOBase = file
                with in_words(self.name):
                    if self.listed is not None:
                        stream = held.enter_context(_opened(file, self.listed))
                    if self.is_gzip:
                        stream = held.enter_context(gzip.GzipFile(fileobj=stream))
                yield io.BufferedReader(_Bounded(stream, self), HEAD)

    def changed(self) -> FileRefused | None:
        """The refusal, if the file is not as it was when it was first looked at."""
        if self.stamp == stamp(self.path):
            return None
        return FileRefused(
            f"{self.name}: the file changed while it was read: it is still being written",
            "Load it again when the export is done; nothing of it was loaded.",
        )

    def head(self) -> bytes:
        """The first bytes, unpacked."""
        if self.first is not None:
            return self.first
        with self.open() as stream:
            return stream.read(HEAD)


def _opened(file: BinaryIO, listed: zipfile.ZipInfo) -> zipfile.ZipExtFile:
    """A member of an archive whose directory was read before: ZipFile reads it anew, so that each
    of a thousand members would cost a look at a thousand. Raises what ZipFile does."""
    if listed.flag_bits & _LOCKED:
        raise RuntimeError("encrypted")
    if listed.flag_bits & _PATCHED:
        raise NotImplementedError("patched data")
    file.seek(listed.header_offset)
    header = file.read(_HEADER)
    name, extra = struct.unpack("<2H", header[-4:])
    encoding = "utf-8" if listed.flag_bits & _UTF8 else "cp437"
    if header[:4] != ZIP or file.read(name).decode(encoding) != listed.orig_filename:
        raise zipfile.BadZipFile("the directory tells of another member")
    file.seek(extra, os.SEEK_CUR)
    return zipfile.ZipExtFile(file, "r", listed)


class _Bounded(io.RawIOBase):
    """A stream that refuses to swell without end."""

    def __init__(self, stream: IO[bytes] | io.BufferedIOBase, place: Place) -> None:
        self.stream, self.place, self.given = stream, place, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with memoryview(buffer) as view, in_words(self.place.name):
            data = self.stream.read(len(view))
            view[: len(data)] = data
        self.given += len(data)
        check_swelling(self.place.name, self.given, self.place.packed)
        return len(data)


@contextmanager
def in_words(name: str) -> Iterator[None]:
    """The unpackers' errors in words."""
    try:
        yield
    except NotImplementedError as error:
        raise FileRefused(
            f"{name}: it is packed in a way that libstats cannot read",
            "Unpack it and load what is in it.",
        ) from error
    except RuntimeError as error:
        raise FileRefused(
            f"{name}: the archive is locked by a password",
            "Save it without one, or unpack it and load what is in it.",
        ) from error
    except (
        EOFError,
        ValueError,
        OverflowError,
        struct.error,
        zlib.error,
        gzip.BadGzipFile,
        zipfile.BadZipFile,
    ) as error:
        raise damaged(name) from error
    except OSError as error:
        if (
            error.errno != errno.EINVAL
        ):  # a place before the file's beginning, told by damaged bytes
            raise
        raise damaged(name) from error


def damaged(name: str) -> FileRefused:
    """The refusal of packed bytes that cannot be unpacked."""
    return FileRefused(
        f"{name}: the file is cut or damaged",
        "Export or copy it again; it may still be being written. Nothing of it was loaded.",
    )


def empty(problem: str) -> FileRefused:
    """The refusal of what holds nothing."""
    return FileRefused(problem, "Export it again; the system may still have been writing it.")


def locked(name: str) -> FileRefused:
    """The refusal of a workbook with a password."""
    return FileRefused(
        f"{name}: the workbook is locked by a password",
        "Save it without one; nothing of it was loaded.",
    )


def unreadable(name: str, error: OSError) -> FileRefused:
    """The refusal of a file that the system does not give."""
    return FileRefused(
        f"{name}: the file cannot be read: {error.strerror or error}",
        "Check its permissions, or copy it and load the copy.",
    )


def check_swelling(name: str, size: int, packed: int) -> None:
    """FileRefused if unpacked bytes are out of all proportion to the packed ones."""
    if size > FREE and size > RATIO * packed:
        problem = (
            f"{name}: unpacked it grows to more than {size >> 20:,} MB, "
            f"over {RATIO} times its size; that is no export"
        )
        raise FileRefused(problem, "If it is one, unpack it and load what is in it.")


def stamp(path: Path) -> tuple[int, int]:
    """Size and time of a file."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def place_of(path: Path, words: frozenset[str] = NONE) -> Place:
    """The place that is a file, as it is at this moment. Raises OSError."""
    seen = stamp(path)
    return Place(path, stamp=seen, packed=seen[0], words=words)


def places(path: Path, words: frozenset[str] = NONE) -> Iterator[Place]:
    """The stretches of bytes in a file: itself, or each member of the archive that it is; `words`
    are the library's own for names of files.

    Raises FileRefused for an archive that is empty, damaged or no export by its size; OSError.
    """
    place = place_of(path, words)
    head = place.head()
    if head.startswith((ZIP, EMPTY_ZIP)):
        with in_words(place.name), zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        if not is_document(members):
            yield from _members(place, members)
            return
    yield _unpacked(place, head)


def is_document(members: list[zipfile.ZipInfo]) -> bool:
    """True if an archive is one document: a workbook, a text, slides."""
    names = {m.filename for m in members}
    return bool(
        names & {"[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "Index/Document.iwa"}
    )


def _members(place: Place, members: list[zipfile.ZipInfo]) -> Iterator[Place]:
    if not all(m.filename for m in members):
        raise damaged(place.name)
    wanted = [m for m in members if not m.is_dir() and not _is_hidden(m.filename)]
    twice = [name for name, n in Counter(m.filename for m in wanted).items() if n > 1]
    if twice:
        raise FileRefused(
            f"{place.name}: the archive holds {legible(twice[0])} more than once",
            "Load the files themselves, or pack each under a name of its own.",
        )
    check_swelling(place.name, sum(m.file_size for m in wanted), place.packed)
    if not wanted:
        raise empty(f"{place.name}: the archive is empty")
    for member in wanted:
        inner = replace(place, member=member.filename, packed=member.compress_size, listed=member)
        yield inner if member.flag_bits & 1 else _unpacked(inner, None)


def _is_hidden(name: str) -> bool:
    return any(
        part.startswith((".", "__MACOSX")) for part in name.split("/") if part not in (".", "..")
    )


def _unpacked(place: Place, head: bytes | None) -> Place:
    """The place, with its gzip opened. A member that cannot be read is given as it is: its reader
    says why."""
    try:
        first = place.head() if head is None else head
    except FileRefused:
        return place
    return replace(place, is_gzip=True) if first.startswith(GZIP) else replace(place, first=first)

"""Old workbooks whose bytes would make their reader go round in circles or take all memory are
refused before it sees them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from libstats.errors import FileRefused
from libstats.readers.workbook import xls
from tests.support.books import write_xls

SECTOR = 512


@pytest.fixture
def book(tmp_path: Path) -> bytearray:
    """A sound workbook of one sheet."""
    return bytearray(
        write_xls(tmp_path / "book.xls", {"S": [["a", "b"], ["x", 1.5], ["y", 2]]}).read_bytes()
    )


def record(book: bytearray, kind: int, length: int) -> int:
    """Where the values of the first record of that kind and length begin."""
    return book.index(struct.pack("<2H", kind, length)) + 4


def test_a_sound_one_passes(book: bytearray) -> None:
    xls.check(bytes(book), "book.xls")


def test_a_chain_in_a_circle(book: bytearray) -> None:
    table = (struct.unpack_from("<I", book, 76)[0] + 1) * SECTOR
    struct.pack_into("<I", book, table + 4, 0)  # the second sector leads back to the first
    struct.pack_into("<I", book, table, 1)
    refused(book)


@pytest.mark.parametrize(
    ("place", "what"),
    [(44, "sectors of the table"), (64, "sectors of the small table"), (72, "lists of sectors")],
)
def test_more_sectors_than_the_file_has(place: int, what: str, book: bytearray) -> None:
    struct.pack_into("<I", book, place, 1 << 24)
    refused(book)


@pytest.mark.parametrize(
    ("kind", "length", "at", "form", "value"),
    [
        (0x0200, 14, 0, "<I", 9_000_000),  # the first row behind the last one
        (0x0200, 14, 4, "<I", 3_000_000_000),
        (0x0200, 14, 10, "<H", 50_000),
        (0x00FD, 10, 2, "<H", 50_000),  # a cell in column 50,000
        (0x00FC, 0, 4, "<I", 2_000_000_000),  # a list of as many strings
    ],
)
def test_numbers_that_no_sheet_has(
    kind: int, length: int, at: int, form: str, *, value: int, book: bytearray
) -> None:
    place = record(book, kind, length) if length else book.index(b"\xfc\x00") + 4
    struct.pack_into(form, book, place + at, value)
    refused(book)


def test_a_cut_one(book: bytearray) -> None:
    refused(book[:700])


def refused(book: bytearray) -> None:
    """It is, in words."""
    with pytest.raises(FileRefused, match=r"book\.xls: the file is cut or damaged"):
        xls.check(bytes(book), "book.xls")

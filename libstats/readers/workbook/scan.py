"""A door: the rows of a sheet of an XLSX workbook found by scanning its XML, where the other way
hears of each element of each cell.

Python's parser is asked only whether the XML is sound. Of a list of 45,000 rows and 25 columns the
count takes a second of the processor instead of nine. What is written in another way than programs
write it is `Unusual`, and read element by element.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import IO
from xml.parsers import expat

IS_OPEN = True
_BLOCK, _LONGEST = 1 << 20, 1 << 24
_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml(?:[^>?]|\?(?!>))*\?>)?\s*<[a-zA-Z]+[\s>]", re.DOTALL
)
_ENCODING = re.compile(rb"<\?xml[^>]*encoding=.(?!utf-8.)", re.IGNORECASE)
_CELL = re.compile(rb"<c(\s[^>]*?)?(?:/>|>(.*?)</c>)", re.DOTALL)
_PLACE = re.compile(rb'\sr="([A-Z]+[0-9]+)"')
_NUMBER = re.compile(rb'[^>]*?\sr="([0-9]+)"')
_KIND = re.compile(rb'\st="([^"]*)"')
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)<")
_TEXT = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)<")
# of a formula, which has kinds of its own
_OF_FORMULAS = ("shared", "array", "dataTable", "normal")


class Unusual(Exception):
    """The XML is to be read element by element."""


def blank_strings(stream: IO[bytes]) -> set[str]:
    """The numbers of the shared strings that are blank."""
    found = enumerate(_pieces(stream, b"<si"))
    return {str(n) for n, piece in found if not any(map(_is_told, _TEXT.findall(piece)))}


def extent(
    stream: IO[bytes], kinds: Collection[str], blank: Collection[str]
) -> tuple[int, int, int]:
    """How many rows tell anything, and the last row and column with a cell; `kinds` are those that
    a cell may be of, `blank` the shared strings that tell nothing."""
    known = [f' t="{kind}"'.encode() for kind in (*kinds, *_OF_FORMULAS)]
    rows = number = widest = 0
    columns: list[bytes] = []
    for piece in _pieces(stream, b"<row"):
        if not piece[:1].isspace() and piece[:1] not in (b">", b"/"):  # rowBreaks
            continue
        head, _, cells = piece.partition(b">")
        cells = b"" if head.endswith(b"/") else cells.partition(b"</row>")[0]
        given = _NUMBER.match(head + b">")
        number = int(given[1]) if given else number + 1
        places = _PLACE.findall(cells)
        row = b"%d" % number
        # most rows have the columns of the one before
        if places != [column + row for column in columns]:
            columns = _columns(places, row)
            widest = max([widest, *map(_column, columns)])
        is_placed = len(places) == cells.count(b"<c ") + cells.count(b"<c>") + cells.count(b"<c/")
        if not is_placed or cells.count(b' t="') != sum(map(cells.count, known)):
            raise Unusual
        found = _CELL.finditer(cells)
        rows += any(_tells(cell[1] or b"", cell[2] or b"", blank) for cell in found)
    return rows, number, widest


def _columns(places: list[bytes], row: bytes) -> list[bytes]:
    """The letters of places in a row; Unusual for one in another row."""
    found = [place.rstrip(b"0123456789") for place in places]
    if any(place != column + row for place, column in zip(places, found, strict=True)):
        raise Unusual
    return found


def _tells(given: bytes, body: bytes, blank: Collection[str]) -> bool:
    kind = _KIND.search(given)
    told = kind[1] if kind else b"n"
    if told == b"inlineStr":
        return any(map(_is_told, _TEXT.findall(body)))
    value = _VALUE.search(body)
    if value is None or told == b"e" or not _is_told(value[1]):
        return False
    return told != b"s" or value[1].decode() not in blank


def _is_told(text: bytes) -> bool:
    """True for a text that is not blank."""
    if b"&#" in text:
        raise Unusual  # it may be a blank that is written by its number
    return bool(text.decode().strip())


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _pieces(stream: IO[bytes], tag: bytes) -> Iterator[bytes]:
    """What stands from each such tag to the next. Raises Unusual; ExpatError for what is no XML."""
    parser, held, is_first = expat.ParserCreate(), b"", True
    while block := stream.read(_BLOCK):
        parser.Parse(block, False)
        if is_first and (not _HEAD.match(block) or _ENCODING.match(block)):
            raise Unusual
        is_first, held = False, held + block
        # comments, sections of characters and declarations of entities
        if b"<!" in held or len(held) > _LONGEST:
            raise Unusual
        _, *pieces = held.split(tag)
        if pieces:
            held = tag + pieces.pop()
            yield from pieces
    parser.Parse(b"", True)
    if held.startswith(tag):
        yield held[len(tag) :]

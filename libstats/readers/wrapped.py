"""Lines whose cells all stand in quotation marks, by a program that lets those within a cell stand
as they are: `"Izd. "Sinbad", 2019."|"a"~"b"`.

Sierra's Create Lists write so. Such marks hold no line end and no delimiter together: a line is a
record, and a cell ends where a mark and a delimiter stand before the next cell's mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from libstats.readers.part import Part
from libstats.readers.place import HEAD


def are(head: str, part: Part) -> bool:
    """True if most first lines after the headings are such; the last may be cut."""
    lines = [line.rstrip("\r") for line in head.split("\n")]
    rows = [line for line in lines if line][part.above :]
    rows = rows[:-1] if len(head) > HEAD // 2 else rows
    width = len(part.header)
    return 2 * sum(_is_wrapped(row, part.delimiter, width) for row in rows) > len(rows)


def records(lines: Iterable[str], delimiter: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """(line, cells without their marks) of every line that is not blank."""
    for number, line in enumerate(lines, start=1):
        text = line.removesuffix("\n").removesuffix("\r")
        if text:
            yield number, [_inner(cell) for cell in _cells(text, delimiter, width)]


def _cells(text: str, delimiter: str, width: int) -> list[str]:
    pieces = text.split(delimiter)
    cells: list[str] = []
    is_open = False
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if is_open:
            cells[-1] += delimiter + piece
        else:
            cells.append(piece)
        is_open = cells[-1][:1] == '"' and not (
            _has_marks(cells[-1]) and following[:1] in ('"', "")
        )
    return pieces if len(cells) != width == len(pieces) else cells


def _is_wrapped(text: str, delimiter: str, width: int) -> bool:
    cells = _cells(text, delimiter, width)
    return len(cells) == width and all(_has_marks(cell) or not cell.strip() for cell in cells)


def _has_marks(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


def _inner(cell: str) -> str:
    """What stands between the marks; one that some program did double is one."""
    return cell[1:-1].replace('""', '"') if _has_marks(cell) else cell

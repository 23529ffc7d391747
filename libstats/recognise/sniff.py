"""What bytes are, by their first ones, and the parts that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers import delimited, json, symphony_log, xml
from libstats.readers.part import Part
from libstats.readers.place import READS, ZIP, Place
from libstats.readers.workbook import sheets
from libstats.readers.workbook.xls import OLE

_WORKBOOKS = (ZIP, OLE)
_OTHERS = {
    b"\x1f\x8b": "packed twice",
    b"\x1f\x9d": "packed with compress (as .Z files are; gzip -d unpacks them)",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}
_TAR = slice(257, 262)
# files of libraries that are known by their first bytes and that libstats does not read yet
_KNOWN = {
    "MARC records": rb"\d{5}.{5}22\d{5}.{3}45",
    "EDIFACT messages of a vendor": rb"(UNA.{6}\s*)?UNB.UNO[A-Z]",
    "the log of EZproxy or another web server": (
        rb"\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \""
    ),
    "a COUNTER report": rb'\s*[{\[].{0,400}?"Report_Header"\s*:\s*\{',
}


def parts(place: Place) -> Iterator[Part]:
    """The parts in a stretch of bytes: the sheets of a workbook, or a text. Raises FileRefused for
    what is neither, NotLoadedYet for what is known all the same; OSError."""
    head, place = place.head(), replace(place, first=None)
    if head.startswith(ZIP) and not place.is_plain and not _is_document(head):
        raise FileRefused(
            f"{place.name}: this is an archive within an archive",
            "Unpack the outer one and load what is in it.",
        )
    if head.startswith(_WORKBOOKS):
        yield from sheets.sheets(place)
        return
    if head.startswith(b"%PDF"):
        raise FileRefused(
            f"{place.name}: this is a PDF", f"Export it as CSV or as a workbook. {READS}"
        )
    packed = next(
        (what for magic, what in _OTHERS.items() if head.startswith(magic)),
        "a tar archive" if head[_TAR] == b"ustar" else None,
    )
    if packed:
        raise FileRefused(f"{place.name}: this is {packed}", "Unpack it and load what is in it.")
    if symphony_log.START.match(head):
        yield symphony_log.SymphonyLog(place)
        return
    _refuse_known(place, head)
    text = delimited.probe(place, head)
    yield xml.probe(text) or json.probe(text) or text


def _is_document(head: bytes) -> bool:
    """True if an archive begins as workbooks do."""
    return any(
        name in head
        for name in (b"[Content_Types].xml", b"mimetype", b"_rels/", b"xl/", b"docProps/")
    )


def _refuse_known(place: Place, head: bytes) -> None:
    """NotLoadedYet for a file of a kind that a later libstats is to read."""
    text = head.removeprefix(b"\xef\xbb\xbf")
    for what, begins in _KNOWN.items():
        if re.match(begins, text, re.DOTALL):
            raise NotLoadedYet(f"{place.name}: {what}: known, not loaded yet")

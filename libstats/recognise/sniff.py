"""What bytes are, by their first ones, and the parts that they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from libstats.errors import FileRefused
from libstats.readers import by_format, delimited, json, symphony_log, xml
from libstats.readers.counter import part as counter
from libstats.readers.edifact import messages as edifact
from libstats.readers.edifact import part as messages_part
from libstats.readers.logs import proxy, sip
from libstats.readers.marc.part import is_marc
from libstats.readers.part import Part
from libstats.readers.place import ZIP, Place
from libstats.readers.signatures import refuse_bytes, refuse_text
from libstats.readers.workbook import sheets
from libstats.readers.workbook.xls import OLE
from libstats.recognise import marc
from libstats.recognise.known import Config

_WORKBOOKS = (ZIP, OLE)


def parts(place: Place, config: Config | None = None) -> Iterator[Part]:
    """The parts in a stretch of bytes: the sheets of a workbook, the lists of a file of MARC
    records, or a text; `config` is the library's, which may say how records are read. Raises
    FileRefused for what is neither, NotLoadedYet for what is known all the same; OSError."""
    head, place = place.head(), replace(place, first=None)
    if head.startswith(ZIP) and not place.is_plain and not _is_document(head):
        raise FileRefused(
            f"{place.name}: this is an archive within an archive",
            "Unpack the outer one and load what is in it.",
        )
    if head.startswith(_WORKBOOKS):
        for sheet in sheets.sheets(place):
            yield from _of_sheet(sheet)
        return
    refuse_bytes(place.name, head)
    if edifact.START.match(head):
        yield from messages_part.parts(place)
        return
    if (log := _log(place, head, config or {})) is not None:
        yield log
        return
    if is_marc(head):
        yield from marc.parts_of(place, config or {})
        return
    yield from _of_text(place, head, config or {})


def _of_text(place: Place, head: bytes, config: Config) -> Iterator[Part]:
    """The parts in a text."""
    text = delimited.probe(place, head)
    report = counter.probe_json(place, text.head, text.encoding)
    if report is not None:
        yield from report
        return
    if (lists := marc.probe(text, config)) is not None:
        yield from lists
        return
    found = xml.probe(text) or json.probe(text)
    if found is None:
        refuse_text(place.name, text.head)
    yield from (found,) if found else _of_sheet(text)


def _of_sheet(part: Part) -> Iterator[Part]:
    """The parts in delimited text or in a sheet."""
    yield from counter.probe(part) or (by_format.probe(part) or part,)


def _log(place: Place, head: bytes, config: Config) -> Part | None:
    """The log that the bytes are; None for other bytes."""
    if symphony_log.START.match(head):
        return symphony_log.SymphonyLog(place)
    return proxy.probe(place, head, config) or sip.probe(place, head)


def _is_document(head: bytes) -> bool:
    """True if an archive begins as workbooks do."""
    return any(
        name in head
        for name in (b"[Content_Types].xml", b"mimetype", b"_rels/", b"xl/", b"docProps/")
    )

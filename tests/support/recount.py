"""How many records bytes hold, by the csv module, by lines and by parsers of JSON and XML: none of
them a reader of ours."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import xml.sax
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def counts(data: bytes) -> set[int]:
    """The numbers of records that the csv module, or lines, make of bytes as text of any encoding
    and delimiter."""
    found = set()
    for encoding in ("latin-1", "utf-16-le", "utf-16-be") if b"\0" in data else ("latin-1",):
        text = data.decode(encoding, errors="replace").removeprefix("\xef\xbb\xbf")
        text = text if "\n" in text else text.replace("\r", "\n")
        text = text.replace("\r\n", "\n").removesuffix("\r").replace("\r", " ")
        found.add(sum(1 for line in text.split("\n") if line))
        for delimiter in ",;\t|^":
            found.add(
                sum(
                    1
                    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
                    if row
                )
            )
    return found


def unpacked(data: bytes) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    yield data
    if data.startswith(b"\x1f\x8b"):
        yield from unpacked(gzip.decompress(data))
    elif data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name == "content.xml" or name.startswith(("day/", "xl/worksheets/")):
                    with suppress(
                        zipfile.BadZipFile, zlib.error
                    ):  # another sheet than the one that was read
                        yield from unpacked(archive.read(name))


def sheet_counts(data: bytes) -> set[int]:
    """The numbers of rows with anything in them in a sheet's XML, each of an ODS workbook's tables."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return set()
    cells = [
        (c.get("r", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), c)
        for c in root.iter()
        if c.tag.endswith("}c")
    ]
    # by the places of cells, and where damage took these, by the rows that hold them
    found = {
        len({row for row, c in cells if "".join(c.itertext()).strip()}),
        sum(
            any("".join(c.itertext()).strip() for c in row if c.tag.endswith("}c"))
            for row in root.iter()
            if row.tag.endswith("}row")
        ),
    }
    for table in (e for e in root.iter() if e.tag.endswith("}table")):
        full = [
            row
            for row in table.iter()
            if row.tag.endswith("}table-row")
            and any(_value(cell) or "".join(cell.itertext()).strip() for cell in row)
        ]
        found.add(
            sum(
                int(next((v for k, v in row.items() if k.endswith("number-rows-repeated")), 1))
                for row in full
            )
        )
    return found


def _value(element: ElementTree.Element) -> bool:
    return any(
        name.endswith(("}value", "}date-value", "}boolean-value")) and text.strip()
        for name, text in element.items()
    )


# the first line of the log of a proxy, or of messages of SIP2
_OF_LINES = re.compile(
    rb"(\xef\xbb\xbf)?[\r\n]*[^\r\n]*"
    rb"(\[\d\d/[A-Z][a-z]{2}/\d{4}:[\d:]{8} [+-]\d{4}\]|(IN|OUT)PUT MSG: ')"
)


def counted(data: bytes, *, is_bare: bool, tags: Collection[str] = ()) -> set[int]:
    """The numbers of rows that there may be in bytes of whatever form; `is_bare`: no record of
    theirs is the headings; `tags`: of MARCXML the fields with these are meant."""
    if tags:
        root = ElementTree.fromstring(data)
        return {sum(1 for e in root.iter() if e.get("tag") in tags)}
    if b"\x1e" in data and b"\x1f" in data:
        return {data.count(b"\x1d")}
    if re.match(rb"(\xef\xbb\xbf)?[\r\n]*[A-Z]\d{18}[A-Z] ?\^S", data) or _OF_LINES.match(data):
        return {
            sum(
                1
                for line in data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"").split(b"\n")
                if line
            )
        }
    if re.match(rb"(\xef\xbb\xbf)?\s*(UNA.{6}\s*)?UN[BGH]\W", data, re.DOTALL):
        return message_counts(data)
    texts = list(_texts(data))
    if re.search(rb"Metric.Type[\t,].{0,3}Reporting", data, re.IGNORECASE):
        return report_counts(texts[0])
    if re.search(rb"^Start Date,.*Circulations", data, re.MULTILINE):
        return months_by_format(texts[0])
    if any(text.lstrip().startswith(("{", "[")) for text in texts):
        return {n for text in texts for n in xml_counts(_wrapped(text)) or json_counts(text)}
    if any(text.lstrip().startswith("<") for text in texts):
        if any(re.search(r"<(worksheet|office:document-content)\b", text) for text in texts):
            return {n - 1 for n in sheet_counts(data)}
        return {n for text in texts for n in xml_counts([text])}
    return {n - (not is_bare) for n in counts(data)}


def report_counts(text: str) -> set[int]:
    """How many rows there may be in a report of COUNTER, a table with tabs: its rows, its counts, its
    months by platforms, of which there may be several."""
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter="\t") if row]
    at = next(
        n
        for n, row in enumerate(rows)
        if any(re.fullmatch("metric.type", cell, re.IGNORECASE) for cell in row)
    )
    months = sum(1 for cell in rows[at] if re.search(r"20\d\d", cell))
    below = len(rows) - at - 1
    return {below, below * months, months, 2 * months}


def months_by_format(text: str) -> set[int]:
    """How many rows there are in a report of months that stands by formats."""
    _, _, below = text.partition("Start Date,")
    headings, *months = [row for row in csv.reader(io.StringIO(below, newline="")) if row]
    told = [cell for cell in headings if cell.endswith("Circulations") and "Total" not in cell]
    return {len(told) * len(months)}


def message_counts(data: bytes) -> set[int]:
    """How many rows there may be in messages of EDIFACT: as many as there are of one of the
    segments with which they begin, or copies, which several segments may tell of."""
    begins = rb"(?:^|(?<=[\r\n'>~!.*]))\s*(%s)(?=[^\w\s])(.\w*)"
    found: set[int] = set()
    for tag in (b"UNH", b"LIN", b"ALC", b"GIR"):
        number = len(re.findall(begins % tag, data))
        found |= set(range(number + 1)) if tag in (b"ALC", b"GIR", b"LIN") else {number}
    return found


def _texts(data: bytes) -> Iterator[str]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        with suppress(UnicodeDecodeError):
            yield data.decode(encoding).removeprefix("\ufeff")


def json_counts(text: str) -> set[int]:
    """How many records there may be in JSON: those in lists, or whatever stands in it one behind
    the other."""
    decoder, at, values = json.JSONDecoder(object_pairs_hook=tuple, strict=False), 0, []
    try:
        while (at := len(text) - len(text[at:].lstrip(" \t\r\n"))) < len(text):
            value, at = decoder.raw_decode(text, at)
            values.append(value)
    except (ValueError, RecursionError):
        return set()
    if any(isinstance(value, list) for value in values):
        # records, or pages: lists of records, or answers that hold one
        found = {sum(len(value) for value in values)}
        within = [each for value in values for each in value]
        if within and all(isinstance(each, list) for each in within):
            return {sum(map(len, within))}
        values = within
    else:
        found = {len(values)}
    lists = [
        v
        for value in values
        if isinstance(value, tuple)
        for _, v in value
        if isinstance(v, list) and (not v or isinstance(v[0], tuple))
    ]
    return {*found, *([sum(map(len, lists))] if lists else [])}


def _wrapped(text: str) -> list[str]:
    """The strings of the lists in JSON, one behind the other or in a list."""
    decoder, at, found = json.JSONDecoder(strict=False), 0, list[str]()
    try:
        while at < len(text.rstrip()):
            at = len(text) - len(text[at:].lstrip())
            value: Any
            value, at = decoder.raw_decode(text, at)
            for answer in value if isinstance(value, list) else [value]:
                pages = answer.get("anies", []) if isinstance(answer, dict) else []
                found += [page for page in pages if isinstance(page, str)]
    except (ValueError, RecursionError, TypeError):
        return []
    return found


class _Elements(xml.sax.ContentHandler):
    """Counts the rows of Analytics, and what stands right within the root of a document, or the
    root where that is a record itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found, self.open = Counter[str](), list[str]()

    def startElement(self, name: str, attrs: object) -> None:
        local = name.rpartition(":")[2]
        if local == "Row" or len(self.open) == 1:
            self.found[local if local == "Row" else f"in {self.open[0]}"] += 1
        elif not self.open:
            self.found[f"alone {local}"] += 1
        self.open.append(local)

    def endElement(self, name: str) -> None:
        self.open.pop()


def xml_counts(texts: list[str]) -> set[int]:
    """How many rows or records there may be in documents of XML, if any."""
    elements = _Elements()
    try:
        for document in (d for text in texts for d in _documents(text)):
            xml.sax.parseString(document.encode("utf-8", "replace"), elements)
    except xml.sax.SAXException:
        return set()
    rows = elements.found["Row"]
    return {rows} if rows else {n for n in elements.found.values() if n}


def _documents(text: str) -> Iterator[str]:
    """The documents in a text, which begin with a declaration of XML, or where a root ended."""
    # within a document a byte-order mark is a sign like any other
    for piece in re.split(r"<\?xml\s[^>]*\?>|\ufeff(?=\s*(?:<(?!/)|$))", text):
        root = re.match(r"\s*<([\w.:-]+)", piece)
        ended = re.split(rf"(?<=</{re.escape(root[1])}>)", piece) if root else [piece]
        yield from (document for document in ended if document.strip())

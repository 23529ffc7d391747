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
from collections.abc import Iterator
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
    found = {len({row for row, c in cells if "".join(c.itertext()).strip()})}
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


def counted(data: bytes, *, is_bare: bool) -> set[int]:
    """The numbers of rows that there may be in bytes of whatever form; `is_bare`: no record of
    theirs is the headings."""
    if re.match(rb"(\xef\xbb\xbf)?[\r\n]*[A-Z]\d{18}[A-Z] ?\^S", data):
        return {
            sum(
                1
                for line in data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"").split(b"\n")
                if line
            )
        }
    texts = list(_texts(data))
    if any(text.lstrip().startswith(("{", "[")) for text in texts):
        return {n for text in texts for n in xml_counts(_wrapped(text)) or json_counts(text)}
    if any(text.lstrip().startswith("<") for text in texts):
        return {n for text in texts for n in xml_counts([text])} or {
            n - 1 for n in sheet_counts(data)
        }
    return {n - (not is_bare) for n in counts(data)}


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
        return {sum(len(value) for value in values)}
    lists = [
        v
        for value in values
        if isinstance(value, tuple)
        for _, v in value
        if isinstance(v, list) and (not v or isinstance(v[0], tuple))
    ]
    return {len(values), *([sum(map(len, lists))] if lists else [])}


def _wrapped(text: str) -> list[str]:
    """The strings of a list in JSON."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return []
    pages = value.get("anies", []) if isinstance(value, dict) else []
    return [page for page in pages if isinstance(page, str)] if isinstance(pages, list) else []


class _Elements(xml.sax.ContentHandler):
    """Counts the elements of each name that are in none of that name."""

    def __init__(self) -> None:
        super().__init__()
        self.found, self.open = Counter[str](), Counter[str]()

    def startElement(self, name: str, attrs: object) -> None:
        local = name.rpartition(":")[2]
        self.found[local] += not self.open[local]
        self.open[local] += 1

    def endElement(self, name: str) -> None:
        self.open[name.rpartition(":")[2]] -= 1


def xml_counts(texts: list[str]) -> set[int]:
    """How many rows, copies or loans there are in documents of XML, if any."""
    elements = _Elements()
    try:
        for document in (
            d for text in texts for d in re.split(r"<\?xml\s[^>]*\?>", text) if d.strip()
        ):
            xml.sax.parseString(document.encode("utf-8", "replace"), elements)
    except xml.sax.SAXException:
        return set()
    return {n for name in ("Row", "item", "item_loan") if (n := elements.found[name])}

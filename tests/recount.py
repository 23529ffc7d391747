"""How many records bytes hold, by the csv module, by lines and by a parser of XML: none of them a reader of ours."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def counts(data: bytes) -> set[int]:
    """The numbers of records that the csv module, or lines, make of bytes as text of any encoding and delimiter."""
    found = set()
    for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="replace").removeprefix("\xef\xbb\xbf")
        text = text if "\n" in text else text.replace("\r", "\n")
        text = text.replace("\r\n", "\n").removesuffix("\r").replace("\r", " ")
        found.add(sum(1 for line in text.split("\n") if line))
        for delimiter in ",;\t|^":
            found.add(sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row))
    return found


def unpacked(data: bytes) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    yield data
    if data.startswith(b"\x1f\x8b"):
        yield from unpacked(gzip.decompress(data))
    elif data.startswith(b"PK"):
        for name, member in members_of(data).items():
            if name in ("day/export", "content.xml") or name.startswith("xl/worksheets/"):
                yield from unpacked(member)


def sheet_counts(data: bytes) -> set[int]:
    """The numbers of rows with anything in them in a sheet's XML, each of an ODS workbook's tables."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return set()
    cells = [(c.get("r", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), c) for c in root.iter() if c.tag.endswith("}c")]
    found = {len({row for row, c in cells if "".join(c.itertext()).strip()})}
    for table in (e for e in root.iter() if e.tag.endswith("}table")):
        full = [row for row in table.iter() if row.tag.endswith("}table-row") and any(_value(cell) or "".join(cell.itertext()).strip() for cell in row)]
        found.add(sum(int(next((v for k, v in row.items() if k.endswith("number-rows-repeated")), 1)) for row in full))
    return found


def _value(element: ElementTree.Element) -> bool:
    return any(name.endswith(("}value", "}date-value", "}boolean-value")) and text.strip() for name, text in element.items())

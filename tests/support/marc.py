"""MARC records made for tests, in both forms that there are. A $ begins a subfield, $$ is one."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

FIELD, SUBFIELD, END = b"\x1e", b"\x1f", b"\x1d"
# a book, UTF-8, at full level
LEADER = "00000nam a2200000 a 4500"
Fields = Sequence[tuple[str, str]]


def record(fields: Fields, leader: str = LEADER, encoding: str = "utf-8") -> bytes:
    """A record of ISO 2709: fields as ("245", "10$aTitle")."""
    texts = [(tag, raw(tag, text).encode(encoding)) for tag, text in fields]
    return of_bytes(texts, leader)


def raw(tag: str, text: str) -> str:
    """A field as it stands in a record."""
    return text if tag < "010" else "\x1f".join(_parts(text))


def _parts(text: str) -> list[str]:
    """Indicators, then each subfield with its code."""
    return [part.replace("\0", "$") for part in text.replace("$$", "\0").split("$")]


def of_bytes(fields: Sequence[tuple[str, bytes]], leader: str = LEADER) -> bytes:
    """A record whose fields are bytes already."""
    directory, body = b"", b""
    for tag, field in fields:
        place, size = min(len(body), 99_999), min(len(field) + 1, 9_999)
        directory += tag.encode() + b"%04d%05d" % (size, place)
        body += field + FIELD
    base = 24 + len(directory) + 1
    size = min(base + len(body) + 1, 99_999)
    head = f"{size:05}{leader[5:12]}{base:05}{leader[17:24]}".encode()
    return head + directory + FIELD + body + END


def collection(*records: tuple[str, Fields]) -> str:
    """MARCXML of records, each its leader and its fields."""
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<collection xmlns="http://www.loc.gov/MARC21/slim">',
            *(_record(leader, fields) for leader, fields in records),
            "</collection>\n",
        ]
    )


def _record(leader: str, fields: Fields) -> str:
    lines = [" <record>", f"  <leader>{leader}</leader>"]
    for tag, text in fields:
        if tag < "010":
            lines.append(f"  <controlfield tag={quoteattr(tag)}>{escape(text)}</controlfield>")
            continue
        marks, *parts = _parts(text)
        ones = f"ind1={quoteattr(marks[:1] or ' ')} ind2={quoteattr(marks[1:2] or ' ')}"
        within = "".join(
            f"<subfield code={quoteattr(p[:1])}>{escape(p[1:])}</subfield>" for p in parts
        )
        lines.append(f"  <datafield tag={quoteattr(tag)} {ones}>{within}</datafield>")
    return "\n".join([*lines, " </record>"])

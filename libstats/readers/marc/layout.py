"""What is read of a record, by headings that a cataloguer writes: `001`, `008/35-37`, `245$ab`,
`020$a*` (all of them), `852$h@$8` (of the 852 with the copy's $8), and of a field that is a copy
`$p`, `$b#2` (the second $b), `field.number` (its place among those of its record). Nothing else of
a record leaves the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from libstats.readers.marc import screen
from libstats.readers.marc.imprint import Imprint, imprint
from libstats.readers.marc.record import SUBFIELD, Record

HEADING = re.compile(
    r"leader/(?P<place>\d\d?)|(?P<tag>[0-9A-Za-z]{3})?(?:/(?P<first>\d\d?)(?:-(?P<last>\d\d?))?"
    r"|\$(?P<codes>[0-9a-z]+)(?P<each>\*)?(?:\#(?P<nth>[1-9]))?(?:@\$(?P<link>[0-9a-z]))?)?"
)
# what is made of several fields; with the tags that it wants
MADE = {
    "year.low": ("005", "008", "260", "264"),
    "year.high": ("005", "008", "260", "264"),
    "year.origin": ("005", "008", "260", "264"),
    "year.one": ("005", "008", "260", "264"),
    "year.is_suspect": ("005", "008", "260", "264"),
    "oclc.number": ("001", "003", "035"),
    "screen.faults": screen.TAGS,
}
_OCLC = re.compile(r"\(OCoLC\)\s*(?:oc[mn]|on)?\s*0*(\d+)", re.IGNORECASE)
_OCLC_001 = re.compile(r"(?:oc[mn]|on)\s*0*(\d+)")
BETWEEN_EACH = "; "
PLACE = "field.number"

Fields = dict[str, list[str]]
OfRecord = Callable[[Record], str]
OfCopy = Callable[[Record, str], str]


def is_of_copy(heading: str) -> bool:
    """True for a heading that is read of a copy, not of the whole record."""
    return heading.startswith("$") or "@" in heading or heading == PLACE


@dataclass(frozen=True)
class Layout:
    """Headings, and the tags of the fields of which each is a copy, if rows are copies."""

    header: tuple[str, ...]
    copies: tuple[str, ...] = ()

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The tags of the fields that are read."""
        made = (tag for heading in self.header for tag in MADE.get(heading, ()))
        plain = (m["tag"] for h in self.header if (m := HEADING.fullmatch(h)) and m["tag"])
        return frozenset((*made, *plain, *self.copies))

    def row(self, record: Record) -> list[str]:
        """The values of a record."""
        return [value(record) for value in self._of_record]

    def rows(self, record: Record) -> list[list[str]]:
        """The values of each of its copies."""
        found = [field for tag in self.copies for field in record.fields.get(tag, ())]
        if not found:
            return []
        shared = {at: value(record) for at, value in self._shared}
        fresh, codes, special = [""] * len(self.header), self._codes, self._special
        for at, text in shared.items():
            fresh[at] = text
        rows = []
        for number, field in enumerate(found, start=1):
            row = fresh.copy()
            for part in field.split(SUBFIELD)[:0:-1]:  # of one that comes again the first stays
                place = codes.get(part[:1])
                if place is not None:
                    row[place] = part[1:]
            for at, value in special:
                row[at] = value(record, field)
            for at in self._places:
                row[at] = str(number)
            rows.append(row)
        return rows

    @cached_property
    def _of_record(self) -> list[OfRecord]:
        return [_record_value(heading) for heading in self.header]

    @cached_property
    def _shared(self) -> list[tuple[int, OfRecord]]:
        return [(n, _record_value(h)) for n, h in enumerate(self.header) if not is_of_copy(h)]

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {h[1]: n for n, h in enumerate(self.header) if h.startswith("$") and len(h) == 2}

    @cached_property
    def _special(self) -> list[tuple[int, OfCopy]]:
        return [
            (n, _copy_value(h))
            for n, h in enumerate(self.header)
            if is_of_copy(h) and h != PLACE and not (h.startswith("$") and len(h) == 2)
        ]

    @cached_property
    def _places(self) -> list[int]:
        return [n for n, h in enumerate(self.header) if h == PLACE]


def _record_value(heading: str) -> OfRecord:
    """What gives the value under a heading of a record."""
    if heading.startswith("year."):
        return _year(heading.partition(".")[2])
    if heading == "oclc.number":
        return _oclc
    if heading == "screen.faults":
        return faults
    found = HEADING.fullmatch(heading)
    assert found, heading
    if found["place"]:
        return _of_leader(int(found["place"]))
    tag = found["tag"]
    if found["first"]:
        return _positions(tag, int(found["first"]), int(found["last"] or found["first"]) + 1)
    if not found["codes"]:
        return _control(tag)
    if found["each"]:
        return _every(tag, found["codes"])
    return _first(tag, found["codes"])


def _of_leader(at: int) -> OfRecord:
    return lambda record: _plain(record.leader[at : at + 1]).replace(" ", "#")


def _control(tag: str) -> OfRecord:
    def value(record: Record) -> str:
        fields = record.fields.get(tag)
        return _plain(fields[0]) if fields else ""

    return value


def _plain(text: str) -> str:
    """A control field without the sign of a subfield, which stands between values in rows."""
    return text.replace(SUBFIELD, " ")


def _positions(tag: str, first: int, end: int) -> OfRecord:
    def value(record: Record) -> str:
        fields = record.fields.get(tag)
        return _plain(fields[0][first:end]) if fields else ""

    return value


def _first(tag: str, codes: str) -> OfRecord:
    """The first field that has any of the subfields: its first one of one code, or all of several
    in their order."""

    def one(record: Record) -> str:
        for field in record.fields.get(tag, ()):
            if text := subfield(field, codes):
                return text
        return ""

    def several(record: Record) -> str:
        for field in record.fields.get(tag, ()):
            if text := joined(field, codes):
                return text
        return ""

    return one if len(codes) == 1 else several


def _every(tag: str, codes: str) -> OfRecord:
    def value(record: Record) -> str:
        return BETWEEN_EACH.join(
            part[1:]
            for field in record.fields.get(tag, ())
            for part in field.split(SUBFIELD)[1:]
            if part[:1] in codes and part[1:]
        )

    return value


def subfield(field: str, code: str) -> str:
    """The first subfield of a code that is not empty; nothing where there is none."""
    at = field.find(SUBFIELD + code)
    while at >= 0:
        end = field.find(SUBFIELD, at + 2)
        end = len(field) if end < 0 else end
        if end > at + 2:
            return field[at + 2 : end]
        at = field.find(SUBFIELD + code, end)
    return ""


def joined(field: str, codes: str) -> str:
    """The subfields of the codes, in the order in which they stand."""
    return " ".join(part[1:] for part in field.split(SUBFIELD)[1:] if part[1:] and part[0] in codes)


def _copy_value(heading: str) -> OfCopy:
    found = HEADING.fullmatch(heading)
    assert found and found["codes"], heading
    codes = found["codes"]
    if link := found["link"]:
        return _linked(found["tag"], codes, link)
    if found["nth"]:
        return _nth(codes, int(found["nth"]) - 1)
    if found["each"]:
        return lambda record, field: BETWEEN_EACH.join(_texts(field, codes))
    return lambda record, field: joined(field, codes)


def _texts(field: str, codes: str) -> list[str]:
    return [p[1:] for p in field.split(SUBFIELD)[1:] if p[1:] and p[0] in codes]


def _nth(codes: str, at: int) -> OfCopy:
    def value(record: Record, field: str) -> str:
        texts = [p[1:] for p in field.split(SUBFIELD)[1:] if p[:1] in codes and p]
        return texts[at] if at < len(texts) else ""

    return value


def _linked(tag: str, codes: str, link: str) -> OfCopy:
    """The subfields of that field of a tag which has the same link as the copy; where there is but
    one such field and the copy says no link, of that."""

    def value(record: Record, field: str) -> str:
        others, mine = record.fields.get(tag, []), subfield(field, link)
        for other in others:
            if subfield(other, link) == mine or (not mine and len(others) == 1):
                return joined(other, codes)
        return ""

    return value


def _year(which: str) -> OfRecord:
    place = {"low": 0, "high": 1, "origin": 2, "one": 3, "is_suspect": 4}[which]

    return lambda record: _imprint(record.fields)[place]


def _imprint(fields: Fields) -> Imprint:
    """What is known of the year."""
    coded = fields.get("008", ("",))[0][6:15]
    changed = fields.get("005", ("",))[0][:4]
    text, field = _stated(fields)
    return imprint(coded, text, field, changed)


def faults(record: Record) -> str:
    """What a first look finds wrong or lacking in a record."""
    return screen.faults(record, _imprint(record.fields))


def _stated(fields: Fields) -> tuple[str, str]:
    """The date of publication as it is printed, and where: 264 of a publication before 260, and
    that before other 264, such as that of a copyright."""
    every = fields.get("264", ())
    for field in every:
        if field[1:2] == "1" and (text := subfield(field, "c")):
            return text, "264"
    for field in fields.get("260", ()):
        if text := subfield(field, "c"):
            return text, "260"
    for field in every:
        if text := subfield(field, "c"):
            return text, "copyright" if field[1:2] == "4" else "264"
    return "", ""


def _oclc(record: Record) -> str:
    fields = record.fields
    others = [
        part[1:]
        for field in fields.get("035", ())
        for part in field.split(SUBFIELD)[1:]
        if part[:1] == "a"
    ]
    return oclc_number(others, fields.get("001", ("",))[0], fields.get("003", ("",))[0])


def oclc_number(others: Sequence[str], number: str, agency: str) -> str:
    """The number that OCLC gives a record: of 035 $a with (OCoLC), else of a 001 that is OCLC's, as
    003 or its first letters say."""
    for other in others:
        if "(" in other and (found := _OCLC.match(other.strip())):
            return found[1]
    number = number.strip()
    if number[:1] == "o" and (found := _OCLC_001.fullmatch(number)):
        return found[1]
    is_theirs = agency.strip() == "OCoLC"
    return number.lstrip("0") if is_theirs and number.isdecimal() else ""

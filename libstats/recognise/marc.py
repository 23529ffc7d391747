"""MARC records: which map says what is read of a file, told by libstats.toml or by the fields that
the file has; and the two lists that it is then."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from libstats.declaration.marc_map import Map
from libstats.declaration.source import Source
from libstats.errors import FileRefused
from libstats.readers.delimited import Delimited
from libstats.readers.marc import rows, xml
from libstats.readers.marc.file import File, of_place
from libstats.readers.marc.layout import Layout
from libstats.readers.marc.part import Marc
from libstats.readers.marc.record import Record
from libstats.readers.marc.rows import Layouts
from libstats.readers.marc.xml import START
from libstats.readers.place import Place
from libstats.recognise.known import Config
from libstats.sources import marc

# so many records tell of whose system a file is
LOOKED_AT = 1000
# a field that less of the records have, or a subfield less of its fields, tells nothing
SHARE, SOME = 0.5, 0.02
# files of OCLC are told by the numbers of nearly all records
MOSTLY = 0.9


@dataclass
class Census:
    """Which fields and subfields records have: how many records of each kind there are, in how many
    each field stands, how many fields of it there are, and how many of these have a subfield."""

    records: int = 0
    of_oclc: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    having: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    subfields: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count one more."""
        self.records += 1
        self.kinds[record.leader[6:7]] += 1
        for tag, fields in record.fields.items():
            self.having[tag] += 1
            self.fields[tag] += len(fields)
            for each in fields:
                codes = {part[0] for part in each.split("\x1f")[1:] if part}
                self.subfields.update((tag, code) for code in codes)
        number = record.fields.get("001", [""])[0].strip().lower()
        is_theirs = record.fields.get("003", [""])[0].strip() == "OCoLC"
        self.of_oclc += is_theirs or number.startswith(("ocm", "ocn", "on1"))

    @property
    def is_unimarc(self) -> bool:
        """True if titles stand in 200 and not in 245, as in UNIMARC."""
        return self.having["200"] >= SHARE * self.records > 0 and not self.having["245"]

    def has(self, wanted: str, copies: Sequence[str]) -> bool:
        """True if most records have the field of a subfield, those with `copies` at least some; and
        most of these fields the subfield."""
        tag, _, code = wanted.partition("$")
        least = SOME if tag in copies else SHARE
        is_there = self.having[tag] >= least * self.records > 0
        return is_there and self.subfields[tag, code] >= SHARE * self.fields[tag]


class _Every(frozenset[str]):
    """All tags."""

    def __contains__(self, tag: object) -> bool:
        return True


def census(
    place: Place,
    encoding: str = "",
    most: int = LOOKED_AT,
    also: Callable[[int, Record], object] = lambda number, record: None,
) -> Census:
    """What the first records of a file have; each is shown to `also` besides, with its number."""
    found = Census()
    for number, record in itertools.islice(_records(place, encoding), most):
        found.add(record)
        also(number, record)
    return found


def _records(place: Place, encoding: str) -> Iterator[tuple[int, Record]]:
    """The records that can be read, all of their fields, by their numbers."""
    if encoding:
        yield from enumerate(xml.records_in(place, encoding, _Every()), start=1)
        return
    with place.open() as stream:
        for number, each in rows.all_in(stream, _Every()):
            if isinstance(each, Record):
                yield number, each


def chosen(found: Census, config: Config) -> Map:
    """The map for a file: the library's, else that of which the file has the most fields."""
    own = marc.of_library(config)
    if own is not None:
        return own
    fitting = [
        (len(wanted), name)
        for name in marc.NAMES
        for wanted in marc.shipped(name).known
        if all(found.has(each, marc.shipped(name).copies) for each in wanted)
    ]
    if fitting:
        most = max(n for n, _ in fitting)
        return marc.shipped(next(name for n, name in fitting if n == most))
    is_theirs = found.of_oclc >= MOSTLY * found.records > 0
    return marc.shipped("oclc" if is_theirs else "plain")


def parts_of(place: Place, config: Config, text: Delimited | None = None) -> Iterator[Marc]:
    """The records of a file, and the copies in them if its map tells of any; `text` where it is
    MARCXML."""
    encoding = text.encoding if text else ""
    own = marc.of_library(config)
    found = own if own is not None else _told(place, encoding, config)
    headers = [source.vendor_headings for source in found.sources]
    copies = Layout(headers[1] if headers[1:] else (), found.copies)
    file = of_place(place, Layouts(Layout(headers[0]), copies), encoding, text.head if text else "")
    yield from _lists(place, file, found.name.removesuffix(".map"), headers)


def _told(place: Place, encoding: str, config: Config) -> Map:
    """The map that the fields of a file tell; FileRefused for records of another form of MARC,
    whose fields mean other things."""
    counted = census(place, encoding)
    if counted.is_unimarc:
        raise FileRefused(
            f"{place.name}: its records are UNIMARC; libstats reads MARC 21",
            "Export them as MARC 21. Or write a map of your own and name it below [marc] in"
            " libstats.toml: docs/export-marc.md says how.",
        )
    return chosen(counted, config)


def _lists(
    place: Place, file: File, name: str, headers: Sequence[tuple[str, ...]]
) -> Iterator[Marc]:
    for is_of_copies, header in enumerate(headers):
        yield Marc(
            place,
            header=header,
            is_bare=True,
            file=file,
            map=name,
            is_of_copies=bool(is_of_copies),
        )


def probe(text: Delimited, config: Config) -> Iterator[Marc] | None:
    """The lists in a text, if it is MARCXML."""
    return parts_of(text.place, config, text) if START.match(text.head) else None


def source_of(part: Marc, config: Config) -> Source:
    """The declaration for one of the lists."""
    return marc.named(part.map, config).sources[part.is_of_copies]

"""Which fields and subfields the records of a file have, counted; no value is kept."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from libstats.readers.marc import rows, xml
from libstats.readers.marc.record import Record
from libstats.readers.place import Place

# so many records tell of whose system a file is
LOOKED_AT = 1000
# a field that less of the records have, or a subfield less of its fields, tells nothing
SHARE, SOME = 0.5, 0.02
# of records that cannot be read so many are named
MOST_UNREAD = 3


@dataclass
class Census:
    """Which fields and subfields records have: how many records of each kind there are, in how many
    each field stands, how many fields of it there are, and how many of these have a subfield; and
    which are the first that cannot be read, by number."""

    records: int = 0
    unread: int = 0
    first_unread: list[tuple[int, rows.Unreadable]] = field(default_factory=list)
    deleted: int = 0
    of_oclc: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    having: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    subfields: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count one more."""
        self.records += 1
        self.deleted += record.leader[5:6] == "d" and record.leader[6:7] not in "wzquvxy"
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
        if isinstance(record, Record):
            found.add(record)
            also(number, record)
        else:
            found.unread += 1
            found.first_unread += [(number, record)][: MOST_UNREAD - len(found.first_unread)]
    return found


def _records(place: Place, encoding: str) -> Iterator[rows.Numbered]:
    """The records, all of their fields, by their numbers."""
    if encoding:
        yield from enumerate(xml.records_in(place, encoding, _Every()), start=1)
        return
    with place.open() as stream:
        yield from rows.all_in(stream, _Every())

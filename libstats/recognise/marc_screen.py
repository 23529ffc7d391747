"""A machine's first look at a batch of records: what is wrong or lacking, by category, as counts
that an audit can sample from. It says nothing of who made a record.

The categories are libstats' own, few and plain, and each is certain: a check digit, a field that is
not there. Local fields are counted apart, since no rule is known of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from libstats.readers.marc.imprint import imprint
from libstats.readers.marc.layout import subfield
from libstats.readers.marc.record import SUBFIELD, Record

Check = Callable[[Record], bool]
# leader/06 of what is a title
TITLES = "acdefgijkmoprt"
# encoding levels below core, of MARC and of OCLC
BELOW = "235678JKMuz"
_NUMBER = re.compile(r"[\dXx-]+")
_LOCAL = re.compile(r"(?!490)(?:9..|.9.|..9)")  # 490 alone is MARC 21's own
SHOWN = 5


def _texts(record: Record, tag: str, code: str) -> list[str]:
    return [
        part[1:]
        for each in record.fields.get(tag, ())
        for part in each.split(SUBFIELD)[1:]
        if part[:1] == code
    ]


def _lacks(*wanted: str) -> Check:
    """None of these fields is there."""
    return lambda record: not any(tag in record.fields for tag in wanted)


def _coded(record: Record) -> str:
    return record.fields.get("008", [""])[0]


def _has_no_language(record: Record) -> bool:
    return not re.fullmatch("[a-z]{3}", _coded(record)[35:38]) and "041" not in record.fields


def _year(record: Record) -> str:
    dates = [
        text
        for tag in ("264", "260")
        for each in record.fields.get(tag, ())
        if (text := subfield(each, "c"))
    ]
    changed = record.fields.get("005", [""])[0][:4]
    found = imprint(_coded(record)[6:15], dates[0] if dates else "", "260", changed)
    return {"": "none", "1": "doubtful"}.get(found.is_suspect, "sound")


def is_isbn(text: str) -> bool:
    """True for a number whose check digit is right.

    >>> [is_isbn(t) for t in ("978-0-306-40615-7", "0306406152", "0306406153", "080442957X")]
    [True, True, False, True]
    """
    digits = [10 if c in "Xx" else int(c) for c in text if c != "-"]
    if len(digits) == 13 and 10 not in digits:
        return sum(d * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10 == 0
    if len(digits) == 10 and 10 not in digits[:-1]:
        return sum(d * (10 - n) for n, d in enumerate(digits)) % 11 == 0
    return False


def is_issn(text: str) -> bool:
    """True for a number whose check digit is right.

    >>> [is_issn(t) for t in ("0317-8471", "0317-8472", "2434-561X")]
    [True, False, True]
    """
    digits = [10 if c in "Xx" else int(c) for c in text if c != "-"]
    is_whole = len(digits) == 8 and 10 not in digits[:-1]
    return is_whole and sum(d * (8 - n) for n, d in enumerate(digits)) % 11 == 0


def _is_wrong(tag: str, is_right: Callable[[str], bool]) -> Check:
    """A number in $a of a field has a wrong check digit."""

    def check(record: Record) -> bool:
        numbers = (_NUMBER.match(text.strip()) for text in _texts(record, tag, "a"))
        return any(found and not is_right(found[0]) for found in numbers)

    return check


CHECKS: dict[str, Check] = {
    "no title (245 $a)": lambda record: not any(_texts(record, "245", "a")),
    "008 lacks, or has other than 40 characters": lambda record: len(_coded(record)) != 40,
    "no language (008/35-37, 041)": _has_no_language,
    "no year that can be read": lambda record: _year(record) == "none",
    "a year that is doubtful": lambda record: _year(record) == "doubtful",
    "no class number (050, 060, 082, 086, 090)": _lacks("050", "060", "082", "086", "090"),
    "no ISBN, ISSN or other number (020, 022, 024, 028)": _lacks("020", "022", "024", "028"),
    "an ISBN with a wrong check digit": _is_wrong("020", is_isbn),
    "an ISSN with a wrong check digit": _is_wrong("022", is_issn),
    "no subject (6XX)": lambda record: not any(tag.startswith("6") for tag in record.fields),
    "no description (300)": _lacks("300"),
    "no source of cataloguing (040)": _lacks("040"),
    "a level below core (leader/17)": lambda record: record.leader[17:18] in tuple(BELOW),
}
LOCAL = "local fields (a tag with a 9)"


@dataclass
class Screen:
    """How many titles of a batch have what is wrong, by category, and the first of them by their
    number in the file; how many have any of it, and how many have local fields besides."""

    titles: int = 0
    faulty: int = 0
    with_local: int = 0
    found: dict[str, list[int]] = field(default_factory=dict)

    def add(self, number: int, record: Record) -> None:
        """Look at one more record; what is no title is passed over."""
        if record.leader[6:7] not in tuple(TITLES) or record.leader[5:6] == "d":
            return
        self.titles += 1
        wrong = [name for name, check in CHECKS.items() if check(record)]
        is_local = any(_LOCAL.fullmatch(tag) for tag in record.fields)
        self.faulty += bool(wrong)
        self.with_local += bool(wrong) or is_local
        for name in (*wrong, *((LOCAL,) if is_local else ())):
            self.found.setdefault(name, []).append(number)

    def lines(self) -> Iterator[str]:
        """For a person: categories with their counts, and records to look at."""
        if not self.titles:
            return
        yield (
            f"  a first look at its titles: {self.faulty:,} of {self.titles:,} have something of"
            f" this, {self.with_local:,} with local fields"
        )
        for name in (*CHECKS, LOCAL):
            numbers = self.found.get(name, [])
            if numbers:
                some = ", ".join(map(str, numbers[:SHOWN]))
                more = " ..." if len(numbers) > SHOWN else ""
                yield f"    {len(numbers):,}  {name}: records {some}{more}"

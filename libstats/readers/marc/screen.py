"""A machine's first look at a record: what is wrong or lacking, by category. It says nothing of who
made a record.

The categories are libstats' own, few and plain, and each is certain: a check digit, a field that is
not there. Local fields and subfields are categories apart, since no rule is known of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from libstats.readers.marc.imprint import Imprint
from libstats.readers.marc.record import SUBFIELD, Record, is_local

# the categories, in the order of the bits of a record, and where each looks
FAULTS = {
    "no title": "245 $a",
    "no 008 of 40 characters": "008",
    "no language": "008/35-37, 041",
    "no year that can be read": "008/06-14, 264, 260",
    "doubtful year": "008/06-14, 264, 260",
    "no class number": "050, 060, 082, 086, 090",
    "no standard number": "020, 022, 024, 028",
    "ISBN with a wrong check digit": "020 $a",
    "ISSN with a wrong check digit": "022 $a",
    "no subject": "6XX",
    "no description": "300",
    "no source of cataloguing": "040",
    "level below core": "leader/17",
}
LOCAL = {"local field": "a tag with a 9", "local subfield": "$9 of other fields"}
NAMES = (*FAULTS, *LOCAL)
BETWEEN, SOUND = "; ", "none"
# the fields of which more is looked at than whether they are there
TAGS = ("005", "008", "020", "022", "245", "260", "264")
CLASSES = ("050", "060", "082", "086", "090")
NUMBERS = ("020", "022", "024", "028")
# encoding levels below core, of MARC and of OCLC
BELOW = "235678JKMuz"
_NUMBER = re.compile(r"[\dXx-]+")


def named(bits: int) -> str:
    """The categories of a record in words.

    >>> named(0), named(0b1001)
    ('none', 'no title; no year that can be read')
    """
    return BETWEEN.join(n for at, n in enumerate(NAMES) if bits >> at & 1) or SOUND


def bits_of(flags: Iterable[bool]) -> int:
    """The flags of all categories, in their order, as one number."""
    return sum(int(flag) << at for at, flag in enumerate(flags))


def faults(record: Record, year: Imprint) -> str:
    """What a first look finds in a record whose year was read."""
    return named(bits_of(_flags(record, year)))


def is_wrong(text: str, is_right: Callable[[str], bool]) -> bool:
    """True if a text begins with a number that has a wrong check digit."""
    found = _NUMBER.match(text.strip())
    return found is not None and not is_right(found[0])


def _flags(record: Record, year: Imprint) -> Iterator[bool]:
    coded, tags = record.fields.get("008", [""])[0], record.tags
    yield not any(_texts(record, "245"))
    yield len(coded) != 40
    yield has_no_language(coded[35:38]) and "041" not in tags
    yield not year.is_suspect
    yield year.is_suspect == "1"
    yield tags.isdisjoint(CLASSES)
    yield tags.isdisjoint(NUMBERS)
    yield any(is_wrong(text, is_isbn) for text in _texts(record, "020"))
    yield any(is_wrong(text, is_issn) for text in _texts(record, "022"))
    yield not any(tag[:1] == "6" for tag in tags)
    yield "300" not in tags
    yield "040" not in tags
    yield record.leader[17:18] in tuple(BELOW)
    yield any(is_local(tag) for tag in tags)
    yield record.has_local_subfield


def has_no_language(code: str) -> bool:
    """True for what is no code of a language."""
    return not re.fullmatch("[a-z]{3}", code)


def _texts(record: Record, tag: str) -> Iterator[str]:
    """Each $a of a field."""
    for field in record.fields.get(tag, ()):
        for part in field.split(SUBFIELD)[1:]:
            if part[:1] == "a":
                yield part[1:]


def is_isbn(text: str) -> bool:
    """True for a number whose check digit is right.

    >>> [is_isbn(t) for t in ("978-0-306-40615-7", "0306406152", "0306406153", "080442957X")]
    [True, True, False, True]
    """
    digits = [10 if c in "Xx" else int(c) for c in text if c != "-"]
    if len(digits) == 13 and 10 not in digits:
        return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
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

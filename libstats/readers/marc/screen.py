"""A machine's first look at a record: what is wrong or lacking, by category. It says nothing of who
made a record.

The categories are libstats' own, few and plain, and each is certain: a check digit, a field that is
not there. Local fields and subfields are categories apart, since no rule is known of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import count
from operator import mul

from libstats.readers.marc.imprint import Imprint
from libstats.readers.marc.record import SUBFIELD, Record, is_local

# the categories, in the order of the bits of a record, and where each looks
FAULTS = {
    "no title": "245 $a",
    "no 008 of 40 characters": "008",
    "no language": "008/35-37, 041",
    "no year that can be read": "008/06-14, 264, 260",
    "doubtful year": "008/06-14, 264, 260",
    "impossible date": "005, 008/00-05, 008/07-14",
    "no class number": "050 to 086, 090, 092, 096, 098, 099",
    "no standard number": "$a of 020, 022, 024, 028",
    "ISBN with a wrong check digit": "020 $a",
    "ISSN with a wrong check digit": "022 $a",
    "no subject": "6XX",
    "no description": "300",
    "no source of cataloguing": "040",
    "level below core": "leader/17",
    "level M: less than full, loaded in a batch": "leader/17",
}
LOCAL = {"local field": "a tag with a 9, no system's own", "local subfield": "$9 of other fields"}
NAMES = (*FAULTS, *LOCAL)
BETWEEN, SOUND = "; ", "none"
# the fields of which more is looked at than whether they are there
TAGS = ("005", "008", "020", "022", "024", "028", "245", "260", "264")
# MARC 21's, and those of OCLC in which libraries keep their own: 099 of many public ones
_MARC = ("050", "055", "060", "070", "080", "082", "084", "086")
CLASSES = (*_MARC, "090", "092", "096", "098", "099")
NUMBERS = ("020", "022", "024", "028")
# the fields with a 9 in which library systems themselves write numbers and copies: Koha, Sierra,
# Symphony, Evergreen
OF_SYSTEMS = ("901", "907", "942", "945", "949", "952", "998", "999")
# Encoding levels below core, of MARC and of OCLC; `LEVELS` of definitions has words for each. Not
BELOW = "23578K"
OF_BATCH = "M"
# kinds of dates in 008/06 whose second year is no earlier than the first
_RANGES = tuple("cdikmqu")
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
    changed = record.fields.get("005", [""])[0]
    yield has_impossible_date(coded[:15], changed[:8], latest())
    yield tags.isdisjoint(CLASSES)
    # one in $z is cancelled, or of another edition
    yield not any(text for tag in NUMBERS for text in _texts(record, tag))
    yield any(is_wrong(text, is_isbn) for text in _texts(record, "020"))
    yield any(is_wrong(text, is_issn) for text in _texts(record, "022"))
    yield not any(tag[:1] == "6" for tag in tags)
    yield "300" not in tags
    yield "040" not in tags
    yield record.leader[17:18] in tuple(BELOW)
    yield record.leader[17:18] == OF_BATCH
    yield any(is_local(tag) for tag in tags.difference(OF_SYSTEMS))
    yield record.has_local_subfield


def has_no_language(code: str) -> bool:
    """True for what is no code of a language."""
    return not re.fullmatch("[a-z]{3}", code)


def has_impossible_date(coded: str, changed: str, latest: str) -> bool:
    """True where the day of making (of 008/00-14), or that of the last change (005), is no day or
    later than the latest; or where a range of years ends before it begins. What is not digits is
    not said.

    >>> [has_impossible_date(t, "20260901", "20261101") for t in ("190214s2019", "991332s1999")]
    [False, True]
    >>> [has_impossible_date(f"190214m{t}", "", "20261101") for t in ("20241990", "20249999")]
    [True, False]
    """
    is_range = coded[6:7] in _RANGES and _is_year(coded[7:11]) and _is_year(coded[11:15])
    if is_range and coded[11:15] < coded[7:11]:
        return True
    return _is_no_change(changed, latest) or _is_no_making(coded[:6], latest)


def latest() -> str:
    """The latest day that may be: it may come from another zone."""
    return str(date.today() + timedelta(days=1)).replace("-", "")


@lru_cache(1 << 14)
def _is_no_change(digits: str, latest: str) -> bool:
    return _is_digits(digits, 8) and not _is_day(digits, latest)


@lru_cache(1 << 14)
def _is_no_making(digits: str, latest: str) -> bool:
    """A century is not said: a day of either will do."""
    return _is_digits(digits, 6) and not any(_is_day(c + digits, latest) for c in ("20", "19"))


def _is_digits(text: str, size: int) -> bool:
    return len(text) == size and text.isascii() and text.isdecimal()


def _is_year(text: str) -> bool:
    return _is_digits(text, 4)


def _is_day(digits: str, latest: str) -> bool:
    """True for a day, written without signs, that is no later than the latest."""
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return digits <= latest


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
    digits = text.replace("-", "")
    if len(digits) == 13:
        return digits.isdecimal() and (_sum(digits[::2]) + 3 * _sum(digits[1::2])) % 10 == 0
    return len(digits) == 10 and _is_of_eleven(digits)


def is_issn(text: str) -> bool:
    """True for a number whose check digit is right.

    >>> [is_issn(t) for t in ("0317-8471", "0317-8472", "2434-561X")]
    [True, False, True]
    """
    digits = text.replace("-", "")
    return len(digits) == 8 and _is_of_eleven(digits)


def _sum(digits: str) -> int:
    return sum(map(int, digits))


def _is_of_eleven(digits: str) -> bool:
    """True where each digit by its place, counted from the end, makes a multiple of eleven; X is a
    ten, and none but the last."""
    last = 10 if digits[-1] in "Xx" else int(digits[-1])
    rest = digits[:-1]
    return rest.isdecimal() and (sum(map(mul, map(int, reversed(rest)), count(2))) + last) % 11 == 0

"""What a file that nobody knows holds where its headings should stand, as it may be shown: its
first line may be a row that tells of a patron."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["is_fit", "is_value", "shape", "shown"]

LONGEST = 80  # the longest heading of an export that libstats knows has 55 signs
_HOURS = re.compile(r"\d\d?:\d\d( ?[ap]m)?( ?[-\u2013] ?\d\d?:\d\d( ?[ap]m)?)?", re.IGNORECASE)
_MONTH = (
    r"(?:jan|f[eé][bv]|m[aä]r|a[pbv]r|ma[iy]|ju[nli]|a[ug][go]|aoû|sep|set|o[ck]t|out|nov|d[eéi][czk])"
    r"[^\W\d_]*"
)
# a month or a year is no day: Period: 2026-10
_DAYS = re.compile(
    rf"""
    (?<!\d)\d{{1,4}}([-/.])[ ]?\d{{1,2}}\1[ ]?\d{{1,4}}(?!\d)
    | (?<!\d)\d\d?(?:st|nd|rd|th)?[-/.\ ]{{0,2}}{_MONTH}[-/.,\ ]{{0,2}}\d\d
    | \b{_MONTH}\.?[ ]\d\d?(?:st|nd|rd|th)?,?[ ]\d{{4}}
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What no heading has: signs that nobody sees, addresses, links, times, long numbers, and the signs
# that part fields of messages
_OF_VALUES = re.compile(
    r"""
    [\x00-\x09\x0e-\x1f\x7f-\x9f]
    | @(?!\$)                                            # not MARC's 852$b@$8
    | :// | %3a%2f%2f | \bwww\.
    | \d{1,3}(?:\.\d{1,3}){3}
    | \b(?=[0-9a-f:]*\d)[0-9a-f]{1,4}:(?::|[0-9a-f]{1,4}:)[0-9a-f:]*
    | (?<!\d)\d?\d:\d\d(?!\d)
    | (?<!iso)\d{5}                                     # iso18626 is a standard
    | (?<!\d)\d{3}[-.\ ]\d{4}(?!\d)
    | (?<!\d)\d{1,4}(?:[-.\ ]\d{2,4}){3}
    | (?-i:^[A-Z]{3}\+ | (?:^|\|)[A-Z]{2}[^|]*\|)       # EDIFACT, SIP2
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_fit(text: str) -> bool:
    """True if a text may be a heading: it has no time, day, address, link or long number, no field
    of a message, and is not overlong.

    >>> headings = ("Checkout Date", "Patron's library 2", "ISBN-13", "Period: 2026-10", "09:00")
    >>> [is_fit(heading) for heading in headings]
    [True, True, True, True, True]
    >>> values = ("10:10:40", "31/Oct/2026", "198.51.100.4", "a@b.example", "http://b", "21234")
    >>> [is_fit(value) for value in values]
    [False, False, False, False, False, False]
    """
    text = text.strip()
    return len(text) <= LONGEST and not is_value(text) and not _DAYS.search(text)


def is_value(text: str) -> bool:
    """True if a text has what rows have and no heading: then all its line may be a row. A day, or
    many words, may stand in a heading, as in `Lent since 31/10/2026`, though it is not shown."""
    text = text.strip()
    return not _HOURS.fullmatch(text) and bool(_OF_VALUES.search(text))


def shown(text: str) -> str:
    """A heading as it may be shown: its first line where that is fit, else the shape of it. What
    stands in further lines may be rows.

    >>> shown("Item no."), shown("Lent on 31/10/2026")
    ('Item no.', '(what looks like a value, as Aaaa aa 99/99/9999)')
    """
    first = next(iter(text.strip().splitlines()), "")
    return first if is_fit(first) else f"(what looks like a value, as {shape(first)})"


def shape(text: str) -> str:
    """A value's shape, as `shape` of functions.sql gives it: digits as 9, letters as A or a, forty
    signs at most; what nobody sees is a space.

    >>> shape("31/Oct/2026"), shape("Ada.L@library.example")
    ('99/Aaa/9999', 'Aaa.A@aaaaaaa.aaaaaaa')
    """
    return "".join(map(_sign, text[:40]))


def _sign(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind[0] == "N":
        return "9"
    if kind == "Lu":
        return "A"
    if kind[0] in "LM":
        return "a"
    return " " if kind[0] == "C" else letter

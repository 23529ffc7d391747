"""The year of publication: of 008, of what is printed in 264 or 260 $c; as a range where no more
is known, and doubtful where the two contradict each other."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

# printing began; a year behind the record's own last change, or before printing, is an error
OLDEST, NEWEST = 1450, 2100
# so many years may the two differ: an imprint often states the year of copyright
AT_MOST = 2
# of a range as wide as this its middle stands for a year
WIDEST = 15

_COMBINING = re.compile("[\u0300-\u036f]")
_CORRECTED = re.compile(r"(?:\bi\.?\s?e\.?|\bpo\.|=)\D*?(1\d{3}|20\d\d)(?!\d)", re.I)
_OVERWRITTEN = re.compile(r"(?<!\d)(\d{3})\d\[(\d)\]")
_SUPPLIED = re.compile(r"(?<!\d)(\d{1,3})\[(\d{1,3})")
_DOTTED = re.compile(r"(?<!\d)([12])\.(\d)\.(\d)\.(\d)(?!\d)")
_LETTER = re.compile(r"(?<![A-Za-z0-9])[lI](\d{3})(?!\d)")
_YEAR = re.compile(
    r"(?<!\d)(?:(?P<year>1\d{3}|20\d\d)(?!\d)|(?P<decade>1\d\d|20\d)[-?u](?![-u\d])"
    r"|(?P<century>1\d|20)(?:--|\?\?|uu))"
)
_RANGE = re.compile(r"(?:between\s+|-|–|\bor\s+|\band\s+)\W*(1\d{3}|20\d\d)(?!\d)", re.IGNORECASE)
_ROMAN = re.compile(
    r"(?<![A-Za-z])(?:M(?:[\s.,]*[MDCLXVI]){2,}|m(?:[\s.,]*[mdclxvi]){2,})(?![A-Za-z])"
)
_HEBREW = re.compile(r"(?<!\d)5[2-8]\d\d(?!\d)")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


class Imprint(NamedTuple):
    """What is known of the year: the first and the last that it may be, where it was read (`008`,
    `264`, `260`, `copyright`, `roman`, `hebrew`), one year that stands for it, and whether it is
    doubtful. Blank texts where nothing is known."""

    low: str = ""
    high: str = ""
    origin: str = ""
    year: str = ""
    is_suspect: str = ""


class Range(NamedTuple):
    """Two years, and whether the text was in Roman or Hebrew numbers."""

    low: int
    high: int
    kind: str = ""


@lru_cache(1 << 14)
def printed(text: str) -> Range | None:
    """The year, or years, that an imprint states; None where it states none that can be read.

    >>> printed("c1958."), printed("[183-?]"), printed("1847 [i.e. 1848]")
    (Range(low=1958, high=1958, kind=''), Range(low=1830, high=1839, kind=''), \
Range(low=1848, high=1848, kind=''))
    """
    plain = _COMBINING.sub("", text.replace("&lt;", "<").replace("&gt;", ">"))
    if corrected := _CORRECTED.search(plain):
        return Range(int(corrected[1]), int(corrected[1]))
    plain = _DOTTED.sub(r"\1\2\3\4", _OVERWRITTEN.sub(r"\1\2", plain))
    plain = _SUPPLIED.sub(_joined, _LETTER.sub(r"1\1", plain))
    if found := _YEAR.search(plain):
        return _arabic(plain, found)
    if (roman := _ROMAN.search(plain)) and OLDEST <= (year := _of_roman(roman[0])) <= NEWEST:
        return Range(year, year, "roman")
    if hebrew := _HEBREW.search(plain):  # its year begins in our autumn
        return Range(int(hebrew[0]) - 3761, int(hebrew[0]) - 3760, "hebrew")
    return None


def _joined(found: re.Match[str]) -> str:
    return found[1] + found[2] if len(found[1] + found[2]) == 4 else found[0]


def _arabic(text: str, found: re.Match[str]) -> Range:
    if found["decade"]:
        low = int(found["decade"]) * 10
        return Range(low, low + 9)
    if found["century"]:
        low = int(found["century"]) * 100
        return Range(low, low + 99)
    low = int(found["year"])
    until = _RANGE.search(text, found.end())
    return Range(low, max(low, int(until[1])) if until else low)


def _of_roman(text: str) -> int:
    values = [_VALUES[letter] for letter in re.sub(r"[\s.,]", "", text).upper()]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )


def _coded(kind: str, first: str, second: str) -> Range | None:
    """The years of 008/06-14; None where it says that they are not known, or says nothing."""
    one = _four(first)
    if one is None or kind in "nb| #":
        return None
    two = _four(second)
    if kind == "q" and two:
        return Range(one.low, max(one.high, two.high))
    if kind in "mikcdu" and two and two.low >= one.low and second != "9999":
        return Range(one.low, two.high)
    return one


def _four(text: str) -> Range | None:
    known = text.rstrip("u ") if text[:1] in "12" else ""
    if not known.isdecimal() or not known.isascii() or len(known) < 2:
        return None
    wide = 10 ** (4 - len(known))
    low = int(known) * wide
    return Range(low, low + wide - 1)


@lru_cache(1 << 14)
def imprint(coded: str, text: str, field: str, changed: str) -> Imprint:
    """The year of a record: `coded` is its 008/06-14, `text` what its imprint says in the `field`,
    `changed` the year of its last change.

    Of a reprint (r) and of a distribution (p) the copy's own year is meant, the first. A serial's
    or set's range goes from its first year to its last.
    """
    kind = coded[:1] or " "
    of_008, of_text = _coded(kind, coded[1:5], coded[5:9]), printed(text)
    found = of_008 or of_text
    if found is None:
        return Imprint()
    origin = "008" if of_008 else found.kind or field
    latest = int(changed) + 1 if changed.isdecimal() and changed.isascii() else NEWEST
    differs = (
        of_008 is not None
        and of_text is not None
        and (of_text.low > of_008.high + AT_MOST or of_text.high < of_008.low - AT_MOST)
    )
    is_suspect = differs or not OLDEST <= found.low <= min(latest, NEWEST)
    return Imprint(str(found.low), str(found.high), origin, _one(kind, found), str(int(is_suspect)))


def _one(kind: str, found: Range) -> str:
    if kind in "mikcdu":
        return str(found.low)
    if found.high - found.low <= WIDEST:
        return str((found.low + found.high) // 2)
    return ""

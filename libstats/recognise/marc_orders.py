"""Orders in the local fields of MARC records, of which no map tells: which field they stand in, and
what is said of them. What is an order there, and how its money is written, no record says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from libstats.declaration.marc_map import MONEY
from libstats.declaration.marc_sources import OF_ORDER, Map
from libstats.recognise.marc_census import Census
from libstats.sources import marc

__all__ = ["REMEDY", "proposed", "undeclared", "why"]

# subfields that stand together where vendors and library systems put orders: of price, fund, how
# many and for whom three are enough
FORMS = {
    "960": ("s", "u", "v", "o", "t", "z", "q", "k", "p", "n", "i"),
    "962": ("b", "f", "p", "q"),
    "970": ("b", "f", "p", "s", "q"),
}
ENOUGH = 3
REMEDY = (
    "`libstats inspect FILE` proposes the lines of a map. Name the map below [marc] in"
    " libstats.toml, or one of gobi, brodart, sierra-orders; or write `orders none` into your own:"
    " docs/export-marc.md says how."
)


def undeclared(found: Census, read: Map) -> str:
    """The field of a file that looks like orders, most fields first; none where a map says that
    there are none, or reads the field for copies."""
    if read.has_no_orders:
        return ""
    likely = [tag for tag in FORMS if tag not in read.copies and _is_likely(found, tag)]
    return max(likely, key=lambda tag: found.fields[tag], default="")


def _is_likely(found: Census, tag: str) -> bool:
    most = found.fields[tag] / 2
    return sum(found.subfields[tag, code] >= most > 0 for code in FORMS[tag]) >= ENOUGH


def why(found: Census, tag: str) -> str:
    """Why the orders are refused: what stands in their field, and the line that is missing."""
    codes = sorted((code, n) for (t, code), n in found.subfields.items() if t == tag)
    told = ", ".join(f"${code} {number:,}" for code, number in codes)
    return (
        f"its {found.fields[tag]:,} fields {tag} ({told}) look like orders. No map says what they"
        f" mean, nor how their money is written: it lacks the line `orders {tag}`"
    )


Kept = Mapping[tuple[str, str], Sequence[str]]
# how money looks that is written in one way and in no other; cents alone may be whole amounts too
_LOOKS = {
    "decimal_amount": re.compile(r"-?\d{1,9}[.,]\d{2}"),
    "signed_amount": re.compile(r"-?[$\u00a3\u20ac]\s?\d[\d.,]*"),
}


def proposed(found: Census, kept: Kept, tag: str) -> Iterator[str]:
    """The lines of a map for orders in a field, as remarks where the library has to say what they
    mean; `kept` are values by field and subfield, of which none is shown."""
    columns = _columns(tag)
    yield f"orders {tag}"
    # the shipped map of a vendor knows where its number stands, if the records have it there
    number = next((h for h, (c, _) in columns.items() if c == "order_line_id"), "001")
    is_there = not number.startswith("$") and found.has(number, ())
    number = number if is_there else "001"
    yield f"order_line_id    {number:22}# or where the number of the order stands"
    yield "title_id         001"
    for code in sorted(code for t, code in found.subfields if t == tag):
        column, is_money = columns.get(f"${code}", ("", False))
        if is_money:
            yield _of_money(column, code, kept.get((tag, code), ()))
        elif column:
            yield f"{column:16} ${code}"
        else:
            yield f"# COLUMN         ${code}  (in {found.subfields[tag, code]:,} of them)"


def _columns(tag: str) -> dict[str, tuple[str, bool]]:
    """Which subfield is which column, and whether that is money, in the shipped map of a vendor
    that has the field."""
    maps = (marc.shipped(name) for name in marc.OF_ORDERS)
    known = next((each for each in maps if tag in each.orders and not each.is_own), None)
    return {
        heading: (entry.column, any(way in entry.sql for way in MONEY))
        for entry in (known.entries if known else ())
        if entry.table in OF_ORDER
        for heading in entry.headings
        if heading.startswith("$") or entry.column == "order_line_id"
    }


def _of_money(column: str, code: str, values: Sequence[str]) -> str:
    """The line for money: with its way of writing where all values have that of one alone."""
    for way, looks in _LOOKS.items():
        if values and all(looks.fullmatch(value) for value in values):
            return f"{column:16} ${code} {way}"
    ways = ", ".join(f"{way} ({example})" for way, example in MONEY.items())
    return f"# {column:14} ${code} HOW  (say how its money is written: {ways})"

"""What messages of a file hold, in one line: how many of each, and whether their totals fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from libstats.readers.edifact.part import KINDS, Messages, counts
from libstats.readers.part import Damaged

__all__ = ["summary"]


def summary(part: Messages) -> str:
    """`1 invoice, 2 lines, total fits (rule: lines)`; nothing for messages that are not read."""
    if part.file is None or part.kind is None:
        return ""
    held = counts(part.file.text)
    said = [_many(held[each.name], each.name) for each in KINDS if held.get(each.name)]
    return ", ".join(filter(None, (*said, _totals(part))))


def _many(count: int, name: str) -> str:
    name = name.removeprefix("invoice ") if name != "invoices" else name
    if name not in ("invoices", "lines", "charges", "copies"):
        name = f"lines of {name}"
    one = name.replace("lines", "line").replace("copies", "copy").removesuffix("s")
    one = one + "s" if " of " in name else one
    return f"{count:,} {one if count == 1 else name}"


def _totals(part: Messages) -> str:
    """By which rules the totals of its invoices are made, and how many by none."""
    kind = KINDS[0]
    place, stated = kind.header.index("total rule"), kind.header.index("stated total")
    rows = [row for _, row in replace(part, kind=kind).records() if not isinstance(row, Damaged)]
    rules = Counter((row[place] if row[stated] else "not stated") for row in rows)
    if not rules:
        return ""
    if len(rows) == 1:
        [rule] = rules
        return _WORDS.get(rule, f"total fits (rule: {rule})")
    told = [
        f"{count:,} {_WORDS_OF_MANY.get(rule, f'fit (rule: {rule})')}"
        for rule, count in sorted(rules.items())
    ]
    return f"totals: {', '.join(told)}"


_WORDS = {
    "none": "total fits in no way (rule: none)",
    "not stated": "no total is stated",
}
_WORDS_OF_MANY = {"none": "fit in no way (rule: none)", "not stated": "not stated"}

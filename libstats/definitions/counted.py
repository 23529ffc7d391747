"""What the measures of counts are called, whoever writes them, and how a kind is parted.

A kind names a part of a measure: an age and a format (`children 0-5, in person`), or what was asked
and at which hour (`phone, 14:00`). The hour stands last; a format stands behind the last comma.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

__all__ = ["FORMAT", "HOUR", "PART", "words"]

HOUR = r"""nullif(regexp_extract(kind, '(?:^|,\s*)([01]?\d|2[0-3])[:.]\d\d$', 1), '')::integer"""
"""SQL: the hour of the day that a kind ends with; NULL where it names none."""

PART = r"""coalesce(
    nullif(trim(regexp_replace(kind, '(^|,\s*)([01]?\d|2[0-3])[:.]\d\d$', '')), ''), 'all'
)"""
"""SQL: a kind without its hour."""

FORMAT = r"""nullif(trim(regexp_extract(kind, ',([^,]*)$', 1)), '')"""
"""SQL: what stands behind the last comma of a kind."""


@cache
def words() -> dict[str, tuple[str, ...]]:
    """The words, in small letters, that each measure goes by."""
    text = (
        resources.files("libstats.definitions")
        .joinpath("counted_measures.csv")
        .read_text(encoding="utf-8")
    )
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["measure"], []).append(row["word"])
    return {measure: tuple(listed) for measure, listed in found.items()}

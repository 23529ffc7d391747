"""A library's own exports: what [export."SYSTEM LIST"] and [headings."SYSTEM LIST"] in
libstats.toml declare, as sources.

[export."apollo items"]                  # the system, and what it lists
recognise = ["Item no.", "Collection"]   # and the other fields of libstats/declaration/source.py,
                                         # by their names
dates = "day first, as in 31/10/2026"    # or "month first", "year first"
[export."apollo items".columns.item]     # the short form: heading = canonical column, the value as
"Item no." = "item_id"                   # its type wants it
[export."apollo items".fills]            # or, for a table, the SELECT as libstats/sources has them
title = '''
"Record" as title_id,
trim("Title") as title
'''

[headings."koha items"]                  # other names that this library's reports give a heading
itemnumber = ["Item no."]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from libstats import schema
from libstats.declaration.source import Source

TEXTS = ("scope", "absence", "exported", "footer", "failure", "command", "dates")
LISTS = ("recognise", "unless", "happened", "null_words", "loose", "bare")
FLAGS = ("whole", "is_elsewhere", "is_vague")
PAIRS = ("fills", "required", "glean", "fits", "set_aside", "only")
SPELLINGS = ("headings", "blanks", "letters")
KEYS = (*LISTS, *TEXTS, *FLAGS, *PAIRS, *SPELLINGS, "columns")
# koha holds without priority, alma physical items by barcode: the same export in another form
_VARIANT = re.compile(r" (?:with|without|by) .*")
STYLES = {"year first": "iso", "month first": "us", "day first": "eu"}


def of_library(config: Mapping[str, Any]) -> tuple[Source, ...]:
    """The sources that a configuration declares; it has been checked."""
    return tuple(source_of(label, entry) for label, entry in config.get("export", {}).items())


def spelled(source: Source, config: Mapping[str, Any]) -> Source:
    """A source with the names that a configuration adds for its headings, and for those of the one
    that it is a variant of, which it shares."""
    told = config.get("headings", {})
    of_whole = told.get(_VARIANT.sub("", source.label), {})
    shared = {h: names for h, names in of_whole.items() if h in source.vendor_headings}
    own = told.get(source.label, {})
    added = {
        h: tuple(dict.fromkeys((*own.get(h, ()), *shared.get(h, ())))) for h in {**shared, **own}
    }
    if not added:
        return source
    return replace(
        source,
        headings={
            **source.headings,
            **{h: (*source.headings.get(h, ()), *names) for h, names in added.items()},
        },
    )


def source_of(label: str, entry: Mapping[str, Any]) -> Source:
    """The source that one entry declares."""
    system, _, name = label.partition(" ")
    given: dict[str, Any] = {
        key: value for key, value in entry.items() if key in (*TEXTS, *FLAGS, *PAIRS)
    }
    given |= {key: tuple(value) for key, value in entry.items() if key in LISTS}
    given |= {
        key: {heading: tuple(names) for heading, names in entry[key].items()}
        for key in SPELLINGS
        if key in entry
    }
    short = {
        table: _select(table, columns, entry.get("dates", "year first"))
        for table, columns in entry.get("columns", {}).items()
    }
    # a table stands where its first form does, the short form first: the first table's rows are the
    # receipt's
    return Source(
        system=system, name=name, **{**given, "fills": {**short, **given.get("fills", {})}}
    )


def _select(table: str, columns: Mapping[str, str], dates: str) -> str:
    return "\n".join(
        f"{_value(table, column, heading, dates)} as {column},"
        for heading, column in columns.items()
    )


def _value(table: str, column: str, heading: str, dates: str) -> str:
    """SQL: the text under a heading as a value of the column's type."""
    kind, text = schema.tables()[table].column(column), f'"{heading}"'
    style = STYLES[" ".join(dates.split(",")[0].split()[:2])]
    if kind.nature == "person":
        return f"person_key({text})"
    if kind.type == "varchar":
        return text
    call = {
        "date": f"{style}_time",
        "timestamp": f"{style}_time",
        "boolean": "yes_no",
        "bigint": "whole_number",
        "integer": "whole_number",
    }.get(kind.type, "typed_amount")
    return f"{call}({text})" + ("::date" if kind.type == "date" else "")

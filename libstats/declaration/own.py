"""A library's own exports: what [export."SYSTEM LIST"] and [headings."SYSTEM LIST"] in
libstats.toml
declare, as sources.

[export."apollo items"]                  # the system, and what it lists
recognise = ["Item no.", "Collection"]    # and the other fields of libstats/declaration/source.py,
by their names dates = "day first, as in 31/10/2026"     # or "month first", "year first"
[export."apollo items".columns.item]     # the short form: heading = canonical column, the value as
                                         its type wants it
"Item no." = "item_id"
[export."apollo items".fills]            # or, for a table, the SELECT as libstats/sources has them
title = '''
"Record" as title_id,
trim("Title") as title
'''

[headings."koha items"]                   # other names that this library's reports give a heading
itemnumber = ["Item no."]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from libstats import schema
from libstats.declaration.source import Source

TEXTS = ("scope", "absence", "exported", "footer", "failure", "command", "dates")
LISTS = ("recognise", "unless", "happened", "null_words", "loose", "bare")
FLAGS = ("whole", "is_elsewhere")
PAIRS = ("fills", "required", "glean", "fits", "set_aside", "only")
SPELLINGS = ("headings", "blanks", "letters")
KEYS = (*LISTS, *TEXTS, *FLAGS, *PAIRS, *SPELLINGS, "columns")
_COMMAND = re.compile(r"\w[\w-]{2,}")
STYLES = {"year first": "iso", "month first": "us", "day first": "eu"}


class Fault(NamedTuple):
    """What is wrong in libstats.toml: the keys that lead to it, in words, and the remedy."""

    at: tuple[str, ...]
    told: str
    remedy: str


def of_library(config: Mapping[str, Any]) -> tuple[Source, ...]:
    """The sources that a configuration declares; it has been checked."""
    return tuple(source_of(label, entry) for label, entry in config.get("export", {}).items())


def spelled(source: Source, config: Mapping[str, Any]) -> Source:
    """A source with the names that a configuration adds for its headings."""
    added = config.get("headings", {}).get(source.label, {})
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


def misshapen(label: str, entry: Any) -> list[Fault]:
    """What is not in the form in which an entry must be, before a source can be made of it."""
    here = ("export", label)
    if not isinstance(entry, dict):
        return [
            Fault(here, "is not a section", 'Write [export."SYSTEM LIST"] and its keys below it')
        ]
    found = []
    if len(label.split(" ")) < 2 or label != " ".join(label.split()):
        found.append(
            Fault(
                here,
                "does not name a system and a list",
                'Write the product and what it lists, as in [export."apollo items"]',
            )
        )
    for key, value in entry.items():
        if problem := _wrong(key, value):
            found.append(Fault((*here, key), *problem))
    if not entry.get("recognise"):
        found.append(
            Fault(
                here,
                "lacks recognise",
                'Write recognise = ["...", "..."]: headings that only this list has together',
            )
        )
    if "letters" in entry and "command" not in entry:
        found.append(
            Fault(
                (*here, "letters"),
                "is there without command",
                'Write command = "..." too: the word in the names of its files',
            )
        )
    if not entry.get("columns") and not entry.get("fills"):
        found.append(
            Fault(
                here,
                "fills no table",
                f'Write [export."{label}".columns.TABLE] and below it "heading" = "canonical column"',
            )
        )
    return found or [
        fault
        for table, columns in entry.get("columns", {}).items()
        for fault in _wrong_columns(label, table, columns, entry)
    ]


def _wrong(key: str, value: Any) -> tuple[str, str] | None:
    """The problem with a key of an entry, and its remedy; None if there is none."""
    if key not in KEYS:
        return "is no key of an export", f"The keys are: {', '.join(KEYS)}"
    if key == "absence" and value not in ("nothing", "gone"):
        return (
            "is neither nothing nor gone",
            'Write absence = "gone" if a row missing from a whole list is gone',
        )
    if key == "dates" and not (isinstance(value, str) and value.startswith(tuple(STYLES))):
        return (
            "does not say which comes first",
            'Begin with year first, month first or day first, as in dates = "day first, as in 31/10/2026"',
        )
    if key in FLAGS:
        return (
            None
            if isinstance(value, bool)
            else ("is neither true nor false", f"Write {key} = true")
        )
    if key == "command" and not (isinstance(value, str) and _COMMAND.fullmatch(value)):
        return (
            "is not a word of three signs or more",
            'Write the word that stands in the names of its files, as in command = "listitems"',
        )
    if key == "letters" and isinstance(value, dict) and any(len(letter) != 1 for letter in value):
        return "has a name that is not one letter", 'Write below it: I = ["heading"]'
    if key in TEXTS:
        return None if isinstance(value, str) else ("is not a text", f'Write {key} = "..."')
    if key in LISTS:
        return (
            None
            if _is_texts(value)
            else ("is not a list of texts", f'Write {key} = ["...", "..."]')
        )
    inner = str if key in PAIRS else dict if key == "columns" else list
    if not isinstance(value, dict) or not all(
        isinstance(v, inner) and (inner is not list or _is_texts(v)) for v in value.values()
    ):
        form = {
            str: '"..." = "..."',
            list: '"heading" = ["other name"]',
            dict: '"heading" = "canonical column" for each table',
        }[inner]
        return "is not in the form", f"Write below it: {form}"
    return None


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _wrong_columns(
    label: str, table: str, columns: dict[str, Any], entry: Mapping[str, Any]
) -> list[Fault]:
    here = ("export", label, "columns", table)
    if table not in schema.tables():
        return [
            Fault(
                here, f"there is no table {table}", f"The tables are: {', '.join(schema.tables())}"
            )
        ]
    if table in entry.get("fills", {}):
        return [Fault(here, "the table is filled twice", "Keep the short form or the SELECT")]
    known = {c.name for c in schema.tables()[table].stored}
    found = [
        Fault(
            (*here, h),
            f"there is no column {c}",
            f"The columns of {table} are in docs/data-dictionary.md",
        )
        for h, c in columns.items()
        if c not in known
    ]
    found += [
        Fault(
            (*here, h),
            "cannot be written as a heading",
            "Headings have no quotation mark and begin with no question mark",
        )
        for h in columns
        if '"' in h or h[:1] in ("?", "")
    ]
    return found

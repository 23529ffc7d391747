"""What is not in the form in which an entry [export."SYSTEM LIST"] must be, before a source can be
made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from libstats import schema
from libstats.declaration.own import FLAGS, KEYS, LISTS, PAIRS, SPELLINGS, STYLES, TEXTS
from libstats.workspace.fault import Fault

_COMMAND = re.compile(r"\w[\w-]{2,}")


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
                f'Write [export."{label}".columns.TABLE] and below it '
                '"heading" = "canonical column"',
            )
        )
    return found or [
        fault
        for table, columns in entry.get("columns", {}).items()
        for fault in _wrong_columns(label, table, columns, entry)
    ]


Test = Callable[[Any], bool]


def _wrong(key: str, value: Any) -> tuple[str, str] | None:
    """The problem with a key of an entry, and its remedy; None if there is none."""
    if key not in KEYS:
        return "is no key of an export", f"The keys are: {', '.join(KEYS)}"
    for wanted, is_right, problem, remedy in _PARTICULAR:
        if key == wanted and not is_right(value):
            return problem, remedy
    for keys, is_right, problem, remedy in _GENERAL:
        if key in keys and not is_right(value):
            return problem, remedy.format(key=key)
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_table(of: Test) -> Test:
    return lambda value: isinstance(value, dict) and all(map(of, value.values()))


# what single keys want: key, test, problem, remedy
_PARTICULAR: tuple[tuple[str, Test, str, str], ...] = (
    (
        "absence",
        lambda value: value in ("nothing", "gone"),
        "is neither nothing nor gone",
        'Write absence = "gone" if a row missing from a whole list is gone',
    ),
    (
        "dates",
        lambda value: _is_text(value) and value.startswith(tuple(STYLES)),
        "does not say which comes first",
        "Begin with year first, month first or day first, "
        'as in dates = "day first, as in 31/10/2026"',
    ),
    (
        "command",
        lambda value: _is_text(value) and bool(_COMMAND.fullmatch(value)),
        "is not a word of three signs or more",
        'Write the word that stands in the names of its files, as in command = "listitems"',
    ),
    (
        "letters",
        lambda value: not isinstance(value, dict) or all(len(letter) == 1 for letter in value),
        "has a name that is not one letter",
        'Write below it: I = ["heading"]',
    ),
)
# what keys of a kind want: keys, test, problem, remedy
_GENERAL: tuple[tuple[tuple[str, ...], Test, str, str], ...] = (
    (
        FLAGS,
        lambda value: isinstance(value, bool),
        "is neither true nor false",
        "Write {key} = true",
    ),
    (TEXTS, _is_text, "is not a text", 'Write {key} = "..."'),
    (LISTS, _is_texts, "is not a list of texts", 'Write {key} = ["...", "..."]'),
    (PAIRS, _is_table(_is_text), "is not in the form", 'Write below it: "..." = "..."'),
    (
        SPELLINGS,
        _is_table(_is_texts),
        "is not in the form",
        'Write below it: "heading" = ["other name"]',
    ),
    (
        ("columns",),
        _is_table(lambda value: isinstance(value, dict)),
        "is not in the form",
        'Write below it: "heading" = "canonical column" for each table',
    ),
)


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
            "A quotation mark may stand nowhere in a heading, a question mark only later on",
        )
        for h in columns
        if '"' in h or h[:1] in ("?", "")
    ]
    return found

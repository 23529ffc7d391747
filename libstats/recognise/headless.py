"""Exports of a system's own programs, that have no headings: their columns are those that the
program
was asked for.

What it was asked for stands in libstats.toml, or in the file's name: selitem_oIBlmyt_20261031.txt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from libstats.declaration.source import Source, folded
from libstats.errors import FileRefused
from libstats.readers.part import Part
from libstats.recognise.known import Config, Known, known


def columns_of(config: Config) -> dict[str, str | list[str]]:
    """For words in files' names, the columns of exports without headings as a configuration gives
    them: letters, or names."""
    found: dict[str, str | list[str]] = {}
    for source in config.get("sources", {}).values():
        found |= source.get("columns", {})
    return found


def written_by(part: Part, config: Config) -> tuple[Source, Part] | None:
    """The declaration of the program that the file's name tells of, and the part as having those
    headings.

    None where the name tells of no program, the columns are not told, or the file has headings of
    its own. Raises FileRefused for a letter that is not known, and for columns that are not as many
    as those in the file.
    """
    source = _program(part, config)
    if source and (headed := _headed(source, part, config)):
        return source, headed
    asked = source and (columns_of(config).get(str(source.command)) or _in_name(source, part))
    if (
        not source
        or not asked
        or any(
            all(folded(row) & names for names in source.wanted) or known(config).recognising(row)
            for _, rows in part.firsts()
            for row in rows
        )
    ):
        return None
    headings = _lettered(part, source, asked) if isinstance(asked, str) else tuple(asked)
    fitting = {
        guess: sum(_fits(row, len(headings)) for row in rows) for guess, rows in part.firsts()
    }
    best = max(fitting, key=lambda guess: fitting[guess], default=None)
    if best is None or not fitting[best]:
        problem = (
            f"{part.name} ({source.label}): {len(headings)} columns are told "
            f"({', '.join(headings)}), its rows have {_usual_width(part)}"
        )
        raise FileRefused(problem, f"{_name_them(source)} Nothing of it was loaded.")
    return source, replace(best, header=headings, is_bare=True)


def _headed(source: Source, part: Part, config: Config) -> Part | None:
    """The part under headings of its own, where these are no more than what the program's list may
    have, and no other declaration knows them; None where it has none such.

    A scanner's list may well say `Barcode` and no more, which lists of many kinds do.
    """
    if not source.is_placed:
        return None
    for guess in part.headers():
        own = [heading for heading in guess.header if heading.strip()]
        is_all = bool(own) and len(source.locate(own)) == len(own)
        if is_all and folded(own) & source.wanted[0]:
            return None if known(config).recognising(guess.header) else guess
    return None


def to_be_named(header: Sequence[str], config_known: Known) -> str | None:
    """What to say where a file would be a program's list if its name told so."""
    own = [heading for heading in header if heading.strip()]
    for source in config_known.programs:
        is_all = bool(own) and len(source.locate(own)) == len(own)
        if source.is_placed and is_all and folded(own) & source.wanted[0]:
            return (
                f"If it is a list of scans, put the word {source.command} and the day into its "
                f"name: {source.command}_2026-10-31.csv."
            )
    return None


def untold(part: Part, config: Config) -> FileRefused | None:
    """The refusal of a file whose name tells of a program, and nothing its columns."""
    source = _program(part, config)
    return (
        FileRefused(
            f"{part.name} ({source.label}): nothing tells what its columns are", _name_them(source)
        )
        if source
        else None
    )


def _program(part: Part, config: Config) -> Source | None:
    name = part.written.rpartition("#")[2].casefold()
    return next(
        (s for s in known(config).programs if str(s.command) in name),
        None,
    )


def _name_them(source: Source) -> str:
    letters = (
        (
            f'{source.command} = "o..." with the letters behind -o (known are '
            f"{''.join(source.letters)}), or name all columns in order: "
        )
        if source.letters
        else ""
    )
    return (
        f"Write into libstats.toml the lines [sources.{source.system}], "
        f'system = "{source.system}", [sources.{source.system}.columns] and '
        f'{letters}{source.command} = ["{source.recognise[0]}", "", ...], '
        '"" for what is not wanted.'
    )


def _in_name(source: Source, part: Part) -> str | None:
    found = source.letters and re.search(
        rf"(?i:{re.escape(str(source.command))})[ _.-]*(o[A-Za-z0-9]+)", part.written
    )
    return found[1] if found else None


def _lettered(part: Part, source: Source, asked: str) -> tuple[str, ...]:
    letters = asked.strip().removeprefix("-").removeprefix("o")
    if not any(letter.islower() for letter in source.letters):  # else b is not B
        letters = letters.upper()
    unknown = [letter for letter in letters if letter not in source.letters]
    if unknown:
        raise FileRefused(
            (
                f"{part.name} ({source.label}): libstats does not know which column the letter "
                f"{unknown[0]} of {source.command} -o{letters} gives"
            ),
            _name_them(source),
        )
    return tuple(heading for letter in letters for heading in source.letters[letter])


def _fits(row: Sequence[str], width: int) -> bool:
    """True for a record of that width, with a delimiter at its end or without: a blank last field
    is the delimiter, so that a column too many is seen."""
    return _width(row) == width


def _width(row: Sequence[str]) -> int:
    return len(row) - (not row[-1].strip())


def _usual_width(part: Part) -> str:
    """How many columns most of the first rows have, with whatever delimiter parts them best."""
    widths = Counter(_width(row) for _, rows in part.firsts() for row in rows if len(row) > 1)
    return str(widths.most_common(1)[0][0]) if widths else "only one"

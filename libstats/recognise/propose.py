"""What an export that libstats does not know could be: what it looks like by its headings, and,
where they leave no doubt and its rows bear it out, a mapping to a canonical table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import duckdb

from libstats import schema
from libstats.declaration.source import fold_heading
from libstats.privacy.headings import is_personal
from libstats.readers.part import Part
from libstats.readers.shown import is_fit, is_value, shown
from libstats.recognise.kinds import BOUGHT, COPIES, TITLES
from libstats.recognise.known import Known, known
from libstats.recognise.looks import Looks, is_mark, looks, of_gone_copies
from libstats.recognise.proposal import Proposal
from libstats.recognise.recognise import VALUE, distinct, likeliest
from libstats.recognise.values import Values
from libstats.recognise.words import NEEDED, NEVER, TELLING, names, plain, vocabulary
from libstats.schema import Table

SAMPLE = 50_000
# an invoice and its lines stand in one row: that takes two tables, which a person declares
VENDORS = (
    ". How a vendor's list of orders or invoices is declared, docs/export-vendor-lists.md shows"
)
_SAY_GONE = ("status", "lost_code", "withdrawn_code")


@dataclass(frozen=True)
class Judged:
    """What is made of an unknown export.

    looks     what it looks like, in words; "" where nothing tells
    why       why nothing is proposed for it, in words
    proposal  the mapping, where there is one
    """

    looks: str = ""
    why: str = ""
    proposal: Proposal | None = None


@dataclass(frozen=True)
class _List:
    """An unknown list: its part under its headings, its first rows, and what stands under each
    heading that may be read."""

    part: Part
    rows: list[list[str]]
    under: dict[str, Values]
    personal: tuple[str, ...]

    @property
    def free(self) -> dict[str, Values]:
        """What may be mapped: what tells of no person, under headings that may be shown, and that a
        SELECT can name."""
        return {
            h: v
            for h, v in self.under.items()
            if h not in self.personal
            and is_fit(h)
            and h.splitlines() == [h]
            and not set('#"') & set(h)
            and not h.startswith("?")
        }


def judge(
    part: Part, config: Mapping[str, Any], dates: str | None, con: duckdb.DuckDBPyConnection
) -> Judged:
    """What is made of a part that libstats does not know; `dates` as a person says which comes
    first. FileRefused where it cannot be read."""
    guesses, all_known = list(part.headers()), known(config)
    if not guesses:
        return Judged()
    guess = distinct(likeliest(guesses, all_known))
    found = _read(guess, con)
    filled = {h: v.are_mostly_there for h, v in found.under.items()}
    filled |= {h: found.under[h].are_mostly_said for h in of_gone_copies(found.under)}
    seen = looks(guess.header, filled)
    if not seen.is_of_values and not _are_headings(found, all_known):
        return Judged(
            why="its first line may be a row, and is not shown: export it with its headings"
        )
    return _judged(found, seen, dates)


def _are_headings(found: _List, known: Known) -> bool:
    """True if the line above the rows is one of headings and no row, which may tell of a person:
    none of it is a number, a date, or a value that comes again below it, and a half of it, or
    three, are words that headings have; where one is not fit to be shown, a half of it and
    three."""
    given = [h.strip() for h in found.part.header if h.strip()]
    again = any(h.strip() in values.counts for h, values in found.under.items())
    if again or any(VALUE.fullmatch(h) or is_value(h) for h in given):
        return False
    named = known.named(given)
    familiar = [
        h
        for h in given
        if is_fit(h) and (fold_heading(h) in named or plain(h) in vocabulary() or is_mark(h))
    ]
    half = (len(given) + 1) // 2
    return len(familiar) >= (min(3, half) if all(map(is_fit, given)) else max(3, half))


def _read(part: Part, con: duckdb.DuckDBPyConnection) -> _List:
    rows = [row for _, row in islice(part.records(), SAMPLE) if len(row) == len(part.header)]
    under = {
        h: Values(con, (row[i] for row in rows)) for i, h in enumerate(part.header) if h.strip()
    }
    personal = tuple(h for h, values in under.items() if is_personal(h) or values.are_personal)
    return _List(part, rows, under, personal)


def _judged(found: _List, seen: Looks, dates: str | None) -> Judged:
    style, asks = _style(found.free.values(), dates)
    page = VENDORS if {kind.name for kind in seen.kinds} & BOUGHT else ""
    if len(seen.kinds) > 1:
        return Judged(seen.words, f"which of them it is cannot be told by its headings{page}")
    if seen.kind and not seen.kind.table:
        why = f"there is no table that a list of that kind could be guessed for{page}"
        return Judged(seen.words, why)
    tables = [seen.kind.table] if seen.kind and seen.kind.table else ["item", "title"]
    for name in tables:
        columns = _mapped(schema.tables()[name], found.free, style)
        kind = seen.kind or (COPIES if name == "item" else TITLES)
        if not _is_told(schema.tables()[name], columns):
            continue
        words = seen.words or f"{kind.name} ({', '.join(columns)})"
        fault = _fault(schema.tables()[name], columns, found) or _unsaid(name, columns, found)
        if fault:
            return Judged(words, fault)
        return Judged(words, proposal=_proposal(name, columns, found, style, asks))
    return Judged(seen.words, "its headings say too little of what its rows are about")


def _is_told(table: Table, columns: Mapping[str, str]) -> bool:
    """True if the columns say that a row is one of the table: two of those that tell, one of those
    that it needs. Without its number a copy must have its call number, and a title is no more than
    its name."""
    by_name = {c for h, c in columns.items() if c in names(table.name).get(plain(h), ())}
    told = by_name & set(TELLING[table.name])
    is_sure = _has_key(table, columns.values()) or table.name not in ("item", "title")
    return (
        len(told) >= (2 if is_sure else 3)
        and bool(told & set(NEEDED.get(table.name, told)))
        and (is_sure or "call_number" in told)
    )


def _proposal(
    name: str, columns: dict[str, str], found: _List, style: str, asks: str
) -> Proposal | None:
    table, free = schema.tables()[name], found.free
    if not _has_key(table, columns.values()):
        keys = " or ".join(filter(None, (" and ".join(table.exported_key), table.second_name)))
        asks = (
            f"which column is the {keys} of the {table.name}? Without it the same row in two "
            "files would count twice: add it to the report"
        )
    chosen = {name: columns} | _title_beside(name, columns, free, style)
    mapped = {h for each in chosen.values() for h in each}
    others = {
        h: v.description
        for h, v in found.under.items()
        if h not in mapped and h not in found.personal
    }
    words = sorted({word for h in mapped for word in free[h].null_words})
    return Proposal(
        found.part, chosen, found.personal, others, style, asks, tuple(words), found.rows
    )


def _title_beside(
    primary: str, columns: Mapping[str, str], free: dict[str, Values], style: str
) -> dict[str, dict[str, str]]:
    """What a list tells of its titles, where it has their number."""
    if primary == "title" or "title_id" not in columns.values():
        return {}
    number = next(h for h, column in columns.items() if column == "title_id")
    under = {h: v for h, v in free.items() if h == number or h not in columns}
    found = _mapped(schema.tables()["title"], under, style)
    is_whole = found.get(number) == "title_id" and len(found) > 1
    return {"title": found} if is_whole else {}


def _fault(table: Table, columns: Mapping[str, str], found: _List) -> str:
    """Why its rows are not those of the table: a key that repeats with other rows, or is blank."""
    equal = len(found.rows) - len(set(map(tuple, found.rows)))
    if 2 * equal > len(found.rows):
        return (
            f"{equal:,} of its {len(found.rows):,} rows are equal to another. A row is one of "
            f"several things that happened to a {table.name}, and says no number of its own"
        )
    if table.is_keyless:  # rows of one day and source are parts of one count
        return ""
    place = {h: i for i, h in enumerate(found.part.header)}
    heading_of = {column: h for h, column in columns.items()}
    for key in filter(None, (*table.exported_key, table.second_name)):
        if key not in heading_of:
            continue
        heading = heading_of[key]
        cells = [row[place[heading]].strip() for row in found.rows]
        different: dict[str, set[tuple[str, ...]]] = {}
        for cell, row in zip(cells, found.rows, strict=True):
            different.setdefault(cell, set()).add(tuple(row))
        again = sum(len(rows) > 1 for cell, rows in different.items() if cell)
        if again:
            return (
                f"{again:,} values of {heading} stand in several rows that are not equal, of "
                f"{len(found.rows):,} rows: a row is more, or less, than one {table.name}"
            )
        if key == _told_by(table, heading_of) and sum(not c for c in cells) > len(cells) // 100:
            return f"{heading} is blank in {sum(not c for c in cells):,} of {len(cells):,} rows"
    return ""


def _unsaid(name: str, columns: Mapping[str, str], found: _List) -> str:
    """Why copies that are gone would count as held: a column tells which they are, and none of a
    status or code says it of the copy."""
    says = [h for h, column in columns.items() if column in _SAY_GONE]
    if name != "item" or not all(found.under[h].are_dates for h in says):
        return ""
    gone = [h for h in of_gone_copies(found.under) if found.under[h].said]
    return (
        f"{', '.join(map(shown, gone))} says which of its copies are lost or withdrawn, and no "
        "status does: these would count as held. Add the status of the copy to the report, or "
        "leave them out"
        if gone
        else ""
    )


def _told_by(table: Table, columns: Iterable[str]) -> str:
    """The column by which a row of the table is known."""
    given = set(columns)
    return next((key for key in table.exported_key if key in given), table.second_name or "")


def _style(columns: Iterable[Values], given: str | None) -> tuple[str, str]:
    """Which of day and month comes first, and what to ask where the values do not prove it."""
    proofs = [v.proof for v in columns]
    day, month = any("day first" in p for p in proofs), any("month first" in p for p in proofs)
    if not any(proofs):
        return "year first", ""
    if given:
        return given, ""
    if day != month:
        return ("day first" if day else "month first"), ""
    problem = (
        "some of its dates are day first and some month first"
        if day
        else "its dates may be day first or month first, and no value proves which"
    )
    return "month first", f'{problem}: say --dates "day first" or --dates "month first"'


def _has_key(table: Table, columns: Iterable[str]) -> bool:
    given = set(columns)
    return table.second_name in given or given.issuperset(table.exported_key)


def _mapped(table: Table, under: dict[str, Values], style: str) -> dict[str, str]:
    """heading -> column of the table, by name where the values allow it; a barcode by its values
    alone."""
    found: dict[str, str] = {}
    for heading, values in under.items():
        for name, _ in names(table.name).get(plain(heading), Counter[str]()).most_common():
            column = table.column(name)
            if (
                name not in found.values()
                and column.nature != "person"
                and name not in NEVER
                and values.fit(column, style)
            ):
                found[heading] = name
                break
    if table.second_name == "barcode" and "barcode" not in found.values():
        found |= dict.fromkeys(
            [h for h, v in under.items() if v.are_barcodes and h not in found][:1], "barcode"
        )
    return found

"""What an export that libstats does not know could be: a mapping to a canonical table, by the names
of its headings and by what stands under them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

import duckdb

from libstats import schema
from libstats.declaration import own
from libstats.declaration.select import Raw, plans
from libstats.declaration.source import Source, fold_heading
from libstats.privacy.headings import is_personal
from libstats.readers.part import Part
from libstats.recognise.known import known
from libstats.recognise.recognise import VALUE, distinct, likeliest
from libstats.recognise.values import ADVICE, Values
from libstats.schema import Column, Table
from libstats.sources import sources

SAMPLE = 5000
_ONE_WORD = dict.fromkeys(("no", "nr", "num", "nbr", "id"), "number") | dict.fromkeys(
    ("library", "lib"), "branch"
)
# what desks and other systems say, which no shipped heading has
_DESK_WORDS = {
    "loan_id": ("circ id", "checkout id"),
    "checked_out_at": ("checkout date", "check out date", "loan date", "issue date"),
    "returned_at": ("checkin date", "check in date", "return date"),
    "checkin_branch": ("check in branch",),
    "checkout_branch": ("check out branch",),
    "placed_on": ("request date", "hold date"),
    "barcode": ("item barcode", "copy barcode"),
    "added_on": ("creation date", "accession date"),
    "call_number": ("call number label", "shelfmark", "classmark"),
}
STYLES = {
    "year first": "year first, as in 2026-10-31",
    "month first": "month first, as in 10/31/2026",
    "day first": "day first, as in 31/10/2026",
}


@dataclass(frozen=True)
class Proposal:
    """A mapping for an unknown export.

    columns   table -> heading -> canonical column, the primary table first
    personal  headings that are left alone since they may tell of persons
    others    heading -> what stands under it, in words and shapes
    asks      what only a person can say before it is written
    """

    part: Part
    columns: dict[str, dict[str, str]]
    personal: tuple[str, ...]
    others: dict[str, str]
    dates: str
    asks: str
    null_words: tuple[str, ...] = ()
    rows: list[list[str]] = field(default_factory=list, repr=False)

    @property
    def primary(self) -> str:
        """The table whose rows the list is."""
        return next(iter(self.columns))

    @property
    def entry(self) -> dict[str, Any]:
        """What [export.NAME] says, as libstats.toml has it."""
        headings = dict.fromkeys(h for columns in self.columns.values() for h in columns)
        happened = [c for c in self.columns[self.primary].values() if c in _happened(self.primary)]
        entry: dict[str, Any] = {
            "recognise": list(headings),
            "happened": happened,
            "dates": STYLES[self.dates],
            "null_words": list(self.null_words),
        }
        return {key: value for key, value in entry.items() if value} | {"columns": self.columns}


def propose(
    part: Part, config: Mapping[str, Any], dates: str | None, con: duckdb.DuckDBPyConnection
) -> Proposal | None:
    """A mapping for a part, None where nothing tells what its rows are about; `dates` as a person
    says which comes first. FileRefused where it cannot be read."""
    guesses = list(part.headers())
    if not guesses:
        return None
    guess = distinct(likeliest(guesses, known(config)))
    rows = [row for _, row in islice(guess.records(), SAMPLE) if len(row) == len(guess.header)]
    if any(VALUE.fullmatch(h.strip()) for h in guess.header):
        return None
    under = {
        h: Values(con, (row[i] for row in rows)) for i, h in enumerate(guess.header) if h.strip()
    }
    personal = tuple(h for h, values in under.items() if is_personal(h) or values.are_personal)
    free = {
        h: v
        for h, v in under.items()
        if h not in personal
        and h.splitlines() == [h]
        and not set('#"') & set(h)
        and not h.startswith("?")
    }
    style, asks = _style(free.values(), dates)
    columns = _columns(free, style)
    if not columns:
        return None
    table = schema.tables()[next(iter(columns))]
    if not _has_key(table, columns[table.name].values()):
        keys = " or ".join(filter(None, (" and ".join(table.exported_key), table.second_name)))
        asks = (
            f"which column is the {keys} of the {table.name}? Without it the same row in two "
            "files would count twice: add it to the report"
        )
    mapped = {h for found in columns.values() for h in found}
    others = {h: v.description for h, v in under.items() if h not in mapped and h not in personal}
    words = sorted({word for h in mapped for word in free[h].null_words})
    return Proposal(guess, columns, personal, others, style, asks, tuple(words), rows)


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


def _columns(under: dict[str, Values], style: str) -> dict[str, dict[str, str]]:
    """The mapping of the table of which most columns are found, and of those that shipped sources
    fill
    beside it.

    Where that table's key is not among them there is no going on to the next best: a list of loans
    would be taken for one of copies.
    """
    found = {name: _mapped(table, under, style) for name, table in schema.tables().items()}
    primary = max(
        found,
        key=lambda name: (len(found[name]), _has_key(schema.tables()[name], found[name].values())),
    )
    if len(found[primary]) < 2:
        return {}
    chosen, used = {primary: found[primary]}, set(found[primary])
    for name in dict.fromkeys(t for s in sources() if s.primary == primary for t in s.fills):
        table = schema.tables()[name]
        columns = {h: c for h, c in found[name].items() if c in table.exported_key or h not in used}
        if (
            name != primary
            and len(columns) > len(table.exported_key)
            and _has_key(table, columns.values())
        ):
            chosen[name] = columns
            used |= set(columns)
    return chosen


def _has_key(table: Table, columns: Iterable[str]) -> bool:
    given = set(columns)
    return table.second_name in given or given.issuperset(table.exported_key)


def _mapped(table: Table, under: dict[str, Values], style: str) -> dict[str, str]:
    """heading -> column of the table, by name where the values allow it; a barcode by its values
    alone."""
    found: dict[str, str] = {}
    for heading, values in under.items():
        for name, _ in _names(table.name).get(_plain(heading), Counter[str]()).most_common():
            column = table.column(name)
            if (
                name not in found.values()
                and column.nature != "person"
                and values.fit(column, style)
            ):
                found[heading] = name
                break
    if table.second_name == "barcode" and "barcode" not in found.values():
        found |= dict.fromkeys(
            [h for h, v in under.items() if v.are_barcodes and h not in found][:1], "barcode"
        )
    return found


def _plain(heading: str) -> str:
    """A heading as it is compared here: as `fold_heading` does, and words that name the same are
    one
    word.

    >>> _plain("Item no.") == _plain("ItemID") and _plain("Due Date/Time") == _plain("due date")
    True
    >>> _plain("Pickup Library") == _plain("pickup_branch")
    True
    """
    words = re.split(
        r"[\W_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", heading.replace("#", " number ")).casefold()
    )
    return fold_heading(" ".join(_ONE_WORD.get(word, word) for word in words)).replace(
        "datetime", "date"
    )


@cache
def _names(table: str) -> dict[str, Counter[str]]:
    """How often shipped declarations give a column of the table to a heading; and the columns' own
    names."""
    found: dict[str, Counter[str]] = {}
    for source in sources():
        for line in source.lines.get(table, ()):
            for heading in line.headings if len(line.headings) == 1 else ():
                for name in (heading, *source.headings.get(heading, ())):
                    found.setdefault(_plain(name), Counter())[line.column] += 1
    for column in schema.tables()[table].stored:
        for name in (
            column.name,
            re.sub(r"_(at|on|id)$|^is_", "", column.name),
            *_other_names(column),
            *_DESK_WORDS.get(column.name, ()),
        ):
            found.setdefault(_plain(name), Counter())[column.name] += 1
    return found


def _other_names(column: Column) -> list[str]:
    """`checked_out_at` is also checked out date and date checked out; `item_id` is also item
    number, `lifetime_checkouts` total checkouts."""
    bare = re.sub(r"_(at|on|id)$", "", column.name)
    if bare.startswith("lifetime_"):
        return [bare.removeprefix("lifetime_"), bare.replace("lifetime", "total")]
    if column.type in ("date", "timestamp"):
        return [f"{bare} date", f"date {bare}", f"{bare} time"]
    return [f"{bare} record number"] if column.name.endswith("_id") else []


@cache
def _happened(table: str) -> frozenset[str]:
    return frozenset(c for s in sources() if s.primary == table for c in s.happened)


def first_rows(
    proposal: Proposal, con: duckdb.DuckDBPyConnection, most: int = 10
) -> tuple[list[str], list[list[str]]]:
    """The columns of the primary table and the first rows that come of the mapping, as text; what
    holds an e-mail address as its shape."""
    source = _source(proposal)
    plan = plans(source, proposal.part.header)[0]
    blank = {"", *source.null_words}
    texts = [
        [None if cell.strip() in blank else cell for cell in row] for row in proposal.rows[:500]
    ]
    con.execute(
        "create or replace temp table sample as select unnest($1::varchar[][]) as r", [texts]
    )
    raw = Raw(
        "(select "
        f"{', '.join(f'r[{i + 1}] as c{i}' for i in range(len(proposal.part.header)))} from "
        "sample)"
    )
    shown = ", ".join(
        (
            f"case when contains({c}::varchar, '@') then shape({c}::varchar) else "
            f"coalesce({c}::varchar, '') end"
        )
        for c in plan.columns
    )
    rows = con.execute(
        f"select {shown} from ({plan.values_sql(raw)}) where n = 1 limit {most}"
    ).fetchall()
    return list(plan.columns), [list(row) for row in rows]


def _source(proposal: Proposal) -> Source:
    return own.source_of("proposed list", proposal.entry)


def as_toml(label: str, proposal: Proposal, why: str) -> str:
    """The text of the entry, to be appended to libstats.toml."""
    text = [f"# {_printable(why)}"]
    if proposal.personal:
        text.append(
            "# Left alone, since they may tell of persons: "
            f"{_printable(', '.join(proposal.personal))}"
        )
    text.append(f"[export.{_quoted(label)}]")
    entry = proposal.entry
    columns = entry.pop("columns")
    text += [f"{key} = {_written(value)}" for key, value in entry.items()]
    for table, found in columns.items():
        text.append(f"[export.{_quoted(label)}.columns.{table}]")
        text += [f"{_quoted(heading)} = {_quoted(column)}" for heading, column in found.items()]
    return "\n".join(text) + "\n"


def _written(value: str | list[str]) -> str:
    return f"[{', '.join(map(_quoted, value))}]" if isinstance(value, list) else _quoted(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def shown(proposal: Proposal, con: duckdb.DuckDBPyConnection) -> str:
    """The proposal for a person: the mapping, what is left alone, what is not mapped, and ten rows
    through it."""
    text = [
        (
            f"  It could fill {', '.join(proposal.columns)} (dates "
            f"{STYLES[proposal.dates].split(',')[0]}):"
        )
        if not proposal.asks
        else f"  It could fill {', '.join(proposal.columns)}:"
    ]
    for table, found in proposal.columns.items():
        text += [f"    {heading} -> {table}.{column}" for heading, column in found.items()]
    if proposal.personal:
        text.append(f"  left alone, since they may tell of persons: {', '.join(proposal.personal)}")
    text += [f"  not mapped: {heading} ({seen})" for heading, seen in proposal.others.items()]
    if proposal.asks:
        return "\n".join([*text, f"  To ask: {proposal.asks}"])
    columns, rows = first_rows(proposal, con)
    text += [
        "  its first rows through it:",
        *(f"    {' | '.join(_short(cell) for cell in row)}" for row in [columns, *rows]),
    ]
    return "\n".join(
        [
            *text,
            (
                '  If that is right: libstats inspect FILE --write "SYSTEM LIST" (the product '
                f'and what it lists, as in "apollo items"). {ADVICE}'
            ),
        ]
    )


def _short(cell: str) -> str:
    cell = _printable(cell)
    return cell if len(cell) <= 30 else f"{cell[:29]}…"

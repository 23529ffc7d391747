"""A mapping that is proposed for an unknown export: as it is shown to a person, and as
libstats.toml has it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

from libstats.declaration import own
from libstats.declaration.raw import Raw
from libstats.declaration.select import plans
from libstats.declaration.source import Source
from libstats.readers.part import Part
from libstats.readers.shown import shown as shown_heading
from libstats.recognise.values import ADVICE
from libstats.sources import sources

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
            f"{_printable(', '.join(map(shown_heading, proposal.personal)))}"
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
        left = ", ".join(map(shown_heading, proposal.personal))
        text.append(f"  left alone, since they may tell of persons: {left}")
    text += [f"  not mapped: {shown_heading(h)} ({seen})" for h, seen in proposal.others.items()]
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

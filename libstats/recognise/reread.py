"""A file read once more, for a person who looks for a row that was rejected."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from libstats.declaration.marc_sources import Entry
from libstats.declaration.vocabulary import vocabulary
from libstats.readers.marc.part import Marc
from libstats.readers.part import Damaged, Doubted
from libstats.recognise.known import Config
from libstats.recognise.recognise import recognise
from libstats.sources import marc


@dataclass(frozen=True)
class Rows:
    """The rows of a part of a file by their lines, its headings, and of MARC the lines of its map,
    by each heading that they read."""

    header: tuple[str, ...]
    by_line: dict[int, list[list[str]]]
    entries: dict[str, Entry]

    @classmethod
    def of(cls, original: Path, entry: str, config: Config) -> Rows:
        """Those of the part that the ledger calls `entry`."""
        part = recognise(original, entry, config)[1]
        found: dict[int, list[list[str]]] = {}
        for line, row in part.records():
            text = row.text if isinstance(row, (Damaged, Doubted)) else ""
            found.setdefault(line, []).append([text] if text else row)
        entries = {}
        if isinstance(part, Marc):
            table = "item" if part.is_of_copies else "title"
            read = marc.named(part.map, config).entries
            entries = {name: e for e in read if e.table == table for name in e.headings}
        return cls(part.header, found, entries)

    def meant(self, line: int, heading: str | None) -> list[list[str]]:
        """The rows of a line. A record of MARC has one for each of its copies: of these the ones
        whose text under the heading gives no value, where any does."""
        rows = self.by_line.get(line, [])
        entry = self.entries.get((heading or "").partition(" (")[0])
        if len(rows) < 2 or entry is None:
            return rows
        names = ", ".join(f'unnest(${n}) as "{h}"' for n, h in enumerate(entry.headings, start=1))
        texts = [[row[self.header.index(h)] or None for row in rows] for h in entry.headings]
        some = " or ".join(f"\"{h}\" <> ''" for h in entry.headings)
        sql = f"select ({some}) and ({entry.sql}) is null from (select {names})"
        with contextlib.closing(vocabulary()) as con:
            wrong = [found for (found,) in con.execute(sql, texts).fetchall()]
        return [row for row, is_wrong in zip(rows, wrong, strict=True) if is_wrong] or rows

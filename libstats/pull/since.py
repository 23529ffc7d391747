"""Since when: how far an earlier pull came, and what is asked for from there on.

Rows that a change moves are asked for from an hour before the last snapshot on; logs by whole days,
with five weeks of overlap, since what was done offline is written down later; all others whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from libstats.declaration.query import Query

BEFORE = timedelta(hours=1)
OVERLAP = timedelta(days=35)


class Marks:
    """How far each table was read, by the server's clock: a file in the store's folder."""

    def __init__(self, folder: Path, source: str) -> None:
        self._path, self.source = folder / "pulls.json", source
        self._all: dict[str, dict[str, str]] = {}
        if self._path.is_file():
            self._all = json.loads(self._path.read_text(encoding="utf-8"))

    def of(self, table: str) -> datetime | None:
        """When the last pull of a table began, less an hour; None where there was none."""
        found = self._all.get(self.source, {}).get(table)
        return datetime.fromisoformat(found) if found else None

    def is_taken(self, moment: datetime) -> bool:
        """True where a pull of this source began in the same second: its files have its name."""
        return (moment - BEFORE).isoformat() in self._all.get(self.source, {}).values()

    def move(self, tables: Iterable[str], moment: datetime) -> None:
        """Note that these are read up to a moment; for who has published them."""
        until = (moment - BEFORE).isoformat()
        self._all.setdefault(self.source, {}).update(dict.fromkeys(tables, until))
        new = self._path.with_suffix(".new")
        with new.open("w", encoding="utf-8", newline="\n") as out:
            json.dump(self._all, out, indent=1, sort_keys=True)
            out.flush()
            os.fsync(out.fileno())
        new.replace(self._path)


def condition(query: Query, mark: datetime | None, now: datetime) -> str:
    """The SQL condition for the rows that are asked for; empty where all are."""
    asked = query.asked
    if asked.day:
        end = f"{asked.day} < '{now:%Y-%m-%d}'"
        return f"{asked.day} >= '{mark - OVERLAP:%Y-%m-%d}' and {end}" if mark else end
    moved = asked.moved.get(query.table)
    return f"{moved} >= '{mark:%Y-%m-%d %H:%M:%S}'" if moved and mark else ""

"""How fresh the exports are that today's list is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import duckdb

__all__ = ["Export", "age", "days", "is_habit", "loaded_exports"]

ONE_MOMENT = timedelta(hours=12)  # files of less between them are of one snapshot, no rhythm
WEEKEND, ONCE, LONG = timedelta(days=3), timedelta(days=7), timedelta(days=35)


# times between exports from which there is a habit, and how many in three of them are alike
FEWEST_GAPS, ALIKE = 3, 2


@dataclass(frozen=True)
class Export:
    """How fresh an export is. `usual` is the time that commonly lies between two of it, None if it
    was loaded once; it `is_habit` if there are enough such times and most are like it."""

    source: str
    name: str
    newest_at: datetime
    usual: timedelta | None
    age: timedelta
    tables: tuple[str, ...] = ()  # that it fills
    is_habit: bool = True

    @property
    def is_stale(self) -> bool:
        """Older than twice its usual time, at least a weekend and at most five weeks; loaded only
        once: older than a week."""
        return self.age > (ONCE if self.usual is None else min(LONG, max(WEEKEND, 2 * self.usual)))


def loaded_exports(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Export]:
    """Each export of a source, with how fresh it is."""
    rows = con.execute(
        """
        with content as (
            select
                source,
                declaration,
                sha256,
                min(exported_at) as first_at,
                max(exported_at) as newest_at,
                any_value(map_keys(columns)) as tables
            from loaded_file
            -- what people decide is no export, and says nothing of how new these are
            where is_active and primary_table <> 'decision'
            group by source, declaration, sha256
        ),
        -- parts of one file: what it holds nothing of (charges, of invoices) is as new as the rest
        told as (
            select distinct
                source,
                declaration,
                split_part(file, '#', 1) as file,
                primary_table
            from loaded_file
            where is_active and contains(file, '#')
        ),
        part as (
            select
                a.source,
                a.declaration,
                b.declaration as beside
            from told a
            join told b using (source, file)
            where a.primary_table = b.primary_table
                or starts_with(a.primary_table, b.primary_table || '_')
                or starts_with(b.primary_table, a.primary_table || '_')
            union
            select source, declaration, declaration
            from content
        )
        -- a file of equal content says nothing of how often one comes
        select
            c.source,
            c.declaration,
            list(distinct c.first_at order by c.first_at) as times,
            max(b.newest_at) as newest_at,
            list_distinct(flatten(list(c.tables))) as tables
        from content c
        join part p on p.source = c.source and p.declaration = c.declaration
        join content b on b.source = p.source and b.declaration = p.beside
        group by all
        order by c.source, c.declaration
        """
    ).fetchall()
    return [
        Export(source, name, newest, _usual(gaps), age(newest, now), tuple(tables), is_habit(gaps))
        for source, name, times, newest, tables in rows
        for gaps in (_gaps(times),)
    ]


def _gaps(times: Sequence[datetime]) -> list[timedelta]:
    return [gap for before, after in pairwise(times) if (gap := after - before) >= ONE_MOMENT]


def _usual(gaps: Sequence[timedelta]) -> timedelta | None:
    return median(gaps) if gaps else None  # type: ignore[type-var]


def is_habit(gaps: Sequence[timedelta]) -> bool:
    """True for enough gaps of which two in three are between half of the usual one and twice it."""
    usual = _usual(gaps)
    if usual is None or len(gaps) < FEWEST_GAPS:
        return False
    alike = sum(usual / 2 <= gap <= 2 * usual for gap in gaps)
    return 3 * alike >= ALIKE * len(gaps)


def age(at: datetime, now: datetime) -> timedelta:
    """How old an export is, by the days of the calendar: many are dated by a day alone."""
    return timedelta(days=(now.date() - at.date()).days)


def days(span: timedelta) -> str:
    """A span in whole days, in words."""
    count = round(span / timedelta(days=1))
    return "1 day" if count == 1 else f"{count:,} days"

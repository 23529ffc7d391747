"""What needs a hand today: the worklists of all kinds of work, how fresh their exports are, and what looks wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import duckdb

from libstats.alarms import check
from libstats.analysis.cases import newest_export
from libstats.analysis.worklist import worklist
from libstats.errors import AnalysisError
from libstats.processes import Process, process_of
from libstats.wording import Row, records

WIDTH = 100
MOST = 10  # late cases of one kind of work on the terminal, and as many near ones
WEEKEND, ONCE, LONG = timedelta(days=3), timedelta(days=7), timedelta(days=35)


@dataclass(frozen=True)
class Export:
    """How fresh an export is. `usual` is the time that commonly lies between two of it, None if it was loaded once."""

    source: str
    name: str
    newest_at: datetime
    usual: timedelta | None
    age: timedelta

    @property
    def is_stale(self) -> bool:
        """Older than twice its usual time, at least a weekend and at most five weeks; loaded only once: older than a week."""
        return self.age > (ONCE if self.usual is None else min(LONG, max(WEEKEND, 2 * self.usual)))


@dataclass(frozen=True)
class Work:
    """The open cases of a process: how many are late, near and in time; of the late and near ones the oldest."""

    process: Process
    as_of: datetime
    counts: dict[str, int]
    cases: list[Row]

    @property
    def more(self) -> int:
        """Late and near cases that are not among `cases`."""
        return self.counts["late"] + self.counts["near"] - len(self.cases)


@dataclass(frozen=True)
class Today:
    """All of it."""

    now: datetime
    exports: list[Export]
    alarms: list[Row]
    work: list[Work]

    @property
    def stale(self) -> list[Export]:
        """The exports that are older than they should be."""
        return [export for export in self.exports if export.is_stale]


def read(con: duckdb.DuckDBPyConnection, now: datetime, most: int | None = MOST) -> Today:
    """What needs a hand today, in every kind of work that has open cases?

    Ages are told for the newest export of each kind of work, which knows no later; `now` only says how old the exports are.
    Of each kind the `most` oldest late cases and the `most` oldest near ones are listed, all if it is None.
    """
    names = [name for (name,) in con.execute("select process from process order by rowid").fetchall()]
    work = [found for name in names if (found := _work(con, name, most)) is not None]
    return Today(now, _exports(con, now), records(check(con)), work)


def _work(con: duckdb.DuckDBPyConnection, name: str, most: int | None) -> Work | None:
    """The open cases of a process; None where it has none or nothing of it is loaded."""
    process = process_of(con, name)
    try:
        as_of = newest_export(con, process)
    except AnalysisError:
        return None
    found = worklist(con, name)
    counts = {"late": 0, "near": 0, "in time": 0, **dict(found.aggregate("standing, count(*)", "standing").fetchall())}
    if not sum(counts.values()):
        return None
    return Work(process, as_of, counts, pressing(found, most))


def pressing(found: duckdb.DuckDBPyRelation, most: int | None) -> list[Row]:
    """Of a worklist the oldest late cases and the oldest near ones, so many of each, all if it is None.

    Each for itself: what was forgotten for months must not crowd out what can still be done in time.
    """
    rows = []
    for standing in ("late", "near"):
        those = found.filter(f"standing = '{standing}'").order("age desc, source, case_id")
        rows += records(those if most is None else those.limit(most))
    return rows


def _exports(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Export]:
    rows = con.execute(
        """
        select e.source, e.declaration, list(distinct l.exported_at order by l.exported_at) as times
        from load l join export e using (export_id)
        where l.undone_seq is null
        group by all
        order by e.source, e.declaration
        """
    ).fetchall()
    return [Export(source, name, times[-1], _usual(times), now - times[-1]) for source, name, times in rows]


def _usual(times: Sequence[datetime]) -> timedelta | None:
    gaps = [after - before for before, after in pairwise(times)]
    return median(gaps) if gaps else None  # type: ignore[type-var]


def days(span: timedelta) -> str:
    """A span in whole days, in words."""
    count = round(span / timedelta(days=1))
    return "1 day" if count == 1 else f"{count:,} days"


def freshness(export: Export) -> str:
    """How old an export is, and how often it usually comes."""
    often = "loaded once" if export.usual is None else f"usually every {days(max(export.usual, timedelta(days=1)))}"
    return f"{days(export.age)} old, {often}"


def text(today: Today) -> str:
    """The list for a terminal, WIDTH columns wide."""
    lines = [f"Today's work, {today.now:%Y-%m-%d}", "", *_export_lines(today), *_alarm_lines(today)]
    for work in today.work:
        lines += ["", *_work_lines(work, today.now)]
    if not today.work:
        lines += ["", "No kind of work has an open case in what is loaded."]
    return "\n".join(line[:WIDTH].rstrip() for line in lines)


def _export_lines(today: Today) -> list[str]:
    fresh = len(today.exports) - len(today.stale)
    lines = [f"Exports: {fresh} fresh, {len(today.stale)} stale{' (what happened since is not in the lists below)' if today.stale else ''}"]
    wide = max((len(export.name) for export in today.exports), default=0)
    return lines + [
        f"  {'STALE' if e.is_stale else 'fresh'}  {e.name:<{wide}}  {e.newest_at:%Y-%m-%d %H:%M}  {freshness(e)}" for e in sorted(today.exports, key=lambda e: not e.is_stale)
    ]


def _alarm_lines(today: Today) -> list[str]:
    if not today.alarms:
        return ["Alarms: none"]
    listed = [f"  {row['alarm']}: {row['place']} ({row['source']}), {row['rows']:,}" for row in today.alarms]
    return [f"Alarms: {len(today.alarms)}, explained by: libstats check", *listed]


def headline(work: Work) -> str:
    """How many cases of a process are late, near and in time."""
    counts = ", ".join(f"{count:,} {standing}" for standing, count in work.counts.items())
    return f"{work.process.title[:1].upper()}{work.process.title[1:]}: {counts}"


def basis(work: Work, now: datetime) -> str:
    """By which goal, and of which moment."""
    ago = f", {days(now - work.as_of)} ago" if now - work.as_of >= timedelta(days=1) else ""
    return f"goal {work.process.goal_days:g} days, as of {work.as_of:%Y-%m-%d %H:%M}{ago}"


def _work_lines(work: Work, now: datetime) -> list[str]:
    lines = [f"{headline(work)} ({basis(work, now)})"]
    if not work.cases:
        return lines
    cells = [("", "days", "look for", "where", "last step", "next step"), *map(_cells, work.cases)]
    widths = [min(24, max(map(len, column))) for column in zip(*cells, strict=True)]
    lines += ["  " + "  ".join(_fitted(cell, wide) for cell, wide in zip(row, widths, strict=True)) for row in cells]
    return lines + ([f"  and {work.more:,} more"] if work.more else [])


def _cells(row: Row) -> tuple[str, ...]:
    place = " ".join(filter(None, (row["branch"], row["location"])))
    age = f"{row['age']:.1f}" if row["age"] < 10 else f"{row['age']:,.0f}"
    return row["standing"], age, row["handle"] or row["case_id"], place, last_step(row), words(row["next_step"])


def last_step(row: Row) -> str:
    """The last milestone of a case, with its day."""
    return f"{words(row['last_milestone'])} {row['last_at']:%Y-%m-%d}"


def words(name: str | None) -> str:
    """A milestone's name as words; nothing for none."""
    return (name or "").replace("_", " ")


def _fitted(cell: str, wide: int) -> str:
    return f"{cell:<{wide}}" if len(cell) <= wide else f"{cell[: wide - 2]}.."

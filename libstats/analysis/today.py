"""What needs a hand today: the worklists of all kinds of work, how fresh their exports are, and
what looks wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import duckdb

from libstats.analysis.alarms import check, heeded
from libstats.analysis.left_alone import LeftAlone
from libstats.analysis.today_rows import GROUPS, grouped
from libstats.analysis.work.exported import newest_exports
from libstats.analysis.work.hold_shelf import hold_shelf
from libstats.analysis.work.worklist import NEAR_DAYS, STANDINGS, worklist
from libstats.definitions.processes import Process, process_of
from libstats.wording import Row, month_name, records, tenths

ONE_MOMENT = timedelta(hours=12)  # files of less between them are of one snapshot, no rhythm
MOST = 10  # late cases of one kind of work on the terminal, and as many near ones
WEEKEND, ONCE, LONG = timedelta(days=3), timedelta(days=7), timedelta(days=35)
RECENT = timedelta(days=2)  # of the newest export: later the lists are not of today


@dataclass(frozen=True)
class Export:
    """How fresh an export is. `usual` is the time that commonly lies between two of it, None if it
    was loaded once."""

    source: str
    name: str
    newest_at: datetime
    usual: timedelta | None
    age: timedelta

    @property
    def is_stale(self) -> bool:
        """Older than twice its usual time, at least a weekend and at most five weeks; loaded only
        once: older than a week."""
        return self.age > (ONCE if self.usual is None else min(LONG, max(WEEKEND, 2 * self.usual)))


@dataclass(frozen=True)
class Work:
    """The open cases of a process: how many are of each standing, and how many of those are of
    copies marked lost; how many of the others are in each group, and of each the first."""

    process: Process
    as_of: datetime
    counts: dict[str, int]
    missing: dict[str, int]
    groups: dict[str, int]
    cases: list[Row]

    def of(self, group: str) -> list[Row]:
        """The cases of a group that are listed."""
        return [row for row in self.cases if row["group_name"] == group]

    def more(self, group: str) -> int:
        """Cases of a group that are not listed."""
        return self.groups.get(group, 0) - len(self.of(group))


@dataclass(frozen=True)
class Today:
    """All of it."""

    now: datetime
    exports: list[Export]
    alarms: list[Row]
    work: list[Work]
    shelf: list[Row] = field(default_factory=list)  # on the hold shelf past their date
    alone: list[Row] = field(default_factory=list)  # snoozed or dismissed, and in no list
    accepted: list[Row] = field(default_factory=list)  # alarms that are no longer heeded

    def count(self, group: str) -> int:
        """How many cases of all kinds of work are in a group."""
        return sum(work.groups.get(group, 0) for work in self.work)

    @property
    def stale(self) -> list[Export]:
        """The exports that are older than they should be, the most recent last."""
        return sorted(
            (export for export in self.exports if export.is_stale),
            key=lambda export: export.newest_at,
        )

    @property
    def shown_at(self) -> datetime:
        """The moment that the lists show: the newest export."""
        return max((export.newest_at for export in self.exports), default=self.now)

    @property
    def warning(self) -> str:
        """That the lists are of another day, where the newest export is older than RECENT; else
        nothing."""
        at, ago = self.shown_at, self.now - self.shown_at
        year = f", {at.year}" if at.year != self.now.year else ""
        return (
            f"THESE LISTS SHOW {month_name(at).split()[0].upper()} {at.day}{year}, "
            f"{days(ago)} ago: load newer exports first."
            if ago > RECENT
            else ""
        )


def read(con: duckdb.DuckDBPyConnection, now: datetime, most: int | None = MOST) -> Today:
    """What needs a hand today, in every kind of work that has open cases?

    Ages are told for the newest export of each kind of work, which knows no later; `now` only says
    how old the exports are. Of each kind the `most` oldest late cases and the `most` oldest near
    ones are listed, all if it is None.
    """
    kinds = con.execute("select process from process order by rowid").fetchall()
    newest, names = newest_exports(con), _names(con)
    alone = LeftAlone(con, now)
    work = []
    for (kind,) in kinds:
        process = process_of(con, kind)
        told = [newest[table] for table in process.tables if table in newest]
        if told and (found := _work(con, process, max(told), most, alone)) is not None:
            work.append(replace(found, cases=_named(found.cases, names)))
    shelf = _named(alone.off_shelf(records(hold_shelf(con))), names)
    alarms, accepted = heeded(records(check(con)), now)
    return Today(now, _exports(con, now), alarms, work, shelf, alone.rows, accepted)


def _work(
    con: duckdb.DuckDBPyConnection,
    process: Process,
    as_of: datetime,
    most: int | None,
    alone: LeftAlone,
) -> Work | None:
    """The open cases of a process; None where it has none."""
    found = alone.without(process, worklist(con, process.name, as_of=as_of))
    listed = grouped(con, process.name, found)
    counts, missing, groups, cases = pressing(listed, most)
    return Work(process, as_of, counts, missing, groups, cases) if sum(counts.values()) else None


def _names(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], str]:
    """The names of codes, by source and kind: some systems' codes are long numbers."""
    rows = con.execute("select source, list, code, name from code where name is not null")
    return {(source, kind, code): name for source, kind, code, name in rows.fetchall()}


def _named(rows: list[Row], names: Mapping[tuple[str, str, str], str]) -> list[Row]:
    """The rows with branches and locations by name, where an export tells them."""
    return [
        {
            **row,
            **{
                kind: names.get((row["source"], kind, row[kind]), row[kind])
                for kind in ("branch", "location")
                if kind in row
            },
        }
        for row in rows
    ]


def pressing(
    found: duckdb.DuckDBPyRelation, most: int | None
) -> tuple[dict[str, int], dict[str, int], dict[str, int], list[Row]]:
    """Of a grouped worklist how many cases are of each standing, how many of those are of copies
    marked lost, how many of the others are in each group, and of each group the first `most`: what
    nobody follows up, then the longest past their goal; all if it is None.

    Each group for itself: what was forgotten for years must not crowd out what can still be done
    in time. All in one reading, for a worklist takes long to plan: the first row of each part has
    its count.
    """
    listed = "group_name is not null and not is_missing"
    if most is not None:
        listed += f" and place <= {most}"
    rows = records(found.select(_RANKED).filter(f"of_part = 1 or {listed}"))
    counts, missing = (dict.fromkeys(STANDINGS, 0) for _ in range(2))
    groups: dict[str, int] = {}
    cases = []
    for row in sorted(rows, key=_in_order):
        of_part, in_part, in_group = (row.pop(name) for name in ("of_part", "in_part", "in_group"))
        place = row.pop("place")
        if of_part == 1:
            counts[row["standing"]] += in_part
            missing[row["standing"]] += in_part if row["is_missing"] else 0
        if row["group_name"] is None or row["is_missing"]:
            continue
        groups[row["group_name"]] = in_group
        if most is None or place <= most:
            cases.append(row)
    return counts, missing, groups, cases


def _in_order(row: Row) -> tuple[int, int]:
    group = row["group_name"]
    return (GROUPS.index(group) if group else len(GROUPS), row["place"])


_RANKED = """
    *,
    count(*) over (partition by standing, is_missing) as in_part,
    row_number() over (
        partition by standing, is_missing
        order by left_days, source, case_id
    ) as of_part,
    count(*) over (partition by group_name, is_missing) as in_group,
    row_number() over (
        partition by group_name, is_missing
        order by is_urgent desc, left_days, source, case_id
    ) as place
"""


def _exports(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Export]:
    rows = con.execute(
        """
        -- a file of equal content says nothing of how often one comes
        select
            source,
            declaration,
            list(distinct first_at order by first_at) as times,
            max(newest_at) as newest_at
        from (
            select
                source,
                declaration,
                min(exported_at) as first_at,
                max(exported_at) as newest_at
            from loaded_file
            -- what people decide is no export, and says nothing of how new these are
            where is_active and primary_table <> 'decision'
            group by source, declaration, sha256
        )
        group by all
        order by source, declaration
        """
    ).fetchall()
    return [
        Export(source, name, newest, _usual(times), now - newest)
        for source, name, times, newest in rows
    ]


def _usual(times: Sequence[datetime]) -> timedelta | None:
    gaps = [gap for before, after in pairwise(times) if (gap := after - before) >= ONE_MOMENT]
    return median(gaps) if gaps else None  # type: ignore[type-var]


def days(span: timedelta) -> str:
    """A span in whole days, in words."""
    count = round(span / timedelta(days=1))
    return "1 day" if count == 1 else f"{count:,} days"


def freshness(export: Export) -> str:
    """How old an export is, and how often it usually comes."""
    often = (
        "loaded once"
        if export.usual is None
        else f"usually every {days(max(export.usual, timedelta(days=1)))}"
    )
    return f"{days(export.age)} old, {often}"


def headline(work: Work) -> str:
    """How many cases of a process are late, near and in time, and how many of those are of copies
    marked lost."""
    counts = [
        f"{count:,} {standing}"
        + (f", {lost:,} of them marked lost" if (lost := work.missing[standing]) else "")
        for standing, count in work.counts.items()
        if count or standing in ("late", "near", "in time")
    ]
    return f"{work.process.title[:1].upper()}{work.process.title[1:]}: {', '.join(counts)}"


def basis(work: Work, today: Today) -> str:
    """By which goal, of which moment where that is not the one of all lists, and what is not
    listed."""
    goal = f"goal {work.process.goal_days:g} days"
    parts = [
        f"late is past the due date, near within {NEAR_DAYS} days of it; without one: {goal}"
        if work.process.due
        else goal
    ]
    if not today.warning or work.as_of.date() != today.shown_at.date():
        parts.append(f"as of {work.as_of:%Y-%m-%d %H:%M}")
    if any(work.missing.values()):
        parts.append("copies marked lost, missing or claimed are not listed")
    return "; ".join(parts)


def last_step(row: Row) -> str:
    """The last milestone of a case, with its day."""
    return f"{words(row['last_milestone'])} {row['last_at']:%Y-%m-%d}"


def since(row: Row) -> str:
    """How long a case is open, or past its due day, or until when."""
    if not row["due_at"]:
        return f"{tenths(row['age'])} days" if row["age"] < 10 else f"{row['age']:,.0f} days"
    left = row["left_days"]
    return f"{-left:,.0f} days overdue" if left < 0 else f"due in {left:,.0f} days"


def about(row: Row) -> str:
    """What a case is about, why it stands in the list, and its last and its next step."""
    following = f", next: {words(row['next_step'])}" if row["next_step"] else ""
    due = f"due {row['due_at']:%Y-%m-%d}" if row["due_at"] else ""
    told = (row["why"], row["what"], due or f"{last_step(row)}{following}")
    return "; ".join(filter(None, told))


def words(name: str | None) -> str:
    """A milestone's name as words; nothing for none."""
    return (name or "").replace("_", " ")

"""What needs a hand today: the worklists of all kinds of work, how fresh their exports are, and
what looks wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from libstats.analysis.alarms import check
from libstats.analysis.alarms_accepted import heeded
from libstats.analysis.invoices.vendors import unnamed
from libstats.analysis.left_alone import LeftAlone
from libstats.analysis.licences import licences_to_decide
from libstats.analysis.subscriptions import subscriptions_to_renew
from libstats.analysis.today.digital import Digital, digital
from libstats.analysis.today.digital_titles import digital_to_decide
from libstats.analysis.today.exports import Export, age, days, loaded_exports
from libstats.analysis.today.ill import returning
from libstats.analysis.today.invoices import INVOICES, asked_about, not_judged
from libstats.analysis.today.moved import Moved
from libstats.analysis.today.orders import ORDERED, received
from libstats.analysis.today.parts import Part, parts
from libstats.analysis.today.requests import beside_orders
from libstats.analysis.today.rows import DECIDE, DO, GROUPS, grouped, told_of
from libstats.analysis.today.scans import found_by_scans
from libstats.analysis.today.serials import due_since
from libstats.analysis.today.untold import untold
from libstats.analysis.work.exported import newest_exports
from libstats.analysis.work.hold_queues import hold_queues
from libstats.analysis.work.hold_shelf import hold_shelf
from libstats.analysis.work.worklist import STANDINGS
from libstats.definitions.processes import Process, process_of
from libstats.wording import Row, month_name, records

MOST = 10  # late cases of one kind of work on the terminal, and as many near ones
RECENT = timedelta(days=2)  # of the newest export: later the lists are not of today


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
    told: dict[str, datetime] = field(default_factory=dict)  # up to when each source tells of it

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
    queues: list[Row] = field(default_factory=list)  # titles that ask for another copy
    alone: list[Row] = field(default_factory=list)  # snoozed or dismissed, and in no list
    accepted: list[Row] = field(default_factory=list)  # alarms that are no longer heeded
    moved: Moved | None = None  # what became of what the load before named
    untold: list[str] = field(default_factory=list)  # what no export can tell
    licences: list[Row] = field(default_factory=list)  # that must be decided by a day
    subscriptions: list[Row] = field(default_factory=list)  # that must be renewed by a day
    scanned: list[Row] = field(default_factory=list)  # copies that scans of shelves found
    digital_titles: list[Row] = field(default_factory=list)  # that end, or too many wait for
    digital: Digital = field(default_factory=Digital)  # reports missing, days of many refusals
    not_judged: str = ""  # lines of invoices that could be held against no order

    @classmethod
    def of(cls, work: list[Work], shelf: list[Row], queues: list[Row]) -> Today:
        """A part of it, to be counted."""
        return cls(datetime.min, [], [], work, shelf, queues)

    def count(self, group: str) -> int:
        """How many cases of all kinds of work are in a group."""
        beside = {DO: len(self.shelf), DECIDE: len(self.queues)}.get(group, 0)
        return sum(work.groups.get(group, 0) for work in self.work) + beside

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
        at, ago = self.shown_at, age(self.shown_at, self.now)
        year = f", {at.year}" if at.year != self.now.year else ""
        return (
            f"THESE LISTS SHOW {month_name(at).split()[0].upper()} {at.day}{year}, "
            f"{days(ago)} ago: load newer exports first."
            if ago > RECENT
            else ""
        )


def read(
    con: duckdb.DuckDBPyConnection,
    now: datetime,
    most: int | None = MOST,
    before: tuple[date, duckdb.DuckDBPyConnection] | None = None,
) -> Today:
    """What needs a hand today, in every kind of work that has open cases?

    Ages are told for the newest export of each source, which knows no later; `now` only says how
    old the exports are; `before` is the day of the load before, and what was known then. Of each
    kind the `most` oldest late cases and the `most` oldest near ones are listed, all if it is None.
    """
    names, alone = _names(con), LeftAlone(con, now)
    work = _works(con, most, alone, names)
    shelf = _named(alone.off_shelf(records(hold_shelf(con))), names)
    queues = records(hold_queues(con))
    alarms, accepted = heeded(records(check(con)), now)
    moved = _moved(con, *before) if before else None
    exports = loaded_exports(con, now)
    not_told = [*untold(con), *unnamed(con), *due_since(con, now.date())]
    licences = records(licences_to_decide(con, as_of=now.date()).filter("decide_by is not null"))
    return Today(
        *(now, exports, alarms, work, shelf, queues, alone.rows, accepted, moved, not_told),
        licences=licences,
        subscriptions=records(subscriptions_to_renew(con, as_of=now.date())),
        scanned=_named(found_by_scans(con), names),
        digital_titles=digital_to_decide(con, now.date()),
        digital=digital(con, now, max((each.newest_at for each in exports), default=now)),
        not_judged=not_judged(con),
    )


def work_of(con: duckdb.DuckDBPyConnection, *kinds: str) -> list[Work]:
    """The open cases of some kinds of work as `read` has them, all that are in a group listed."""
    alone = LeftAlone(con, max(newest_exports(con).values(), default=datetime.min))
    return _works(con, None, alone, _names(con), kinds)


def _works(
    con: duckdb.DuckDBPyConnection,
    most: int | None,
    alone: LeftAlone,
    names: Mapping[tuple[str, str, str], str],
    kinds: Sequence[str] = (),
) -> list[Work]:
    work = (_work(con, process, parts, most, alone) for process, parts in _kinds(con, kinds))
    return [replace(each, cases=_named(each.cases, names)) for each in work if each]


def _moved(
    con: duckdb.DuckDBPyConnection, day: date, before: duckdb.DuckDBPyConnection
) -> Moved | None:
    """What became of the cases that were to be done by what was known on a day; None where nothing
    was. The team's totals: who did it is asked of nobody."""
    named = {case: step for case, (step, group) in _steps(before).items() if group == DO}
    now = _steps(con)
    stayed = sum(case in now and now[case][0] == step for case, step in named.items())
    return Moved(day, len(named), len(named) - stayed) if named else None


def _steps(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], tuple[Any, str | None]]:
    """Where each open case stands, and its group."""
    columns = "source, case_id, last_milestone, last_at, due_at, stage, group_name"
    return {
        (process.name, source, case): (tuple(step), group)
        for process, parts in _kinds(con)
        for told, found in parts
        for source, case, *step, group in grouped(con, process.name, found, told)
        .select(columns)
        .fetchall()
    }


def _kinds(
    con: duckdb.DuckDBPyConnection, wanted: Sequence[str] = ()
) -> Iterator[tuple[Process, list[Part]]]:
    """Each kind of work with its worklist, or several: the cases of each source as of its own
    newest export. What goes back, and what came and is not on its shelf, are kinds of their own."""
    every = con.execute("select process from process order by rowid").fetchall()
    orders: list[tuple[str, str]] = []
    for kind in (name for (name,) in every if not wanted or name in wanted):
        process = process_of(con, kind)
        told = told_of(con, process)
        if not told:
            continue
        found = parts(con, process, told)
        if kind == "purchase_request":
            found = beside_orders(con, found, orders)
        yield process, found
        if away := returning(con, kind):
            yield away[0], [(told, away[1])]
        if kind == ORDERED:
            pile, waiting = received(con, told)
            yield pile, [(told, waiting)]
            for rows in (*(rows for _, rows in found), waiting):
                orders += rows.select("source, case_id").fetchall()
    if (not wanted or INVOICES in wanted) and (questions := asked_about(con, orders)):
        yield questions[0], [questions[1:]]


def _work(
    con: duckdb.DuckDBPyConnection,
    process: Process,
    parts: Sequence[Part],
    most: int | None,
    alone: LeftAlone,
) -> Work | None:
    """The open cases of a kind of work; None where it has none."""
    # the copies of an order line stand together, or the last of the list would be cut in two
    thing = "look_for" if process.name == ORDERED else "case_id"
    told = {source: at for sources, _ in parts for source, at in sources.items()}
    counts, missing = (dict.fromkeys(STANDINGS, 0) for _ in range(2))
    groups: dict[str, int] = {}
    cases: list[Row] = []
    for sources, found in parts:
        heeded_ones = alone.without(process, found)
        *sums, listed = pressing(grouped(con, process.name, heeded_ones, sources), most, thing)
        for total, part in zip((counts, missing, groups), sums, strict=True):
            for name, count in part.items():
                total[name] = total.get(name, 0) + count
        cases += listed
    if not sum(counts.values()):
        return None
    cases.sort(key=_by_urgency)
    firsts = [row for group in GROUPS for row in _first(cases, group, most, thing)]
    return Work(process, max(told.values()), counts, missing, groups, firsts, told)


def _first(cases: Sequence[Row], group: str, most: int | None, thing: str) -> list[Row]:
    """The cases of a group that are of its first things."""
    of = [row for row in cases if row["group_name"] == group]
    wanted = list(dict.fromkeys((row["source"], row[thing]) for row in of))[:most]
    return [row for row in of if (row["source"], row[thing]) in wanted]


def _by_urgency(row: Row) -> tuple[int, int, float]:
    return (-row["urgency"], row["task_place"], row["left_days"])


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
    found: duckdb.DuckDBPyRelation, most: int | None, thing: str = "case_id"
) -> tuple[dict[str, int], dict[str, int], dict[str, int], list[Row]]:
    """Of a grouped worklist how many cases are of each standing, how many of those are of copies
    marked lost, how many of the others are in each group, and of each group the first `most` things
    (cases, or what else a column tells apart): what nobody follows up, then the longest past their
    goal; all if it is None.

    Each group for itself: what was forgotten for years must not crowd out what can still be done
    in time. All in one reading, for a worklist takes long to plan: the first row of each part has
    its count.
    """
    listed = "group_name is not null"
    if most is not None:
        listed += f" and place <= {most}"
    rows = records(found.select(_RANKED.format(thing=thing)).filter(f"of_part = 1 or {listed}"))
    counts, missing = (dict.fromkeys(STANDINGS, 0) for _ in range(2))
    groups: dict[str, int] = {}
    cases = []
    for row in sorted(rows, key=_in_order):
        of_part, in_part, in_group = (row.pop(name) for name in ("of_part", "in_part", "in_group"))
        place = row.pop("place")
        if of_part == 1:
            counts[row["standing"]] += in_part
            missing[row["standing"]] += in_part if row["is_missing"] else 0
        if row["group_name"] is None:
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
    count(*) over (partition by group_name) as in_group,
    dense_rank() over (
        partition by group_name
        order by urgency desc, task_place, left_days, source, {thing}
    ) as place
"""

"""The cases of a process as one row each: when each milestone was reached, as far as a moment could
know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from libstats.analysis.collection.copies import IS_MISSING
from libstats.declaration.raw import quoted
from libstats.definitions.processes import DIRECTIONS, MilestoneColumns, Process
from libstats.errors import AnalysisError

# the copy that a case is about, by its number, which is the key of a copy that has one; gone copies
# too
_COPY = """
    left join (
        select
            source,
            item_id,
            barcode,
            location,
            owning_branch{missing}
        from item_ever{state}
        where {among}
    ) i on i.source = t.source and i.item_id = t.item_id
"""
_MISSING = f",\n            coalesce({IS_MISSING}, false) as is_missing"
_STATE = " left join copy_state s using (source, item_key)"


def newest_export(con: duckdb.DuckDBPyConnection, process: Process) -> datetime:
    """Up to when the newest export that tells of the process tells: the moment to which open cases
    have aged. Of one named by a day that is the newest time in it on that day.

    Raises AnalysisError if nothing that tells of it is loaded.
    """
    newest = newest_exports(con)
    told = [newest[table] for table in process.tables if table in newest]
    if not told:
        raise AnalysisError(
            f"nothing that tells of {process.name} is loaded",
            f"It is read from: {', '.join(process.tables)}. `libstats loads` lists what is loaded.",
        )
    return max(told)


def newest_exports(con: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Up to when the newest export that tells of a table tells, by table."""
    rows = con.execute(
        """
        select
            unnest(map_keys(columns)) as name,
            max(told_until)
        from loaded_file
        where is_active
        group by name
        """
    ).fetchall()
    return dict(rows)


def known_milestones(con: duckdb.DuckDBPyConnection, process: Process) -> set[str]:
    """The milestones that the loaded exports can tell of."""
    *is_read, is_logged, own = _have(
        con,
        [*((c.rows, "true") for c in process.read), _log_of(process)],
        f"(select list(distinct milestone) from milestone where process = {quoted(process.name)})",
    )
    known = {
        m for c, has_rows in zip(process.read, is_read, strict=True) if has_rows for m in c.reached
    }
    if is_logged:
        known |= {m for m in process.statuses if m != "last"}
    return known | set(own or ())


@dataclass(frozen=True)
class Cases:
    """What is asked of the cases of a process.

    milestones  those whose moments are wanted
    about       what else: branch, kind, handle, location, missing
    within      a milestone of which whoever asks drops the cases that did not reach it from $since
                to before $until: they may be lacking
    unless      milestones of which whoever asks drops the cases that reached one: their copies are
                not looked up
    """

    con: duckdb.DuckDBPyConnection
    process: Process
    milestones: Sequence[str]
    about: Sequence[str] = ("branch", "kind")
    within: str | None = None
    unless: Sequence[str] = ()

    def sql(self) -> str:
        """SQL for one row per case: source, case_id, what is asked for in `about`, last_at (the
        newest thing that happened), is_past (it is behind its end by what an export says of it,
        with or without a moment), and for each milestone m: m_at (NULL if not reached) and m_day
        (true where only the day is known).

        Nothing after the parameter $as_of is seen. Of a milestone that comes again the first
        counts, or the last where the process says so.
        """
        *is_read, is_logged, is_own = _have(
            self.con,
            [
                *((c.rows, c.when) for c in self.process.read),
                _log_of(self.process),
                ("milestone", f"process = {quoted(self.process.name)}"),
            ],
        )
        tables = [c for c, has_rows in zip(self.process.read, is_read, strict=True) if has_rows]
        # where two tables tell of a case, the one can know of an earlier day than the other
        sought = self.within if len(tables) == 1 and not is_logged and not is_own else None
        feeds = [self._read(columns, sought) for columns in tables]
        if is_logged:
            feeds.append(self._logged())
        if is_own or not feeds:
            feeds.append(self._own())
        return feeds[0] if len(feeds) == 1 else self._joined(feeds)

    def _read(self, columns: MilestoneColumns, within: str | None) -> str:
        """SQL over a canonical table."""
        used = [m for m in self.milestones if m in columns.reached]
        happened = [m for m in columns.reached if m in self.process.happening]
        seen = {
            m: _seen(columns.moment(m), is_plan=m in self.process.planned)
            for m in {*used, *happened}
        }
        is_day = _is_day(self.con, columns, used)
        last = ", ".join([*_telling(self.process, seen, happened), "null::timestamp"])
        gone = " or t.gone_after is not null" if columns.ever else ""
        selected = [
            "t.source",
            f"{columns.case} as case_id",
            *(f"{getattr(columns, a)}::varchar as {a}" for a in self.about),
        ]
        for m in self.milestones:
            at, day = (seen[m], is_day[m]) if m in used else ("null::timestamp", "false")
            selected += [f"{at} as {m}_at", f"{day} as {m}_day"]
        selected += [
            f"greatest({last}) as last_at",
            f"coalesce({columns.past}, false){gone} as is_past",
        ]
        return (
            f"select {_listed(selected)}\n"
            f"from {columns.from_sql}{self._copies(columns, seen)}\n"
            f"where ({columns.where}){_period(columns, within)}"
        )

    def _copies(self, columns: MilestoneColumns, seen: Mapping[str, str]) -> str:
        """SQL: the copies of the cases, where anything is asked about them."""
        if not any("i." in getattr(columns, a) for a in self.about):
            return ""
        ends = ", ".join(seen[m] for m in self.unless if m in seen)
        still = f"""item_id in (
            select t.item_id
            from {columns.from_sql}
            where coalesce({ends}) is null
        )"""
        is_asked = any("i.is_missing" in getattr(columns, a) for a in self.about)
        return _COPY.format(
            among=still if ends else "true",
            missing=_MISSING if is_asked else "",
            state=_STATE if is_asked else "",
        )

    def _own(self) -> str:
        """SQL over the table `milestone`."""
        rows = f"""(
            select
                source,
                case_id,
                milestone,
                happened_at,
                coalesce(is_day_only, false) as is_day,
                branch
            from milestone
            where process = {quoted(self.process.name)}
        )"""
        return self._pivoted(rows, frozenset())

    def _logged(self) -> str:
        """SQL over the log of statuses, with the words of the process (and of the library) for
        milestones."""
        words = [
            (word.casefold(), m)
            for m, given in self.process.statuses.items()
            if m != "last"
            for word in given
        ]
        values = ", ".join(f"({quoted(word)}, {quoted(m)})" for word, m in words)
        rows = f"""(
            select
                e.source,
                e.request_id as case_id,
                w.milestone,
                e.happened_at,
                false as is_day,
                r.branch
            from ill_event e
            left join ill_request r on r.source = e.source and r.request_id = e.request_id
            left join (values {values}) w(word, milestone)
                on w.word = lower(trim(e.status_as_exported))
            where coalesce(e.direction, r.direction) = {quoted(DIRECTIONS[self.process.name])}
        )"""
        last = {word.casefold() for word in self.process.statuses.get("last", ())}
        return self._pivoted(rows, frozenset(m for word, m in words if word in last))

    def _pivoted(self, rows: str, last: frozenset[str]) -> str:
        """SQL: rows of (source, case_id, milestone, happened_at, is_day, branch) as one row per
        case; of the milestones in `last` the last one counts."""
        planned = ", ".join(map(quoted, self.process.planned))
        is_plan = f"e.milestone in ({planned})" if planned else "false"
        selected = ["e.source", "e.case_id", *(f"{_known(a)} as {a}" for a in self.about)]
        for m in self.milestones:
            which = "max" if m in last else "min"
            moment = "{'at': e.happened_at, 'day': e.is_day}"
            at = f"{which}({moment}) filter (where e.milestone = {quoted(m)})"
            selected += [f"({at}).at as {m}_at", f"coalesce(({at}).day, false) as {m}_day"]
        selected += [
            f"max(e.happened_at) filter (where not coalesce({is_plan}, false)) as last_at",
            "false as is_past",
        ]
        return (
            f"select {_listed(selected)}\n"
            f"from {rows} e\n"
            f"where e.happened_at <= $as_of::timestamp or {is_plan}\n"
            "group by e.source, e.case_id"
        )

    def _joined(self, feeds: Sequence[str]) -> str:
        """SQL: the same case told of by several tables, as one row: of each milestone the first
        telling."""
        selected = ["source", "case_id", *(f"min({a}) as {a}" for a in self.about)]
        for m in self.milestones:
            at = f"min({{'at': {m}_at, 'day': {m}_day}}) filter (where {m}_at is not null)"
            selected += [f"({at}).at as {m}_at", f"coalesce(({at}).day, false) as {m}_day"]
        selected += ["max(last_at) as last_at", "bool_or(is_past) as is_past"]
        union = "\nunion all by name\n".join(f"select * from ({feed})" for feed in feeds)
        return f"select {_listed(selected)}\nfrom ({union})\ngroup by source, case_id"


def _log_of(process: Process) -> tuple[str, str]:
    """The log of statuses, and whether it is one of the process."""
    return ("ill_event", "true" if process.statuses else "false")


def _have(
    con: duckdb.DuckDBPyConnection, asked: Sequence[tuple[str, str]], *more: str
) -> tuple[Any, ...]:
    """Which of the tables have a row of which the condition beside it is true? And what else is
    asked, as SQL: each question is planned anew, which takes longer than to answer it."""
    tables = (f"exists (from {table} where {where})" for table, where in asked)
    found: tuple[Any, ...] = con.execute(f"select {', '.join([*tables, *more])}").fetchall()[0]
    return found


def _is_day(
    con: duckdb.DuckDBPyConnection, columns: MilestoneColumns, milestones: Sequence[str]
) -> dict[str, str]:
    """SQL for each milestone: only its day is known."""
    if not milestones:
        return {}
    moments = ", ".join(map(columns.moment, milestones))
    kinds = con.sql(f"select {moments} from {columns.from_sql} limit 0").types
    return {m: columns.day(m, str(kind)) for m, kind in zip(milestones, kinds, strict=True)}


def _telling(process: Process, seen: Mapping[str, str], happened: Sequence[str]) -> list[str]:
    """SQL: the moments that tell what happened last.

    The start does not count once a case was given up: the two may have been stamped by clocks of
    different zones, and a case that was given up before it began, as it seems, was not taken up
    again.
    """
    stopped = ", ".join(seen[m] for m in process.given_up if m in seen)
    return [
        f"case when coalesce({stopped}) is null then {seen[m]} end"
        if stopped and m == process.starts
        else seen[m]
        for m in happened
    ]


def _seen(expression: str, *, is_plan: bool) -> str:
    """SQL: a milestone as far as it was known: not yet, if it happened later; a plan was known
    before."""
    moment = f"({expression})::timestamp"
    return moment if is_plan else f"case when {moment} <= $as_of::timestamp then {moment} end"


def _period(columns: MilestoneColumns, within: str | None) -> str:
    """SQL: and the milestone lies in the period. Said of the column itself, DuckDB skips what lies
    outside."""
    if within is None or within not in columns.reached:
        return ""
    moment = columns.moment(within)
    return f" and {moment} >= $since::timestamp and {moment} < $until::timestamp"


def _known(about: str) -> str:
    """SQL: what a log or a plain list of milestones can tell about a case."""
    known = {"branch": "any_value(e.branch order by e.happened_at)", "handle": "e.case_id"}
    return known.get(about, "null::varchar")


def _listed(columns: Sequence[str]) -> str:
    return ",\n    ".join(columns)

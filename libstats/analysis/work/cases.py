"""The cases of a process as one row each: when each milestone was reached, as far as a moment could
know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from libstats.analysis.collection.copies import IS_MISSING
from libstats.analysis.work.exported import have, log_of, marked, spoken
from libstats.analysis.work.statuses import NEVER, Statuses
from libstats.declaration.raw import quoted
from libstats.definitions.processes import DIRECTIONS, MilestoneColumns, Process
from libstats.definitions.roles import folded_sql

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


@dataclass(frozen=True)
class Cases:
    """What is asked of the cases of a process.

    milestones  those whose moments are wanted
    about       what else: branch, kind, handle, location, missing
    within      a milestone of which whoever asks drops the cases that did not reach it from $since
                to before $until: they may be lacking
    unless      milestones of which whoever asks drops the cases that reached one: their copies are
                not looked up
    is_judged   whether to say how each case stands
    """

    con: duckdb.DuckDBPyConnection
    process: Process
    milestones: Sequence[str]
    about: Sequence[str] = ("branch", "kind")
    within: str | None = None
    unless: Sequence[str] = ()
    is_judged: bool = False

    def sql(self) -> str:
        """SQL for one row per case: source, case_id, what is asked for in `about`, last_at (the
        newest thing that happened), and for each milestone m: m_at (NULL if not reached) and m_day
        (true where only the day is known).

        Nothing after the parameter $as_of is seen. Of a milestone that comes again the first
        counts, or the last where the process says so.

        Judged, also, all whatever $as_of: ends_at (when it ended), given (how the newest export
        says that it stands) and because (what the reason of its giving up says of that), not_before
        and not_after (the loads between which it ended), marks (the milestones that its status
        marks, of which nobody knows the day) and marked_by (when at the latest they were reached).
        """
        read = self.process.read
        is_logged, is_own, *rest = have(
            self.con,
            [
                log_of(self.process),
                ("milestone", f"process = {quoted(self.process.name)}"),
                *((c.rows, c.when) for c in read),
                *((c.rows, c.is_told) for c in read),
            ],
        )
        tables = [
            c if is_told else replace(c, code="")
            for c, has_rows, is_told in zip(read, rest, rest[len(read) :], strict=False)
            if has_rows
        ]
        # where two tables tell of a case, the one can know of an earlier day than the other
        sought = self.within if len(tables) == 1 and not is_logged and not is_own else None
        feeds = [self._read(columns, sought) for columns in tables]
        if is_logged:
            feeds.append(self._logged())
        if is_own or not feeds:
            feeds.append(self._own())
        return feeds[0] if len(feeds) == 1 else self._joined(feeds)

    def _read(self, columns: MilestoneColumns, within: str | None) -> str:
        """SQL over a canonical table: what its rows say, and of that what was seen by $as_of."""
        statuses, moments = Statuses(self.process, columns), self._moments(columns)
        used = [m for m in self.milestones if m in moments]
        is_day = _is_day(self.con, columns, used)
        told = [
            "t.source",
            f"{columns.case} as case_id",
            *(f"{getattr(columns, a)}::varchar as {a}" for a in self.about),
            *(f"{moment} as {m}_on" for m, moment in moments.items()),
            *(f"{is_day[m]} as {m}_day" for m in used),
            *(statuses.told if self.is_judged else ()),
        ]
        seen = {m: _seen(f"{m}_on", is_plan=m in self.process.planned) for m in moments}
        happened = [m for m in moments if m in self.process.happening]
        selected = ["source", "case_id", *self.about]
        for m in self.milestones:
            at, day = (seen[m], f"{m}_day") if m in used else (NEVER, "false")
            selected += [f"{at} as {m}_at", f"{day} as {m}_day"]
        last = ", ".join([*_telling(self.process, seen, happened), NEVER])
        selected.append(f"greatest({last}) as last_at")
        if self.is_judged:
            selected += [f"{_ending(self.process, list(moments))} as ends_at", *statuses.judged]
        return (
            f"select {_listed(selected)}\n"
            f"from (select {_listed(told)}\n"
            f"from {columns.from_sql}{self._copies(columns)}"
            f"{statuses.joins}{statuses.bounds if self.is_judged else ''}\n"
            f"where ({columns.where}){_period(columns, within)})"
        )

    def _moments(self, columns: MilestoneColumns) -> dict[str, str]:
        """SQL: when each milestone was reached that a table tells of, in a column of its own or by
        a status whose day it has."""
        found = {m: f"({columns.moment(m)})::timestamp" for m in columns.reached}
        reached = Statuses(self.process, columns).reached
        for m in marked(self.con, self.process, columns):
            found[m] = f"coalesce({found[m]}, {reached(m)})" if m in found else reached(m)
        return found

    def _copies(self, columns: MilestoneColumns) -> str:
        """SQL: the copies of the cases, where anything is asked about them."""
        if not any("i." in getattr(columns, a) for a in self.about):
            return ""
        ends = ", ".join(
            _seen(f"({columns.moment(m)})::timestamp", is_plan=False)
            for m in self.unless
            if m in columns.reached
        )
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
        """SQL over the log of statuses, with what the words of the system (and of the library) mark
        as milestones."""
        words = spoken(self.con, self.process)
        values = ", ".join(f"({', '.join(map(quoted, line))})" for line in words or [("", "", "")])
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
            left join (values {values}) w(source, word, milestone)
                on w.source = e.source and w.word = {folded_sql("e.status_as_exported")}
            where coalesce(e.direction, r.direction) = {quoted(DIRECTIONS[self.process.name])}
        )"""
        again = {word.casefold() for word in self.process.statuses.get("last", ())}
        return self._pivoted(rows, frozenset(m for _, word, m in words if word in again))

    def _pivoted(self, rows: str, last: frozenset[str]) -> str:
        """SQL: rows of (source, case_id, milestone, happened_at, is_day, branch) as one row per
        case; of the milestones in `last` the last one counts."""
        last |= set(self.process.last)
        planned = ", ".join(map(quoted, self.process.planned))
        is_plan = f"e.milestone in ({planned})" if planned else "false"
        selected = ["e.source", "e.case_id", *(f"{_known(a)} as {a}" for a in self.about)]
        for m in self.milestones:
            which = "max" if m in last else "min"
            moment = "{'at': e.happened_at, 'day': e.is_day}"
            at = f"{which}({moment}) filter (where e.is_seen and e.milestone = {quoted(m)})"
            selected += [f"({at}).at as {m}_at", f"coalesce(({at}).day, false) as {m}_day"]
        selected.append("max(e.happened_at) filter (where e.is_seen and not e.is_plan) as last_at")
        if self.is_judged:
            ends = ", ".join(map(quoted, self.process.done))
            selected += [
                f"min(e.happened_at) filter (where e.milestone in ({ends})) as ends_at",
                "null::varchar as given",
                "null::varchar as because",
                f"{NEVER} as not_before",
                f"{NEVER} as not_after",
                "null::varchar[] as marks",
                f"{NEVER} as marked_by",
            ]
        return f"""select {_listed(selected)}
            from (
                select
                    e.*,
                    coalesce({is_plan}, false) as is_plan,
                    e.happened_at <= $as_of::timestamp or coalesce({is_plan}, false) as is_seen
                from {rows} e
            ) e
            group by e.source, e.case_id
            having bool_or(e.is_seen)"""

    def _joined(self, feeds: Sequence[str]) -> str:
        """SQL: the same case told of by several tables, as one row: of each milestone the first
        telling, the last of those that come again, and of giving up: a log and a list may write the
        same a moment apart, and what follows it would have been taken up again."""
        again = (*self.process.last, *self.process.given_up)
        selected = ["source", "case_id", *(f"min({a}) as {a}" for a in self.about)]
        for m in self.milestones:
            which = "max" if m in again else "min"
            at = f"{which}({{'at': {m}_at, 'day': {m}_day}}) filter (where {m}_at is not null)"
            selected += [f"({at}).at as {m}_at", f"coalesce(({at}).day, false) as {m}_day"]
        selected.append("max(last_at) as last_at")
        if self.is_judged:
            selected += [
                "max(ends_at) as ends_at",
                "max(given) as given",
                "max(because) as because",
                "max(not_before) as not_before",
                "min(not_after) as not_after",
                "any_value(marks) as marks",
                "min(marked_by) as marked_by",
            ]
        union = "\nunion all by name\n".join(f"select * from ({feed})" for feed in feeds)
        return f"select {_listed(selected)}\nfrom ({union})\ngroup by source, case_id"


def _is_day(
    con: duckdb.DuckDBPyConnection, columns: MilestoneColumns, milestones: Sequence[str]
) -> dict[str, str]:
    """SQL for each milestone: only its day is known."""
    told = [m for m in milestones if m in columns.reached]
    if not told:
        return dict.fromkeys(milestones, "false")
    moments = ", ".join(map(columns.moment, told))
    kinds = con.sql(f"select {moments} from {columns.from_sql} limit 0").types
    return dict.fromkeys(milestones, "false") | {
        m: columns.day(m, str(kind)) for m, kind in zip(told, kinds, strict=True)
    }


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


def _ending(process: Process, told: Sequence[str]) -> str:
    """SQL: when a case ended, seen or not: as it should, else otherwise."""
    done, stopped = (
        ", ".join([*(f"{m}_on" for m in milestones if m in told), NEVER])
        for milestones in (process.done, process.given_up)
    )
    return f"coalesce(least({done}), greatest({stopped}))"


def _seen(expression: str, *, is_plan: bool) -> str:
    """SQL: a milestone as far as it was known: not yet, if it happened later; a plan was known
    before."""
    return (
        expression
        if is_plan
        else f"case when {expression} <= $as_of::timestamp then {expression} end"
    )


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

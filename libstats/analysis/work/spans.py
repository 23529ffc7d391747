"""How long each case of a process waited between two milestones: what turnaround, backlog and
worklist have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import duckdb

from libstats.analysis.work.cases import cases_sql
from libstats.definitions.processes import Process
from libstats.errors import AnalysisError

Moment = date | datetime | str
Unit = Literal["days", "hours", "open days"]
PARTS = {
    "branch": "branch",
    "kind": "kind",
    "source": "source",
    "month": "strftime(started_at, '%Y-%m')",
}
# the name of a part where nothing is asked to be parted
ALL = "all"

OPEN, DONE, GIVEN_UP, UNDETERMINABLE = 0, 1, 2, 3


def part_sql(by: str | None) -> str:
    """SQL: the part of the result that a case belongs to. Raises AnalysisError for an unknown one."""
    if by is None:
        return f"'{ALL}'"
    if by not in PARTS:
        raise AnalysisError(f"cases cannot be parted by {by!r}", f"Say one of: {', '.join(PARTS)}.")
    return PARTS[by]


def ends_of(process: Process, end: str | Sequence[str] | None) -> list[str]:
    """The milestones with which a wait ends: those asked for, else those of the process."""
    return list(process.done) if end is None else [end] if isinstance(end, str) else list(end)


def spans_sql(
    con: duckdb.DuckDBPyConnection,
    process: Process,
    start: str,
    ends: Sequence[str],
    *,
    unit: Unit = "days",
    calendar: str | None = None,
    within: str | None = None,
) -> str:
    """SQL for one row per case: source, case_id, branch, kind, started_at, ended_at, closed_at,
    state,
    waited.

    state   1 an end was reached; 2 given up and not taken up again; 3 a milestone behind the ends
            was reached without one of them, or an export says that the case is behind its end and
            not since when, so that the wait cannot be told; 0 open at $as_of
    waited  from start to the end, to giving up, or to $as_of, in the unit; whole days where only
            the day is known

    `within` as for `cases_sql`.
    """
    process.check(start, *ends)
    behind = _behind(process, ends)
    given_up = [m for m in process.given_up if m not in ends and m != start]
    wanted = list(dict.fromkeys([start, *ends, *behind, *given_up]))
    end = _first(ends)
    stopped = (
        f"greatest({', '.join(f'{m}_at' for m in given_up)}, null::timestamp)"
        if given_up
        else "null::timestamp"
    )
    passed = (
        f"least({', '.join(f'{m}_at' for m in behind)}, null::timestamp)"
        if behind
        else "null::timestamp"
    )
    state = f"case when end_at is not null then {DONE} when stopped_at >= last_at then {GIVEN_UP} when passed_at is not null{_or_past(process, ends)} then {UNDETERMINABLE} else {OPEN} end"
    days = " or ".join(f"coalesce({m}_day and {m}_at = ({end}), false)" for m in ends)
    return f"""
        select source, case_id, branch, kind, started_at, end_at as ended_at, closed_at, state,
            {waited_sql("started_at", "coalesce(closed_at, $as_of::timestamp)", "is_day", unit, calendar)} as waited
        from (
            select *, {state} as state, case {state} when {DONE} then end_at when {GIVEN_UP} then stopped_at end as closed_at
            from (
                select source, case_id, branch, kind, last_at, is_past, {start}_at as started_at, {start}_day or {days} as is_day, {end} as end_at, {stopped} as stopped_at, {passed} as passed_at
                from ({cases_sql(con, process, wanted, within=within)})))
    """


def _first(ends: Sequence[str]) -> str:
    return f"{ends[0]}_at" if len(ends) == 1 else f"least({', '.join(f'{m}_at' for m in ends)})"


def _behind(process: Process, ends: Sequence[str]) -> list[str]:
    """The milestones that come after the ends: who reached one of them has passed the end, recorded
    or not."""
    order = list(process.happening)
    last = max((order.index(m) for m in ends if m in order), default=len(order))
    return [m for m in order[last + 1 :] if m not in process.given_up]


def _or_past(process: Process, ends: Sequence[str]) -> str:
    """SQL: or the case is behind the end of its process; nothing where the wait is told to a
    milestone behind that end."""
    order = list(process.happening)
    until_end = order[: max(map(order.index, process.done)) + 1]
    return " or is_past" if set(ends) <= set(until_end) else ""


def waited_sql(since: str, until: str, is_day: str, unit: Unit, calendar: str | None = None) -> str:
    """SQL: the time between two moments in the unit; whole days where `is_day`. Raises
    AnalysisError for an unknown unit."""
    if unit == "open days":
        name = "'" + (calendar or "default").replace("'", "''") + "'"
        return f"open_days({since}, {until}, {name})::double"
    if unit not in ("days", "hours"):
        raise AnalysisError(f"there is no unit {unit!r}", "Say one of: days, hours, open days.")
    size, whole = (86_400, 1) if unit == "days" else (3_600, 24)
    return f"case when {is_day} then date_diff('day', ({since})::date, ({until})::date) * {whole}.0 else (epoch_us({until}) - epoch_us({since})) / {size}e6 end"


def settled(
    con: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation
) -> tuple[list[dict[str, Any]], duckdb.DuckDBPyRelation]:
    """A small result read once: its rows, and a relation that holds them."""
    names, types = relation.columns, relation.types
    rows = relation.fetchall()
    if not rows:
        return [], con.sql(
            "select "
            + ", ".join(f"null::{kind} as {name}" for name, kind in zip(names, types, strict=True))
            + " limit 0"
        )
    values = ", ".join(
        "(" + ", ".join(f"$p{i}_{j}" for j in range(len(names))) + ")" for i in range(len(rows))
    )
    params = {f"p{i}_{j}": value for i, row in enumerate(rows) for j, value in enumerate(row)}
    cast = ", ".join(
        f"c{j}::{kind} as {name}" for j, (name, kind) in enumerate(zip(names, types, strict=True))
    )
    aliases = ", ".join(f"c{j}" for j in range(len(names)))
    return [dict(zip(names, row, strict=True)) for row in rows], con.sql(
        f"select {cast} from (values {values}) as v({aliases})", params=params
    )

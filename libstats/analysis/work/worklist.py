"""Worklist: which cases need a hand today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from libstats.analysis.work.cases import Cases
from libstats.analysis.work.exported import known_milestones, newest_export
from libstats.analysis.work.spans import Spans, waited_sql
from libstats.analysis.work.statuses import NEVER, UNKNOWN
from libstats.declaration.raw import quoted
from libstats.definitions import coverage
from libstats.definitions.parameters import Calendar, Moment, ProcessName, Unit, asked
from libstats.definitions.processes import OTHERWISE, WELL, Process, process_of

LAST_TOLD = "when last told"
STANDINGS = ("late", "near", "in time", "paused", LAST_TOLD, "not known")
NEAR = 0.75  # of the goal: from there on a case is nearing it, as day five of seven
NEAR_DAYS = 3  # before its own due date, where a case has one


@asked
def worklist(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    as_of: Moment | None = None,
    goal_days: float | None = None,
    unit: Unit = "days",
    calendar: Calendar | None = None,
) -> duckdb.DuckDBPyRelation:
    """Which cases are open, how old are they against the goal, and what should happen next?

    Definition: a case is open if it has begun, and is neither done, nor given up for good, nor over
    by the word of an export. `late` is older than the goal, `near` older than three quarters of it.
    Of work with due days (loans), a case is `late` after its day and `near` within three days of
    it, whatever its age. A claim of an issue is made on its due day, and `late` from it on. One
    that is `paused` waits for nobody: its patron paused it. One that is `not known` may be open or
    over. Its status is a word that is declared nowhere, or it ended between two exports, of which
    `as_of` knows the first. While nothing says that it is over, a case is open `when last told` if
    the newest list lacks it. So it is if the log has left out its branch since. The same goes
    for every case if `as_of` is more than a day after all that its source's exports tell. Such
    a case is judged at the moment up to which it was told of.

    Parameters
    ----------
    con : an open connection
    process : a kind of work, as table `process` lists them
    as_of : the moment that ages are told for (if not given: the newest export, which knows no
        later)
    goal_days : the age by which a case should be done (if not given: each case's own due date,
        where it has one, else that of the process, or of [goals] in libstats.toml)
    unit, calendar : `days`, `hours`, or `open days` of a calendar in libstats.toml; the goal stays
        in days

    Returns one row per open case, the longest past its goal first, those that nobody waits for or
    knows of last: `standing` (late, near, in time, paused, when last told, not known), `handle`
    (what to look for: a barcode or a request's number), `location`, `branch`, `kind`,
    `last_milestone`, `last_at` (time), `next_step` (of those that the exports can tell; NULL if
    none), `age`, `left_days` (to the goal; negative when past), both in the unit, `due_at` (time;
    NULL where the process has none), `is_missing` (its copy is marked lost, missing or claimed: no
    matter of this list), `started_at` (time), `source`, `case_id`, `paused` (in the unit: the age
    is without it), `is_at_most` (it may have been paused for longer than is known, and be younger),
    `told_at` (time up to which it was told of; NULL where others were not told of later, nor
    `as_of` is). Raises AnalysisError as `turnaround` does.

    >>> libstats.worklist(con, "hold").columns[:2]
    ['standing', 'handle']
    """
    work = process_of(con, process)
    as_of = as_of or newest_export(con, work)
    goal = work.goal_days if goal_days is None else goal_days
    due, due_day = (f"{work.due}_at", f"{work.due}_day") if work.due else (NEVER, "false")
    own_goal = due if goal_days is None else NEVER
    started, now = f"{work.starts}_at", "coalesce(told_at, $as_of::timestamp)"
    age = f"{waited_sql(started, now, f'{work.starts}_day', unit, calendar)} - paused"
    left = waited_sql(now, "own_goal_at", due_day, unit, calendar)
    hours = 24 if unit == "hours" else 1
    near_days = NEAR_DAYS * hours
    coverage.ready(con)
    return con.sql(
        f"""
        with cases as ({_judged(con, work, as_of, unit, calendar)}),
        waiting as (
            select
                *,
                {_last_milestone(work)} as last_milestone
            from cases
            where {started} is not null and {_IS_LISTED}
        ),
        aged as (
            select
                *,
                {own_goal} as own_goal_at,
                {age} as age
            from waiting
        ),
        measured as (
            select
                *,
                case when own_goal_at is null then $goal - age else {left} end as left_days,
                case
                    when own_goal_at is null then $goal * {1 - NEAR}
                    else {near_days}
                end as near_days
            from aged
        )
        select
            case
                when outcome = '{UNKNOWN}' then 'not known'
                when told_at is not null then '{LAST_TOLD}'
                when is_paused then 'paused'
                when left_days < 0 {_begins(work)}then 'late'
                when left_days <= near_days then 'near'
                else 'in time'
            end as standing,
            handle,
            location,
            branch,
            kind,
            last_milestone,
            last_at,
            {_next_step(con, work)} as next_step,
            age,
            left_days,
            {due} as due_at,
            coalesce(missing = 'true', false) as is_missing,
            {started} as started_at,
            source,
            case_id,
            paused,
            is_at_most,
            told_at
        from measured
        order by standing in ('paused', '{LAST_TOLD}', 'not known'), left_days, source, case_id
        """,
        params={"as_of": str(as_of), "goal": float(goal) * hours},
    )


@asked
def worklist_left_out(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    as_of: Moment | None = None,
    **others: Any,
) -> duckdb.DuckDBPyRelation:
    """What did `worklist` not list, and why?

    Parameters as for `worklist`; those that do not change what is listed are taken and not used.
    Returns `reason` and `rows`, in cases, one row per reason, zero included.
    """
    work = process_of(con, process)
    as_of = as_of or newest_export(con, work)
    return con.sql(
        f"""
        with cases as (
            select
                *,
                {_IS_LISTED} as is_listed,
                outcome in ({_quoted(WELL)}) as is_done,
                outcome in ({_quoted(OTHERWISE)}) as is_given_up
            from ({_judged(con, work, as_of)})
        )
        select reason, rows
        from (
            select
                1 as place,
                'no record of {work.starts}, with which the wait begins' as reason,
                count(*) filter (where started_at is null) as rows
            from cases
            union all
            select
                2,
                'reached {" or ".join(work.done)}, or what comes after',
                count(*) filter (where started_at is not null and is_done)
            from cases
            union all
            select
                3,
                'given up',
                count(*) filter (where started_at is not null and is_given_up)
            from cases
            union all
            select
                4,
                'over, and nothing says how',
                count(*) filter (
                    where started_at is not null
                        and not (is_listed or is_done or is_given_up)
                )
            from cases
        )
        order by place
        """,
        params={"as_of": str(as_of)},
    )


# open, or nobody can tell
_IS_LISTED = f"outcome in ('open', '{UNKNOWN}')"


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(map(quoted, words))


def _judged(
    con: duckdb.DuckDBPyConnection,
    process: Process,
    as_of: Moment,
    unit: Unit = "days",
    calendar: str | None = None,
) -> str:
    """SQL: all that a worklist says of a case, and how it stands; the copies of cases that are over
    are not looked up."""
    spans = Spans(con, process, process.starts, process.done, as_of, unit, calendar)
    milestones = dict.fromkeys(
        [*spans.milestones, *process.happening, *filter(None, [process.due])]
    )
    about = ("handle", "location", "branch", "kind", "missing")
    ends = [m for m in (*process.done, *process.behind) if m not in process.given_up]
    return spans.judged(
        Cases(con, process, list(milestones), about=about, unless=ends, is_judged=True)
    )


def _begins(process: Process) -> str:
    """SQL: or its own due day has begun, where that is enough."""
    return "or (own_goal_at is not null and left_days <= 0) " if process.due_begins else ""


def _last_milestone(process: Process) -> str:
    """SQL: the milestone that a case reached last, of those of one moment the later one; or the one
    further on that its status marks."""
    reached = ", ".join(
        f"{{'at': {m}_at, 'place': {place}, 'name': '{m}'}}"
        for place, m in enumerate(process.happening)
    )
    dated = f"list_max(list_filter([{reached}], lambda m: m.at is not null)).name"
    order = f"[{_quoted(process.happening)}]"
    names = f"list_concat([{dated}], if(marked_by <= $as_of::timestamp, marks, null))"
    places = f"list_transform({names}, lambda m: list_position({order}, m))"
    return f"if(marks is null, {dated}, {order}[list_max({places})])"


def _next_step(con: duckdb.DuckDBPyConnection, process: Process) -> str:
    """SQL: what usually comes after the last milestone, of what the loaded exports can tell."""
    usual = [m for m in process.happening if m not in process.given_up and m not in process.aside]
    known = known_milestones(con, process).union(process.done)
    after = {
        m: next((n for n in usual[place + 1 :] if n in known), None)
        for place, m in enumerate(usual)
    }
    after |= {m: n if n in known else after.get(n) for m, n in process.aside.items()}
    cases = " ".join(f"when '{m}' then '{n}'" for m, n in after.items() if n)
    return f"case last_milestone {cases} end" if cases else "null::varchar"

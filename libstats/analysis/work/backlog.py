"""Backlog: what is between two milestones, over time."""

from __future__ import annotations

from typing import Any

import duckdb

from libstats.analysis.work.backlog_sums import COUNTS, Step, sums
from libstats.analysis.work.coverage_of_periods import OUTSIDE, PARTLY, STATE_WORDS, told_count
from libstats.analysis.work.spans import UNDETERMINABLE, Part, Spans
from libstats.analysis.work.told_together import together_sql
from libstats.definitions.parameters import Milestone, Milestones, Moment, ProcessName, asked
from libstats.definitions.parted import Parted, Sums


@asked
def backlog(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    since: Moment,
    until: Moment,
    start: Milestone | None = None,
    end: Milestones | None = None,
    every: Step = "week",
    by: Part | None = None,
) -> duckdb.DuckDBPyRelation:
    """How much work was waiting at the end of each period, how old was it, and how much came and
    went?

    Definition: a case waits at a moment if by then it had reached `start`, and had neither reached
    an `end` nor been given up for good. Ages are elapsed days from the start. Of some cases that
    are over nobody recorded when. Such a case waits until the last export that shows it open, and
    is over with the first that does not. Between the two it is undeterminable. What is known to be
    paused at a moment does not wait then. From one period to the next, `waiting`, `undeterminable`
    and `paused` together change by came - done - given_up - over. Some cases lack in the newest
    list, or the log has left out their branch since. While nothing says that such a case is over,
    it waited when last told of, and is undeterminable since.

    Parameters: as for `turnaround`; `every` is `day`, `week` (from Monday), `month`, `quarter` or
    `year`. The first period is the one that `since` lies in, the last one ends at `until`; the one
    in which the newest export lies ends with it. None is listed over a year from what is told.

    Returns one row per period and part, ordered: `period` (its first day), `part`, `came`, `done`,
    `given_up` (cases, within the period), `waiting` (cases, at its end), `median_age`, `oldest_age`
    (days, at its end; NULL where nothing waits), `ended_at` (time: the end of the period), `over`
    (cases, within the period, that ended by then at the latest: nobody knows when),
    `undeterminable` (cases, at its end, that may wait or be over), `paused` (cases, at its end),
    `coverage` (whole, partly, outside: what the exports tell of what waits at its end), `reason`
    (why not whole), `flow_coverage` (the same of what came and went within it). Outside a figure is
    NULL; what is told in part is at most the truth.
    Raises AnalysisError for an unknown process, milestone, period or part.

    >>> libstats.backlog(con, "hold", since="2026-01-01", until="2026-02-01").columns[:2]
    ['period', 'part']
    """
    return BACKLOG.ask(
        con,
        process=process,
        since=since,
        until=until,
        start=start,
        end=end,
        every=every,
        by=by,
    )


def _made(*, is_apart: bool = False, **_: Any) -> Sums:
    order = "order by period, part nulls last, age"
    return Sums(
        f"""
        with {together_sql("waiting_told", "period", "part", row="what waits is told")},
        {together_sql("came_told", "period", "part", row="what came is told")},
        {together_sql("went_told", "period", "part", row="what went is told")},
        period as (
            select
                period,
                max(ended_at) as ended_at
            from sums
            where row = 'period'
            group by period
        ),
        place as (
            select
                p.*,
                x.part,
                {_state("w", "v")} as state,
                case when w.period is null then v.reason else w.reason end as reason,
                {_state("c", "d")} as came_state,
                {_state("g", "h")} as went_state
            from period p
            cross join (
                select part from sums where row = 'part'
                union
                select part from waiting_told where part is not null
            ) x
            {_told_join("waiting_told", "w", "v")}
            {_told_join("came_told", "c", "d")}
            {_told_join("went_told", "g", "h")}
        ),
        counted as (
            select
                period,
                part,
                {", ".join(f"sum({name})::bigint as {name}" for name in COUNTS)}
            from sums
            where row in ('flow', 'waiting')
            group by period, part
        ),
        -- sorted once; a window without an order of its own goes by that of the rows
        age as (
            select
                *,
                sum(waiting) over ({order if is_apart else ""} rows unbounded preceding) as up_to
            from (
                select
                    period,
                    part,
                    age,
                    sum(waiting)::bigint as waiting
                from sums
                where row = 'waiting'
                group by all
                {order}
            )
        ),
        aged as (
            select
                period,
                part,
                sum(waiting) as n,
                max(up_to) - n as before,
                max(age) as oldest_age
            from age
            group by all
        ),
        middle as (
            select
                a.period,
                a.part,
                min(a.age) filter (where 2 * (a.up_to - g.before) >= g.n) as low,
                min(a.age) filter (where 2 * (a.up_to - g.before) > g.n) as high,
                (low + high) / 2 as median_age,
                any_value(g.oldest_age) as oldest_age
            from age a
            join aged g on g.period = a.period and g.part is not distinct from a.part
            group by a.period, a.part
        )
        select
            p.period,
            p.part,
            {told_count("p.came_state", "c.came")} as came,
            {told_count("p.went_state", "c.done")} as done,
            {told_count("p.went_state", "c.given_up")} as given_up,
            if(p.state = {OUTSIDE}, null, coalesce(c.waiting, 0) - coalesce(c.paused, 0))
                as waiting,
            if(p.state = {OUTSIDE}, null, m.median_age) as median_age,
            if(p.state = {OUTSIDE}, null, m.oldest_age) as oldest_age,
            p.ended_at,
            if(p.state = {OUTSIDE}, null, coalesce(c.over, 0)) as over,
            if(p.state = {OUTSIDE}, null, coalesce(c.undeterminable, 0)) as undeterminable,
            if(p.state = {OUTSIDE}, null, coalesce(c.paused, 0)) as paused,
            case p.state {STATE_WORDS} end as coverage,
            p.reason,
            case if(p.came_state = p.went_state, p.came_state, {PARTLY}) {STATE_WORDS} end
                as flow_coverage
        from place p
        left join counted c on c.period = p.period and c.part is not distinct from p.part
        left join middle m on m.period = p.period and m.part is not distinct from p.part
        order by p.period, p.part nulls last
        """,
        {},
    )


BACKLOG = Parted(sums, _made)


def _told_join(told: str, of_part: str, of_all: str) -> str:
    """SQL: how much is told of the part, and of all of it."""
    return f"""left join {told} {of_part}
                on {of_part}.period = p.period and {of_part}.part = x.part
            left join {told} {of_all} on {of_all}.period = p.period and {of_all}.part is null"""


def _state(of_part: str, of_all: str) -> str:
    """SQL: that of the part, else that of all: of a branch that no export is told apart by."""
    return f"coalesce({of_part}.state, {of_all}.state, {PARTLY})"


@asked
def backlog_left_out(
    con: duckdb.DuckDBPyConnection,
    process: ProcessName,
    *,
    since: Moment,
    until: Moment,
    start: Milestone | None = None,
    end: Milestones | None = None,
    **others: Any,
) -> duckdb.DuckDBPyRelation:
    """What did `backlog` not count, and why?

    Parameters as for `backlog`. Returns `reason` and `rows`, in cases, one row per reason, zero
    included.
    """
    spans = Spans.of(con, process, start=start, end=end)
    return con.sql(
        f"""
        with span as ({spans.sql()})
        select reason, rows
        from (
            select
                1 as place,
                'no record of {spans.start}, with which the wait begins' as reason,
                count(*) filter (where started_at is null) as rows
            from span
            union all
            select
                2,
                'counted, but between two moments: over without a record of when',
                count(*) filter (where state = {UNDETERMINABLE} and started_at is not null)
            from span
        )
        order by place
        """,
        params={"as_of": str(spans.as_of)},
    )

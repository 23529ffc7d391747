"""Backlog: what is between two milestones, over time."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb

from libstats.analysis.work.coverage_of_cases import parted_sql, told_sql, waiting_told_sql
from libstats.analysis.work.coverage_of_periods import (
    BEYOND,
    OUTSIDE,
    PARTLY,
    STATE_WORDS,
    told_count,
)
from libstats.analysis.work.pauses import none_sql, pauses_sql
from libstats.analysis.work.spans import (
    GIVEN_UP,
    OPEN,
    UNDETERMINABLE,
    Part,
    Spans,
    elapsed_sql,
    part_sql,
)
from libstats.analysis.work.statuses import UNKNOWN
from libstats.analysis.work.throughput import EVERY
from libstats.definitions import coverage
from libstats.definitions.parameters import (
    Milestone,
    Milestones,
    Moment,
    ProcessName,
    asked,
    one_of,
)

STEPS = {
    "day": "1 day",
    "week": "7 days",
    "month": "1 month",
    "quarter": "3 months",
    "year": "1 year",
}
Step = Annotated[str, one_of(STEPS, "there is no period {}")]


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
    spans = Spans.of(con, process, start=start, end=end)
    step, part = STEPS[every], part_sql(by)
    period = EVERY[every]
    started, closed = (period.replace("reached_at", at) for at in ("started_at", "closed_at"))
    first, last = _listed(con, period, since, until)
    age = elapsed_sql("s.started_at", "p.ended_at", "s.is_from_day")
    moments = {"since": first, "until": last, "as_of": str(spans.as_of)}
    ends = [*spans.ends, *spans.process.given_up]
    # added to moments of the clock, and so by the clock
    longest = f"""
        select if(
            max(epoch($as_of::timestamp - started_at)) filter (
                where state = {OPEN} and told_at is null
            ) > max(epoch(closed_at - started_at)),
            null,
            coalesce(max(epoch(closed_at - started_at)), 0)
        )
        from ({spans.sql()})"""
    return con.sql(
        f"""
        with span as materialized (
            select
                source,
                case_id,
                {part} as part,
                is_paused,
                is_from_day,
                started_at,
                closed_at,
                state,
                case
                    when state = {UNDETERMINABLE} then coalesce(not_before, started_at)
                    when told_at is not null then told_at
                    else coalesce(closed_at, 'infinity'::timestamp)
                end as waits_until,
                case
                    when told_at is not null then 'infinity'::timestamp
                    when state = {UNDETERMINABLE} and outcome <> '{UNKNOWN}'
                        then coalesce(not_after, $as_of::timestamp)
                    when state = {UNDETERMINABLE} then 'infinity'::timestamp
                end as over_by
            from ({spans.sql()})
            where started_at is not null
                and coalesce(closed_at, 'infinity'::timestamp) >= $since::timestamp
        ),
        period as materialized (
            select
                period::date as period,
                least(
                    period + interval {step},
                    $until::timestamp,
                    if(period < $as_of::timestamp, $as_of::timestamp, null)
                ) as ended_at
            from (
                select unnest(
                    range($since::timestamp, $until::timestamp, interval {step})
                ) as period
            )
        ),
        waiting_told as (
            with {waiting_told_sql(spans.process, spans.start, ends, "from period", longest)},
            {parted_sql(by)}
            from told_in
        ),
        came_told as (
            with {told_sql(spans.process, [spans.start], period)},
            {parted_sql(by)}
            from told_in
        ),
        went_told as (
            with {told_sql(spans.process, ends, period)},
            {parted_sql(by)}
            from told_in
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
                select distinct part from span
                union
                select part from waiting_told where part is not null
            ) x
            {_told_join("waiting_told", "w", "v")}
            {_told_join("came_told", "c", "d")}
            {_told_join("went_told", "g", "h")}
        ),
        waiting as (
            select
                p.period,
                s.part,
                count(*) as waiting,
                median({age}) as median_age,
                max({age}) as oldest_age
            from period p
            join span s
                on s.started_at < p.ended_at
                and s.waits_until >= p.ended_at
                and coalesce(s.over_by, 'infinity'::timestamp) > p.ended_at
            group by all
        ),
        paused as (
            select
                p.period,
                s.part,
                count(distinct (s.source, s.case_id)) as paused
            from period p
            join span s
                on s.started_at < p.ended_at
                and s.waits_until >= p.ended_at
                and coalesce(s.over_by, 'infinity'::timestamp) > p.ended_at
            left join ({pauses_sql(con, spans.process) or none_sql()}) h
                on h.source = s.source
                and h.case_id = s.case_id
                and h.from_at <= p.ended_at
                and h.to_at >= p.ended_at
            where h.case_id is not null
                or s.is_paused and p.ended_at = $as_of::timestamp
            group by all
        ),
        doubtful as (
            select
                p.period,
                s.part,
                count(*) filter (
                    where s.waits_until < p.ended_at and s.over_by > p.ended_at
                ) as undeterminable,
                count(*) filter (
                    where s.over_by <= p.ended_at
                        and (
                            s.over_by > p.period::timestamp
                            or s.started_at >= p.period::timestamp
                        )
                ) as over
            from period p
            join (from span where over_by is not null) s on s.started_at < p.ended_at
            group by all
        ),
        came as (
            select
                {started} as period,
                part,
                count(*) as came
            from span
            where started_at >= $since::timestamp and started_at < $until::timestamp
            group by all
        ),
        went as (
            select
                {closed} as period,
                part,
                count(*) filter (where state <> {GIVEN_UP}) as done,
                count(*) filter (where state = {GIVEN_UP}) as given_up
            from span
            where closed_at < $until::timestamp
            group by all
        )
        select
            p.period,
            p.part,
            {told_count("p.came_state", "c.came")} as came,
            {told_count("p.went_state", "g.done")} as done,
            {told_count("p.went_state", "g.given_up")} as given_up,
            if(p.state = {OUTSIDE}, null, coalesce(w.waiting, 0) - coalesce(h.paused, 0))
                as waiting,
            if(p.state = {OUTSIDE}, null, w.median_age) as median_age,
            if(p.state = {OUTSIDE}, null, w.oldest_age) as oldest_age,
            p.ended_at,
            if(p.state = {OUTSIDE}, null, coalesce(d.over, 0)) as over,
            if(p.state = {OUTSIDE}, null, coalesce(d.undeterminable, 0)) as undeterminable,
            if(p.state = {OUTSIDE}, null, coalesce(h.paused, 0)) as paused,
            case p.state {STATE_WORDS} end as coverage,
            p.reason,
            case if(p.came_state = p.went_state, p.came_state, {PARTLY}) {STATE_WORDS} end
                as flow_coverage
        from place p
        left join came c on c.period = p.period and c.part is not distinct from p.part
        left join went g on g.period = p.period and g.part is not distinct from p.part
        left join waiting w on w.period = p.period and w.part is not distinct from p.part
        left join paused h on h.period = p.period and h.part is not distinct from p.part
        left join doubtful d on d.period = p.period and d.part is not distinct from p.part
        order by p.period, p.part nulls last
        """,
        params=moments,
    )


def _listed(
    con: duckdb.DuckDBPyConnection, period: str, since: Moment, until: Moment
) -> tuple[str, str]:
    """From when to when periods are listed: no further than a year from what is told."""
    coverage.ready(con)
    first = period.replace(
        "reached_at",
        f"greatest($since::timestamp, coalesce(min(since), $since::timestamp) - {BEYOND})",
    )
    found = con.execute(
        f"""
        select
            ({first})::timestamp,
            least($until::timestamp, coalesce(max(until), $until::timestamp) + {BEYOND})
        from coverage
        """,
        {"since": str(since), "until": str(until)},
    ).fetchall()[0]
    return str(found[0]), str(found[1])


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

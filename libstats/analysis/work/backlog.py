"""Backlog: what is between two milestones, over time."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb

from libstats.analysis.work.pauses import none_sql, pauses_sql
from libstats.analysis.work.spans import GIVEN_UP, UNDETERMINABLE, Part, Spans, part_sql
from libstats.analysis.work.statuses import UNKNOWN
from libstats.analysis.work.throughput import EVERY
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

    Definition: a case is waiting at a moment if it had reached `start` by then and neither an `end`
    nor been given up for good. Ages are elapsed days from the start. A case that is over, and
    nobody recorded when, waits until the last export that shows it open and is over with the first
    that does not; between the two it is undeterminable. What is known to be paused at a moment does
    not wait then. `waiting`, `undeterminable` and `paused` together change from one period to the
    next by came - done - given_up - over.

    Parameters: as for `turnaround`; `every` is `day`, `week` (from Monday), `month`, `quarter` or
    `year`. The first period is the one that `since` lies in, the last one ends at `until` or, if
    that is earlier, with the newest export.

    Returns one row per period and part, ordered: `period` (its first day), `part`, `came`, `done`,
    `given_up` (cases, within the period), `waiting` (cases, at its end), `median_age`, `oldest_age`
    (days, at its end; NULL where nothing waits), `ended_at` (time: the end of the period), `over`
    (cases, within the period, that ended by then at the latest: nobody knows when),
    `undeterminable` (cases, at its end, that may wait or be over), `paused` (cases, at its end).
    Raises AnalysisError for an unknown process, milestone, period or part.

    >>> libstats.backlog(con, "hold", since="2026-01-01", until="2026-02-01").columns[:2]
    ['period', 'part']
    """
    spans = Spans.of(con, process, start=start, end=end)
    step, first = STEPS[every], EVERY[every].replace("reached_at", "$since::timestamp")
    started, closed = (
        EVERY[every].replace("reached_at", moment) for moment in ("started_at", "closed_at")
    )
    return con.sql(
        f"""
        with span as materialized (
            select
                source,
                case_id,
                {part_sql(by)} as part,
                is_paused,
                started_at,
                closed_at,
                state,
                case
                    when state = {UNDETERMINABLE} then coalesce(not_before, started_at)
                    else coalesce(closed_at, 'infinity'::timestamp)
                end as waits_until,
                case
                    when state = {UNDETERMINABLE} and outcome <> '{UNKNOWN}'
                        then coalesce(not_after, $as_of::timestamp)
                    when state = {UNDETERMINABLE} then 'infinity'::timestamp
                end as over_by
            from ({spans.sql()})
            where started_at is not null
                and coalesce(closed_at, 'infinity'::timestamp) >= {first}
        ),
        period as (
            select
                period::date as period,
                least(period + interval {step}, $until::timestamp, $as_of::timestamp) as ended_at
            from (
                select unnest(
                    range(
                        {first}::timestamp,
                        least($until::timestamp, $as_of::timestamp),
                        interval {step}
                    )
                ) as period
            )
        ),
        place as (
            select period.*, part
            from period, (select distinct part from span)
        ),
        waiting as (
            select
                p.period,
                s.part,
                count(*) as waiting,
                median(epoch(p.ended_at - s.started_at) / 86400) as median_age,
                max(epoch(p.ended_at - s.started_at) / 86400) as oldest_age
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
            where started_at >= {first} and started_at < least($until::timestamp, $as_of::timestamp)
            group by all
        ),
        went as (
            select
                {closed} as period,
                part,
                count(*) filter (where state <> {GIVEN_UP}) as done,
                count(*) filter (where state = {GIVEN_UP}) as given_up
            from span
            where closed_at < least($until::timestamp, $as_of::timestamp)
            group by all
        )
        select
            p.period,
            p.part,
            coalesce(c.came, 0) as came,
            coalesce(g.done, 0) as done,
            coalesce(g.given_up, 0) as given_up,
            coalesce(w.waiting, 0) - coalesce(h.paused, 0) as waiting,
            w.median_age,
            w.oldest_age,
            p.ended_at,
            coalesce(d.over, 0) as over,
            coalesce(d.undeterminable, 0) as undeterminable,
            coalesce(h.paused, 0) as paused
        from place p
        left join came c on c.period = p.period and c.part is not distinct from p.part
        left join went g on g.period = p.period and g.part is not distinct from p.part
        left join waiting w on w.period = p.period and w.part is not distinct from p.part
        left join paused h on h.period = p.period and h.part is not distinct from p.part
        left join doubtful d on d.period = p.period and d.part is not distinct from p.part
        order by p.period, p.part nulls last
        """,
        params={"since": str(since), "until": str(until), "as_of": str(spans.as_of)},
    )


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

"""What one store adds up of its backlog: who came and went in each period, and by age who waited at
its end."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.work.coverage_of_cases import parted_sql, told_sql, waiting_told_sql
from libstats.analysis.work.coverage_of_periods import BEYOND
from libstats.analysis.work.pauses import none_sql, pauses_sql
from libstats.analysis.work.spans import (
    GIVEN_UP,
    OPEN,
    UNDETERMINABLE,
    Grid,
    Spans,
    elapsed_sql,
    on_grid_sql,
    part_sql,
)
from libstats.analysis.work.statuses import UNKNOWN
from libstats.analysis.work.throughput import EVERY
from libstats.definitions import coverage
from libstats.definitions.parameters import Milestones, Moment, one_of
from libstats.definitions.parted import Sums

STEPS = {
    "day": "1 day",
    "week": "7 days",
    "month": "1 month",
    "quarter": "3 months",
    "year": "1 year",
}
Step = Annotated[str, one_of(STEPS, "there is no period {}")]
COUNTS = ("came", "done", "given_up", "waiting", "paused", "undeterminable", "over")
# SQL: at the end of period `p` the case `s` waits, or is paused
_WAITS = """s.started_at < p.ended_at
                and s.waits_until >= p.ended_at
                and coalesce(s.over_by, 'infinity'::timestamp) > p.ended_at"""


def sums(
    con: duckdb.DuckDBPyConnection,
    *,
    process: str,
    since: Moment,
    until: Moment,
    start: str | None = None,
    end: Milestones | None = None,
    every: str = "week",
    by: str | None = None,
    grid: Grid = "exact",
) -> Sums:
    """Rows `period` (period, ended_at), `part`, `flow` (period, part, counts), `waiting` (period,
    part, age, waiting), those of what is told (period, part, state, reason), and `store`."""
    spans = Spans.of(con, process, start=start, end=end)
    period = EVERY[every]
    started, closed = (period.replace("reached_at", at) for at in ("started_at", "closed_at"))
    first, last = _listed(con, period, since, until)
    age = elapsed_sql("s.started_at", "p.ended_at", "s.is_from_day")
    return Sums(
        f"""
        with {_spans(spans, STEPS[every], by)},
        {_told(spans, period, by)}
        select
            'period' as row,
            *
        from period
        union all by name
        select distinct
            'part' as row,
            part
        from span
        union all by name
        select
            'waiting' as row,
            p.period,
            s.part,
            {on_grid_sql(age, "ceil", "days", grid)} as age,
            count(*) as waiting
        from period p
        join span s on {_WAITS}
        group by all
        union all by name
        select
            'flow' as row,
            p.period,
            s.part,
            count(distinct (s.source, s.case_id)) as paused
        from period p
        join span s on {_WAITS}
        left join ({pauses_sql(con, spans.process) or none_sql()}) h
            on h.source = s.source
            and h.case_id = s.case_id
            and h.from_at <= p.ended_at
            and h.to_at >= p.ended_at
        where h.case_id is not null
            or s.is_paused and p.ended_at = $as_of::timestamp
        group by all
        union all by name
        select
            'flow' as row,
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
        union all by name
        select
            'flow' as row,
            {started} as period,
            part,
            count(*) as came
        from span
        where started_at >= $since::timestamp and started_at < $until::timestamp
        group by all
        union all by name
        select
            'flow' as row,
            {closed} as period,
            part,
            count(*) filter (where state <> {GIVEN_UP}) as done,
            count(*) filter (where state = {GIVEN_UP}) as given_up
        from span
        where closed_at < $until::timestamp
        group by all
        union all by name
        {_TOLD_ROWS}
        union all by name
        select 'store' as row
        """,
        {"since": first, "until": last, "as_of": str(spans.as_of)},
    )


def _spans(spans: Spans, step: str, by: str | None) -> str:
    """SQL: CTEs `span`, the cases with up to when each waits, and by when it is over at the latest;
    and `period`, each with its end."""
    return f"""span as materialized (
            select
                source,
                case_id,
                {part_sql(by)} as part,
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
        )"""


def _told(spans: Spans, period: str, by: str | None) -> str:
    """SQL: CTEs of how much is told of what waits, came and went (period, part, state, reason)."""
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
    return f"""waiting_told as (
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
        )"""


_TOLD_ROWS = """
        select
            'what waits is told' as row,
            *
        from waiting_told
        union all by name
        select
            'what came is told' as row,
            *
        from came_told
        union all by name
        select
            'what went is told' as row,
            *
        from went_told
"""


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

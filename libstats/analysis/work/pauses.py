"""When cases were paused: a hold that its patron suspended waits for nobody.

As far as a log, a day on which the pause ends, or successive lists show it; where a list says that
a case is paused and nothing says since when, its wait is told as "at most".
"""

from __future__ import annotations

import duckdb

from libstats.definitions.processes import Process

# What a pause began and ended with. A log wins over lists, for a case that it tells of. Of lists a
# case was paused from one that says so to the next that says so too, or to the day that it names;
# between one that says so and one that does not nobody knows more than the two moments.
_PAUSES = """
    with listed as (
        select
            h.source,
            h.hold_id as case_id,
            f.exported_at as told_at,
            max(h.is_suspended) as is_paused,
            max(h.suspended_until) as until_at
        from history.hold h
        join loaded_file f
            on f.shape = h.shape
            and f.seq >= h.from_seq
            and f.seq < coalesce(h.until_seq, 2147483647)
        semi join (from history.hold where is_suspended) s
            on s.source = h.source and s.hold_id = h.hold_id
        where f.is_active
            and f.exported_at <= $as_of::timestamp
            and list_contains(f.columns['hold'], 'is_suspended')
        group by h.source, h.hold_id, f.exported_at
    ),
    following as (
        select
            *,
            lead(told_at) over by_time as next_at,
            lead(is_paused) over by_time as is_next_paused
        from listed
        window by_time as (partition by source, case_id order by told_at)
    ),
    by_lists as (
        select
            source,
            case_id,
            told_at as from_at,
            case
                when next_at is null then least(until_at, $as_of::timestamp)
                when until_at is not null then greatest(least(until_at, next_at), told_at)
                when is_next_paused then next_at
                else told_at
            end as to_at,
            next_at is null and coalesce(until_at > $as_of::timestamp, true) as is_now
        from following
        where is_paused
    ),
    logged as (
        select
            source,
            case_id,
            told_at as from_at,
            coalesce(next_at, $as_of::timestamp) as to_at,
            next_at is null as is_now
        from (
            select
                source,
                record_id as case_id,
                happened_at as told_at,
                action,
                lead(happened_at) over (
                    partition by source, record_id
                    order by happened_at, action
                ) as next_at
            from (
                select
                    source,
                    record_id,
                    happened_at,
                    action
                from staff_event
                where module = 'HOLDS' and action in ('SUSPEND', 'RESUME')
                union all
                select
                    source,
                    case_id,
                    happened_at,
                    if(milestone = 'suspended', 'SUSPEND', 'RESUME')
                from milestone
                where process = 'hold' and milestone in ('suspended', 'resumed')
            )
            where record_id is not null and happened_at <= $as_of::timestamp
        )
        where action = 'SUSPEND'
    )
    select
        *,
        false as is_at_most
    from logged
    union all
    select
        *,
        true
    from by_lists anti join logged using (source, case_id)
"""


# a process of which nothing that is loaded tells a pause
_NONE = """
    select
        ''::varchar as source,
        ''::varchar as case_id,
        null::timestamp as from_at,
        null::timestamp as to_at,
        false as is_now,
        false as is_at_most
    limit 0
"""


def pauses_sql(con: duckdb.DuckDBPyConnection, process: Process) -> str | None:
    """SQL for one row per pause of a case: source, case_id, from_at, to_at, is_now (it lasts at
    $as_of), is_at_most (it may have been longer). None where nothing tells of any."""
    if process.name != "hold":
        return None
    found = con.execute(
        """
        select
            exists (from hold_ever where is_suspended)
                or exists (from history.hold where is_suspended)
                or exists (from staff_event where module = 'HOLDS' and action = 'SUSPEND')
                or exists (from milestone where process = 'hold' and milestone = 'suspended')
        """
    ).fetchall()
    return _PAUSES if found[0][0] else None


def none_sql() -> str:
    """SQL of no pause."""
    return _NONE


def paused_sql(cases: str, pauses: str, span: str) -> str:
    """SQL: the cases (with source, case_id, started_at, until_at and is_day) with how long each was
    paused between the two by `span` (SQL of from_at, to_at and is_day), is_paused (at $as_of) and
    is_at_most."""
    return f"""
        with judged as ({cases}),
        overlap as (
            select
                c.source,
                c.case_id,
                c.is_day,
                greatest(p.from_at, c.started_at) as from_at,
                least(p.to_at, c.until_at) as to_at,
                p.is_now and c.until_at >= $as_of::timestamp as is_now,
                p.is_at_most
            from judged c
            join ({pauses}) p on p.source = c.source and p.case_id = c.case_id
            where c.until_at >= p.from_at
        )
        select
            c.*,
            coalesce(o.paused, 0) as paused,
            coalesce(o.is_paused, false) as is_paused,
            coalesce(o.is_at_most, false) as is_at_most
        from judged c
        left join (
            select
                source,
                case_id,
                sum(case when to_at > from_at then {span} else 0 end) as paused,
                bool_or(is_now) as is_paused,
                bool_or(is_at_most) as is_at_most
            from overlap
            group by source, case_id
        ) o on o.source = c.source and o.case_id = c.case_id
    """

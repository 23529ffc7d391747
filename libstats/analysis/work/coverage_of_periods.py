"""How much of a period the loaded exports tell of: all, a part, nothing; and why not more."""

from __future__ import annotations

import duckdb

from libstats.definitions import coverage as definition
from libstats.definitions.parameters import Moment, asked

# How much of a cell (a period at a branch) is told of, as a number while it is worked out.
# SHOWN: no export tells of it as such, though some show cases of it: as much is told in part.
WHOLE, PARTLY, OUTSIDE, SHOWN = 2, 1, 0, -1
STATES = {WHOLE: "whole", PARTLY: "partly", OUTSIDE: "outside", SHOWN: "outside"}
# SQL, behind `case state`
STATE_WORDS = " ".join(f"when {number} then '{word}'" for number, word in STATES.items())
# SQL: the state of several cells together
TOGETHER = f"""case
                    when min(state) = max(state) or max(state) <= {OUTSIDE} then min(state)
                    else {PARTLY}
                end"""
# Beyond what is told, so long are periods still shown, to say that nothing is known of them.
BEYOND = "interval 12 months"
# A stretch that ends, or begins, so many days from its last or first event: the place closed then,
# or opened, and was not left out.
STILL_DAYS = 14

_CELLS = f"""
    stretch_island as (
        select
            *,
            sum(is_new::integer) over (
                partition by source, branch, what
                order by since, until
            ) as island
        from (
            select
                *,
                coalesce(
                    since > max(until) over (
                        partition by source, branch, what
                        order by since, until
                        rows between unbounded preceding and 1 preceding
                    ),
                    true
                ) as is_new
            from stretch
            where not is_partial
        )
    ),
    told as (
        select
            source,
            branch,
            what,
            false as is_partial,
            min(since) as since,
            max(until) as until,
            min(first_on) as first_on,
            max(last_on) as last_on
        from stretch_island
        group by source, branch, what, island
        union all
        select source, branch, what, true, since, until, first_on, last_on
        from stretch
        where is_partial
    ),
    known as (
        select
            source,
            branch,
            what,
            min(since) as since,
            max(until) as until,
            min(first_on) as first_on,
            max(last_on) as last_on,
            max(selection) as selection
        from stretch
        group by all
    ),
    told_of as (
        select source, min(since) as since, max(until) as until
        from ({{told}})
        group by source
    ),
    month as (
        {{periods}}
    ),
    measured_cell as (
        select
            k.source,
            k.branch,
            k.what,
            m.period,
            any_value(m.starts_at) as starts_at,
            any_value(m.ends_at) as ends_at,
            coalesce(sum(
                epoch(least(t.until, m.ends_at)) - epoch(greatest(t.since, m.starts_at))
            ) filter (where not t.is_partial), 0) as seconds,
            min(greatest(t.since, m.starts_at)) filter (where not t.is_partial) as told_since,
            max(least(t.until, m.ends_at)) filter (where not t.is_partial) as told_until,
            count(t.source) as stretches,
            any_value(k) as known,
            any_value(o) as told_of
        from known k
        join told_of o on o.source = k.source
        cross join month m
        left join told t
            on t.source = k.source
            and t.branch is not distinct from k.branch
            and t.what = k.what
            and t.since < m.ends_at
            and t.until > m.starts_at
            -- a month that it reaches into before its first event or behind its last, over days
            -- with shut doors or to the hour of its export, it tells nothing of
            and not coalesce(t.since > m.starts_at and t.first_on >= m.ends_at, false)
            and not coalesce(t.until < m.ends_at and t.last_on < m.starts_at, false)
        group by k.source, k.branch, k.what, m.period
    ),
    told_cell as (
        select
            source,
            branch,
            what,
            period,
            told_since::date as first_day,
            (told_until - interval 1 microsecond)::date as last_day,
            case
                when seconds >= epoch(ends_at) - epoch(starts_at) then {WHOLE}
                when stretches > 0 then {PARTLY}
                when known.since is null then {SHOWN}
                else {OUTSIDE}
            end as state,
            case
                when seconds >= epoch(ends_at) - epoch(starts_at) then null
                when stretches > 0 and seconds = 0
                    then 'told in part'
                        || coalesce(': ' || known.selection, '')
                        || ', so there may be more'
                when stretches > 0 and seconds = epoch(told_until) - epoch(told_since)
                    then concat_ws(
                        ' and ',
                        case
                            when told_since > starts_at
                                then strftime(told_since, 'told of from %Y-%m-%d on')
                        end,
                        case
                            when told_until < ends_at
                                then strftime(told_until, 'told of up to %Y-%m-%d %H:%M')
                        end
                    )
                when stretches > 0
                    then 'told of for '
                        || round(seconds / 86400, 1)
                        || ' of '
                        || round((epoch(ends_at) - epoch(starts_at)) / 86400, 1)
                        || ' days'
                when starts_at >= known.until
                    then strftime(known.until, 'the exports tell of it only up to %Y-%m-%d %H:%M')
                when ends_at <= known.since
                    then strftime(known.since, 'the exports tell of it only from %Y-%m-%d on')
                when known.since is null
                    then 'no export tells of it as such, so there may be more than is shown'
                else 'exports that tell of it are missing'
            end as reason
        from measured_cell
        -- what closed or opened has no figures after or before, if the source goes on
        where not coalesce(
            stretches = 0
            and starts_at >= known.until
            and known.until < told_of.until
            and (
                known.until > known.last_on + interval {STILL_DAYS} days
                or starts_at > known.until + {BEYOND}
            )
            or stretches = 0
            and ends_at <= known.since
            and known.since > told_of.since
            and (
                known.since < known.first_on - interval {STILL_DAYS} days
                or ends_at < known.since - {BEYOND}
            ),
            false
        )
    )
"""


def listed(period: str) -> str:
    """SQL: the periods of $since to $until, as `cells` takes them; `period` is SQL over
    `reached_at`."""
    return f"""
        select
            {period} as period,
            greatest(min(reached_at), $since::timestamp) as starts_at,
            least(max(reached_at) + interval 1 day, $until::timestamp) as ends_at
        from unnest(
            generate_series(
                date_trunc('day', greatest($since::timestamp, ({{first}}) - {{beyond}})),
                date_trunc('day', least(
                    $until::timestamp - interval 1 microsecond,
                    ({{last}}) + {{beyond}}
                )),
                interval 1 day
            )
        ) r(reached_at)
        group by all
    """


_MONTHS = listed("date_trunc('month', reached_at)::date")


def told_count(state: str, count: str) -> str:
    """SQL: a count, 0 where there is none, as far as it is told; NULL outside."""
    is_told = f"{state} > {OUTSIDE} or {count} > 0 and {state} = {SHOWN}"
    return f"case when {is_told} then coalesce({count}, 0) end"


def cells(periods: str = _MONTHS, told: str = "from known") -> str:
    """SQL: CTEs from `stretch` (source, branch, what, since, until, is_partial, selection,
    first_on, last_on) to `told_cell` (source, branch, what, period, first_day, last_day, state,
    reason), a row a period of $since to $until; the days are the first and last of it that are
    told of.

    `periods` is SQL that lists these (period, starts_at, ends_at), no further than {beyond} from
    {first} and {last}, the first and last moment that is `told`: SQL of source, since and until.
    """
    return _CELLS.format(
        told=told,
        periods=periods.format(
            first="select min(since) from told_of",
            last="select max(until) from told_of",
            beyond=BEYOND,
        ),
    )


@asked
def coverage(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment
) -> duckdb.DuckDBPyRelation:
    """What do the loaded exports tell of, month by month, and what not?

    Definition: a month is whole where the view `coverage` has all of it (see
    libstats/definitions/coverage.py), outside where it has nothing of it, else partly told of: a
    count is then at most the truth. A month further than a year from what is told is not listed.

    Parameters: since, until : the period, since <= moment < until.

    Returns one row per `source`, `table_name`, `event`, `branch` (NULL: the source as a whole) and
    `period` (first day of the month), ordered: `state` (whole, partly, outside), `reason` (why not
    whole, in words).

    >>> libstats.coverage(con, since="2026-01-01", until="2026-02-01").columns[-2:]
    ['state', 'reason']
    """
    definition.ready(con)
    return con.sql(
        f"""
        with stretch as (
            select
                source,
                branch,
                {{'table_name': table_name, 'event': event}} as what,
                since,
                until,
                is_partial,
                selection,
                first_on,
                last_on
            from coverage
        ),
        {cells()}
        select
            source,
            what.table_name as table_name,
            what.event as event,
            branch,
            period,
            case state {STATE_WORDS} end as state,
            reason
        from told_cell
        order by source, table_name, event, branch nulls first, period
        """,
        params={"since": str(since), "until": str(until)},
    )

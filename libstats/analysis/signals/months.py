"""The months of a series: what was done on how many open days, and which months are no points."""

from __future__ import annotations

MASS, MASS_TIMES = 100, 20  # a day with so many, and so many times the median day's, is a bulk load
WHOLE_LIBRARY = "default"  # the calendar of all branches without one of their own
OPEN_ENOUGH = 0.5  # of the days on which it is usually open

# What is counted by day, in `daily` (branch, day, cases), and what is told of each month, in
# `month_told` (branch, period, coverage, reason), by branch or of all together (NULL). A day of a
# bulk load is left out with what was done on it. Days are open days of the branch's calendar, of
# the library's else; where there is neither, all days.
MONTHS = f"""
    usual_day as (
        select
            branch,
            median(cases) as cases
        from daily
        where cases > 0
        group by branch
    ),
    marked as (
        select
            d.*,
            d.cases >= {MASS} and d.cases >= {MASS_TIMES} * u.cases as is_mass
        from daily d
        join usual_day u on u.branch is not distinct from d.branch
    ),
    month_count as (
        select
            branch,
            date_trunc('month', day)::date as period,
            coalesce(sum(cases) filter (where not is_mass), 0)::bigint as amount,
            list(day order by day) filter (where is_mass) as mass_days,
            coalesce(sum(cases) filter (where is_mass), 0)::bigint as mass
        from marked
        group by all
    ),
    place as (
        select distinct
            branch,
            if(
                branch in (select part from sums where row = 'calendar'),
                branch,
                '{WHOLE_LIBRARY}'
            ) as calendar
        from month_told
    ),
    open_day as (
        select distinct
            p.branch,
            o.period as day
        from place p
        join (from sums where row = 'open') o on o.part = p.calendar
    ),
    known_place as (
        select distinct
            branch,
            true as has_calendar
        from open_day
    ),
    month_day as (
        select
            t.branch,
            t.period,
            d.day::date as day
        from (select distinct branch, period from month_told) t
        cross join unnest(generate_series(
            t.period::timestamp,
            t.period::timestamp + interval 1 month - interval 1 day,
            interval 1 day
        )) d(day)
    ),
    month_days as (
        select
            m.branch,
            m.period,
            k.has_calendar,
            count(*) filter (
                where (k.has_calendar is null or o.day is not null)
                    and not coalesce(list_contains(c.mass_days, m.day), false)
            ) as days
        from month_day m
        left join known_place k on k.branch is not distinct from m.branch
        left join open_day o on o.branch is not distinct from m.branch and o.day = m.day
        left join month_count c
            on c.branch is not distinct from m.branch and c.period = m.period
        group by all
    ),
    usual_month as (
        select
            branch,
            median(days) as days
        from month_days
        group by branch
    ),
    month_point as (
        select
            t.branch,
            t.period,
            if(t.coverage = 'outside', null, coalesce(c.amount, 0)) as amount,
            d.days,
            if(d.has_calendar, 'open day', 'day') as per,
            case
                when t.coverage <> 'whole'
                    then coalesce(t.reason, 'nothing that is loaded tells how much of it is told')
                when d.days < {OPEN_ENOUGH} * u.days
                    then 'open on ' || d.days || ' days, usually on ' || round(u.days)::bigint
            end as left_out,
            if(
                c.mass > 0,
                c.mass
                    || ' of '
                    || array_to_string(list_transform(c.mass_days, lambda x: x::varchar), ', ')
                    || ' left out as a bulk load',
                null
            ) as note
        from month_told t
        join month_days d on d.branch is not distinct from t.branch and d.period = t.period
        join usual_month u on u.branch is not distinct from t.branch
        left join month_count c on c.branch is not distinct from t.branch and c.period = t.period
    )
    select
        * exclude (left_out, note),
        null::double as decided,
        if(left_out is null, amount / nullif(days, 0), null) as value,
        left_out,
        note
    from month_point
    order by branch nulls first, period
"""

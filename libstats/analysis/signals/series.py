"""The monthly series of a library: what is counted or waited for in each month, and which months
are no points, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from libstats.analysis.circulation import days_sql
from libstats.analysis.coverage_of_use import use_told_sql
from libstats.analysis.work.coverage_of_periods import STATE_WORDS, WHOLE
from libstats.analysis.work.throughput import throughput
from libstats.definitions import coverage
from libstats.wording import Row, records

MASS, MASS_TIMES = 100, 20  # a day with so many, and so many times the median day's, is a bulk load
OPEN_ENOUGH = 0.5  # of the days on which it is usually open
USES = {
    "checkouts": "checkouts",
    "renewals": "renewals_by_staff + renewals_by_patron + renewals_automatic + renewals_unknown"
    " + renewals_undated",
    "in_house_uses": "in_house_uses",
}

# What is counted by day, in `daily` (branch, day, cases), and what is told of each month, in
# `month_told` (branch, period, coverage, reason), by branch or of all together (NULL). A day of a
# bulk load is left out with what was done on it. Days are open days of the branch's calendar, of
# the library's else; where there is neither, all days.
_MONTHS = f"""
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
        select
            branch,
            case
                when branch in (select calendar from calendar_day) then branch
                when 'default' in (select calendar from calendar_day) then 'default'
            end as calendar
        from month_told
        group by branch
    ),
    open_day as (
        select
            p.branch,
            c.day
        from place p
        join calendar_day c on c.calendar = p.calendar
        where c.is_open
        union
        -- without a calendar of its own the library is open where one of its branches is
        select
            p.branch,
            c.day
        from place p
        join calendar_day c on c.calendar in (select unnest($branches::varchar[]))
        where p.calendar is null and p.branch is null and c.is_open
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


@dataclass(frozen=True)
class Asked:
    """What a series is of, and of which whole months: since <= month < until."""

    con: duckdb.DuckDBPyConnection
    process: str | None
    kind: str | None
    is_by_branch: bool
    since: date
    until: date

    @property
    def period(self) -> dict[str, Any]:
        """The period as analyses take it."""
        return {"since": self.since, "until": self.until}


def of_use(asked: Asked, measure: str) -> list[Row]:
    """Checkouts, renewals or uses inside the library, by month: a row a branch and month, also of
    months that are no points."""
    coverage.ready(asked.con)
    branch = "branch" if asked.is_by_branch else "null::varchar"
    reason = "t.reason" if asked.is_by_branch else "concat_ws(': ', t.branch, t.reason)"
    place = "t.branch is not null" if asked.is_by_branch else "t.branch is not null or c.has_any"
    sql = f"""
        {days_sql("checkout_branch")},
        {use_told_sql(at_desk=True)},
        daily as (
            select
                {branch} as branch,
                day,
                sum({USES[measure]})::bigint as cases
            from day_count
            group by all
        ),
        counted_place as (
            select distinct
                branch,
                date_trunc('month', day)::date as period,
                true as has_any
            from day_count
        ),
        month_told as (
            select
                {"t.branch" if asked.is_by_branch else branch} as branch,
                t.period,
                case
                    when min(t.states['{measure}']) = max(t.states['{measure}'])
                        then case min(t.states['{measure}']) {STATE_WORDS} end
                    else 'partly'
                end as coverage,
                min({reason}) filter (where t.states['{measure}'] < {WHOLE}) as reason
            from place_told t
            left join counted_place c
                on c.branch is not distinct from t.branch and c.period = t.period
            where {place}
            group by all
        ),
        {_MONTHS.lstrip()}
    """
    return _asked(asked, sql)


def of_done(asked: Asked) -> list[Row]:
    """Cases that were done, by month. Of months without a row that lie between others nothing was
    done."""
    by = {"by": "branch"} if asked.is_by_branch else {}
    given = {**asked.period, **by}
    process = asked.process or ""
    daily = throughput(asked.con, process, every="day", **given)
    monthly = throughput(asked.con, process, every="month", **given)
    branch = "part" if asked.is_by_branch else "null::varchar"
    rows = [*zip(*daily.project(f"{branch}, period, cases").fetchall(), strict=True)]
    told = [*zip(*monthly.project(f"{branch}, period, coverage, reason").fetchall(), strict=True)]
    sql = f"""
        with daily as (
            select
                unnest($daily_branch::varchar[]) as branch,
                unnest($day::date[]) as day,
                unnest($cases::bigint[]) as cases
        ),
        told as (
            select
                unnest($told_branch::varchar[]) as branch,
                unnest($period::date[]) as period,
                unnest($coverage::varchar[]) as coverage,
                unnest($reason::varchar[]) as reason
        ),
        every_month as (
            select
                branch,
                unnest(generate_series(
                    min(period)::timestamp, max(period)::timestamp, interval 1 month
                ))::date as period
            from told
            {"where branch is not null" if asked.is_by_branch else ""}
            group by branch
        ),
        month_told as (
            select
                m.branch,
                m.period,
                coalesce(t.coverage, 'whole') as coverage,
                t.reason
            from every_month m
            left join told t on t.branch is not distinct from m.branch and t.period = m.period
        ),
        {_MONTHS.lstrip()}
    """
    names = ("daily_branch", "day", "cases"), ("told_branch", "period", "coverage", "reason")
    given_lists: dict[str, Any] = {}
    for keys, columns in zip(names, (rows, told), strict=True):
        lists = map(list, columns) if columns else ([] for _ in keys)
        given_lists |= dict(zip(keys, lists, strict=True))
    return _asked(asked, sql, given_lists)


def _asked(asked: Asked, sql: str, lists: dict[str, Any] | None = None) -> list[Row]:
    branches = asked.con.execute(
        """
        select distinct calendar
        from calendar_day
        where calendar in (select code from code where list = 'branch')
            or calendar in (select branch from coverage)
        order by all
        """
    ).fetchall()
    params: dict[str, Any] = {"branches": [name for (name,) in branches], **(lists or {})}
    if lists is None:
        params |= {name: str(day) for name, day in asked.period.items()}
    return records(asked.con.sql(sql, params=params))

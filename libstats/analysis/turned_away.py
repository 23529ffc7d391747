"""Who was turned away from electronic resources, as their publishers count it."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.eresources import REPORTED, whole_months
from libstats.definitions.parameters import Day, asked, one_of

__all__ = ["DENIALS", "TOO_MANY", "UNLICENSED", "left_out", "turned_away"]

TOO_MANY, UNLICENSED = "too many at once", "no licence"
# SQL: the period of a row
PARTS = {
    "title": "'all'",
    "platform": "'all'",
    "month": "strftime(month, '%Y-%m')",
}
By = Annotated[str, one_of(PARTS, "who was turned away cannot be parted by {}")]
# The metrics that say so, of releases 5 and 4, and what each says.
DENIALS = {
    "Limit_Exceeded": TOO_MANY,
    "No_License": UNLICENSED,
    "Access denied: concurrent/simultaneous user licence limit exceeded": TOO_MANY,
    "Access denied: content item not licenced": UNLICENSED,
}
# The reports that list nothing else: a month of them without a count is one of nobody.
DENIAL_REPORTS = ("TR_J2", "TR_B2", "DR_D2", "JR2", "BR3", "BR4", "DB2")
_DENIAL = """
        denial as (
            select unnest($metrics) as metric, unnest($reasons) as reason
        )"""
_GIVEN = {"metrics": list(DENIALS), "reasons": list(DENIALS.values())}


@asked
def turned_away(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day, by: By = "title"
) -> duckdb.DuckDBPyRelation:
    """How often was somebody turned away, from what, and why?

    Definition: the denials of COUNTER reports: too many at once (Limit_Exceeded), or no licence
    (No_License); of release 4 what it calls these. Who tries again counts again. A month is told
    where a report tells all of it. Outside of that a figure is NULL, never 0. Reports and releases
    overlap, as a master report and its views do: they are never added up.

    Parameters
    ----------
    con : an open connection
    since, until : first days of months, since <= month < until
    by : title (or database), platform or month

    Returns one row per `platform`, `report`, `release`, `narrowed_to` (filters of the report; NULL:
    none), `institution`, `reason` (too many at once, no licence), `part` (NULL: no name is told)
    and `source`, for the reports that tell of any month asked for. Of titles those from which
    anybody was turned away, then or a year before, the most first; else ordered by these: `times`
    (denials; NULL where not all months are told), `times_told` (in those that are),
    `times_a_year_before` (in the same months of the year before; NULL where not all of them are
    told), `months`, `months_told`, `why_unknown` (which months are not told, and why),
    `licence_id`, `term_starts_on`, `term_ends_on` (of the newest licence of these months that is
    named after the title, else after the platform; NULL: none is).

    >>> libstats.turned_away(con, since="2026-01-01", until="2026-11-01").columns[:3]
    ['platform', 'report', 'release']
    """
    period = PARTS[by]
    return con.sql(
        f"""
        with
        {REPORTED},
        {_DENIAL},
        turned as (
            select u.line, d.reason, i.name, u.month, sum(u.uses)::bigint as times
            from line_use u
                join denial d using (metric)
                left join usage_item i
                    on i.source = u.source and i.usage_item_id = u.usage_item_id
            group by all
        ),
        asked as (
            select unnest(generate_series(
                $since::date, $until::date - interval 1 day, interval 1 month
            ))::date as month
        ),
        thing as (
            select distinct l.line, d.reason, null::varchar as name
            from report_line l, denial d
            where $by <> 'title'
                and (list_contains($reports, l.report)
                    or (l.line, d.reason) in (select (line, reason) from turned))
            union all
            select distinct line, reason, name
            from turned
            where $by = 'title'
        ),
        stands as (
            select
                l.line,
                a.month,
                coalesce(m.state in ('told', 'no use'), false) as is_told,
                coalesce(b.state in ('told', 'no use'), false) as is_told_before,
                coalesce(m.state, m.answer, 'no report') as standing
            from (select distinct line from thing) l
                cross join asked a
                left join line_month m using (line, month)
                left join line_month b
                    on b.line = l.line and b.month = a.month - interval 12 month
            where l.line in (select line from line_month join asked using (month))
        ),
        -- the period of a row: a month of which it tells, else all of them
        stood as (
            select
                line,
                {period} as period,
                count(*) as months,
                count(*) filter (where is_told) as months_told,
                bool_and(is_told_before) as is_told_before
            from stands
            group by all
        ),
        untold as (
            select line, period, string_agg(why, '; ' order by why) as why_unknown
            from (
                select
                    line,
                    {period} as period,
                    standing || ': ' || string_agg(strftime(month, '%Y-%m'), ', ' order by month)
                        as why
                from stands
                where not is_told
                group by line, period, standing
            )
            group by all
        ),
        counted as (
            select
                line,
                {period} as period,
                reason,
                if($by = 'title', name, null) as name,
                coalesce(sum(times) filter (where is_now and is_told), 0)::bigint as times,
                coalesce(sum(times) filter (where not is_now), 0)::bigint as times_before
            from (
                select s.line, s.month, s.is_told, n.reason, n.name, n.times, true as is_now
                from turned n join stands s using (line, month)
                union all
                select s.line, s.month, s.is_told, n.reason, n.name, n.times, false
                from turned n
                    join stands s on s.line = n.line and s.month = n.month + interval 12 month
            )
            group by all
        ),
        term as (
            select
                lower(resource) as opens,
                licence_id,
                starts_on,
                ends_on
            from licence
            where starts_on < $until::date and ends_on >= $since::date
            qualify row_number() over (
                partition by lower(resource)
                order by ends_on desc, starts_on desc, licence_id, source
            ) = 1
        )
        select
            l.platform,
            l.report,
            l.release,
            l.narrowed_to,
            l.institution,
            t.reason,
            if($by = 'title', t.name, s.period) as part,
            case when s.months_told = s.months then coalesce(c.times, 0) end as times,
            case when s.months_told > 0 then coalesce(c.times, 0) end as times_told,
            case when s.is_told_before then coalesce(c.times_before, 0) end
                as times_a_year_before,
            s.months,
            s.months_told,
            u.why_unknown,
            coalesce(n.licence_id, p.licence_id) as licence_id,
            if(n.opens is not null, n.starts_on, p.starts_on) as term_starts_on,
            if(n.opens is not null, n.ends_on, p.ends_on) as term_ends_on,
            l.source
        from thing t
            join stood s using (line)
            join report_line l using (line)
            left join counted c
                on c.line = t.line
                and c.period = s.period
                and c.reason = t.reason
                and c.name is not distinct from t.name
            left join untold u on u.line = s.line and u.period = s.period
            left join term n on n.opens = lower(t.name)
            left join term p on p.opens = lower(l.platform)
        where $by <> 'title'
            or (c.times > 0 and s.months_told > 0)
            or (c.times_before > 0 and s.is_told_before)
        order by if($by = 'title', times_told, null) desc nulls last,
            lower(l.platform) nulls last, l.report, l.release, l.narrowed_to, l.institution,
            t.reason, part nulls last, l.provider, l.source
        """,
        params={
            **whole_months(since, until),
            "by": by,
            "reports": list(DENIAL_REPORTS),
            **_GIVEN,
        },
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day, by: By = "title"
) -> duckdb.DuckDBPyRelation:
    """Which counts of reports did `turned_away` leave out, and why?

    Parameters as for it. Returns `reason` and `rows` (counts), zero included.
    """
    return con.sql(
        f"""
        with
        {_DENIAL},
        judged as (
            select
                u.metric in (select metric from denial) as is_denial,
                u.month >= $since::date and u.month < $until::date as is_within,
                coalesce(r.state in ('told', 'no use'), false) as is_told
            from usage u left join usage_report r using (source, usage_report_id)
        )
        select
            'of use' as reason,
            count(*) filter (where is_denial is not true) as rows
        from judged
        union all
        select
            'of another month',
            count(*) filter (where is_denial and is_within is not true)
        from judged
        union all
        select
            'of a month that is not whole',
            count(*) filter (where is_denial and is_within and not is_told)
        from judged
        """,
        params={**whole_months(since, until), **_GIVEN},
    )

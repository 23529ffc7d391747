"""Use of electronic resources, as their publishers count it by COUNTER's rules."""

from __future__ import annotations

from datetime import date

import duckdb

from libstats.definitions.parameters import Day, asked
from libstats.errors import AnalysisError

__all__ = ["REPORTED", "eresource_use", "left_out", "whole_months"]

# report_line: a report of a platform, by release, institution and what it was narrowed to; what a
# report without rows says counts for the one platform of which who made it tells.
# line_month: how each of its months stands. line_use: its counts by thing and metric.
REPORTED = """
        kind_of_report as (
            select
                *,
                concat_ws(
                    chr(31),
                    source,
                    report,
                    release,
                    lower(coalesce(institution, '')),
                    coalesce(narrowed_to, '')
                ) as kind_of_line,
                coalesce(provider, '') as maker
            from usage_report
        ),
        spelled as (
            select
                *,
                case
                    when platform is not null then kind_of_line || chr(31) || lower(platform)
                    -- who made it tells of no platform at all: it stands for itself
                    when not bool_or(platform is not null) over (partition by kind_of_line, maker)
                    then kind_of_line || chr(31) || chr(31) || lower(maker)
                end as line
            from kind_of_report
        ),
        report_line as (
            select
                line,
                any_value(kind_of_line) as kind_of_line,
                any_value(source) as source,
                any_value(report) as report,
                any_value(release) as release,
                any_value(narrowed_to) as narrowed_to,
                arg_max(platform, month) as platform,
                arg_max(institution, month) as institution,
                arg_max(provider, month) as provider
            from spelled
            where line is not null
            group by line
        ),
        provider_line as (
            select kind_of_line, maker, min(line) as line
            from spelled
            where platform is not null
            group by all
            having count(distinct line) = 1
        ),
        line_month as (
            select
                line,
                month,
                -- what the platform's own report told goes before one that names none
                coalesce(min(state) filter (where state <> 'no use'), min(state)) as state,
                max(answer) as answer
            from (
                select line, month, state, answer
                from spelled
                where line is not null
                union all
                select p.line, s.month, s.state, s.answer
                from spelled s join provider_line p using (kind_of_line, maker)
                where s.line is null
            )
            group by all
        ),
        line_use as (
            select r.line, r.source, u.usage_item_id, u.metric, u.month, u.uses
            from usage u join spelled r using (source, usage_report_id)
            where r.line is not null
        )"""


@asked
def eresource_use(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day
) -> duckdb.DuckDBPyRelation:
    """How much was each electronic resource used, as its publisher counts it?

    Definition: the counts of COUNTER reports, by platform, report, release and metric. These
    overlap and are never added up: neither metrics, nor releases, nor a master report and its
    views. A month is whole where a report tells it, or says that there was no use. Where one of
    the months is not, `uses` is NULL.

    Parameters
    ----------
    con : an open connection
    since, until : first days of months, since <= month < until

    Returns one row per `platform` (NULL: reports without rows, of a provider that names none),
    `report` (such as TR_J1), `release` (of COUNTER's rules), `narrowed_to` (filters by which
    something was left out; NULL: none), `institution`, `metric` (NULL: none was ever told of it)
    and `source`, ordered by these, for the reports that tell of any month of the period: `provider`
    (who made the newest), `uses` (counts; NULL where not all months are told), `uses_told` (in the
    months that are), `months`, `months_told`, `why_unknown` (which months are not told, and why),
    `survey` (what the surveys of ACRL and IPEDS ask for by it: e-books, e-media, e-serials).

    >>> libstats.eresource_use(con, since="2026-01-01", until="2026-11-01").columns[:3]
    ['platform', 'report', 'release']
    """
    return con.sql(
        f"""
        with
        {REPORTED},
        asked as (
            select unnest(generate_series(
                $since::date, $until::date - interval 1 day, interval 1 month
            ))::date as month
        ),
        stands as (
            select
                l.line,
                a.month,
                coalesce(m.state in ('told', 'no use'), false) as is_told,
                coalesce(m.state, m.answer, 'no report') as standing
            from report_line l
                cross join asked a
                left join line_month m using (line, month)
            where l.line in (select line from line_month join asked using (month))
        ),
        told as (
            select
                line,
                count(*) as months,
                count(*) filter (where is_told) as months_told
            from stands
            group by all
        ),
        untold as (
            select line, string_agg(why, '; ' order by why) as why_unknown
            from (
                select
                    line,
                    standing || ': ' || string_agg(strftime(month, '%Y-%m'), ', ' order by month)
                        as why
                from stands
                where not is_told
                group by line, standing
            )
            group by all
        ),
        counted as (
            select
                u.line,
                u.metric,
                coalesce(sum(u.uses) filter (where s.is_told), 0)::bigint as uses_told
            from line_use u left join stands s using (line, month)
            group by all
        )
        select
            l.platform,
            l.report,
            l.release,
            l.narrowed_to,
            l.institution,
            l.provider,
            c.metric,
            case when t.months_told = t.months then coalesce(c.uses_told, 0) end as uses,
            case when t.months_told > 0 then coalesce(c.uses_told, 0) end as uses_told,
            t.months,
            t.months_told,
            n.why_unknown,
            case
                when l.release = '4' then null
                when l.report = 'TR_B1' and c.metric = 'Unique_Title_Requests' then 'e-books'
                when l.report = 'IR_M1' and c.metric = 'Total_Item_Requests' then 'e-media'
                when l.report = 'TR_J1' and c.metric = 'Unique_Item_Requests' then 'e-serials'
            end as survey,
            l.source
        from told t
            join report_line l using (line)
            left join untold n using (line)
            left join counted c using (line)
        order by lower(l.platform) nulls last, l.report, l.release, l.narrowed_to, l.institution,
            c.metric, l.provider, l.source
        """,
        params=whole_months(since, until),
    )


def whole_months(since: Day, until: Day) -> dict[str, str]:
    """Both as days; AnalysisError where they are not the first of months, which is all that reports
    tell of."""
    found = {"since": str(since)[:10], "until": str(until)[:10]}
    for name, text in found.items():
        if date.fromisoformat(text).day != 1:
            raise AnalysisError(
                f"{name} is {text}, which is within a month: reports of use tell of whole months",
                f"Give the first day of a month: {text[:8]}01.",
            )
    return found


@asked
def left_out(con: duckdb.DuckDBPyConnection, *, since: Day, until: Day) -> duckdb.DuckDBPyRelation:
    """Which counts did `eresource_use` leave out, and why?

    Parameters as for it. Returns `reason` and `rows` (counts), zero included.
    """
    return con.sql(
        """
        with judged as (
            select
                u.month >= $since::date and u.month < $until::date as is_within,
                coalesce(r.state in ('told', 'no use'), false) as is_told
            from usage u left join usage_report r using (source, usage_report_id)
        )
        select
            'of another month' as reason,
            count(*) filter (where is_within is not true) as rows
        from judged
        union all
        select
            'of a month that is not whole',
            count(*) filter (where is_within and not is_told)
        from judged
        """,
        params=whole_months(since, until),
    )

"""Circulation of digital lending, and what a checkout costs."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.eresources import whole_months
from libstats.analysis.work.coverage_of_periods import WHOLE, cells
from libstats.definitions import coverage as definition
from libstats.definitions.parameters import Day, asked, one_of

__all__ = ["circulation_left_out", "digital_circulation"]

PARTS = {
    "platform": "'all'",
    "format": "format",
    "month": "strftime(month, '%Y-%m')",
}
By = Annotated[str, one_of(PARTS, "digital circulation cannot be parted by {}")]

# A report's own count of a month goes before checkouts that are listed one by one: both may tell
# of the same. A month without formats is not added to the same month by formats.
_REPORTED = """
        report as (
            select
                source,
                nullif(collection, 'all') as collection,
                nullif(lending_model, 'all') as lending_model,
                nullif(format, 'all') as format,
                starts_on as month,
                checkouts,
                cost,
                currency
            from digital_use
            where starts_on = date_trunc('month', starts_on)
                and ends_on = last_day(starts_on)
                and checkouts is not null
            qualify format <> 'all'
                or count(*) filter (where format <> 'all') over (
                    partition by source, collection, lending_model, starts_on
                ) = 0
        )"""


@asked
def digital_circulation(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day, by: By = "platform"
) -> duckdb.DuckDBPyRelation:
    """How often were digital titles borrowed, and what did a checkout cost where each has a price?

    Definition: checkouts as the platform counts them in its reports by month. Where it has none of
    a month, those that it lists one by one. The two are never added. Lending models are never added
    up, nor is the consortium's collection to the library's own: each is a row. A month is told
    where a report has all of it, or where lists cover all of it. A figure of months that are not
    all told is NULL. Unproven on real files.

    Parameters
    ----------
    con : an open connection
    since, until : first days of months, since <= month < until
    by : platform, format or month

    Returns one row per `source` (the platform), `collection` (NULL: not told apart),
    `lending_model` (NULL: all, or not told) and `part` (NULL: format not told), ordered:
    `checkouts` (NULL where not all months are told), `checkouts_told` (in the months that are),
    `months`, `months_told`, `why_unknown`, `cost` (of these checkouts, where every month of them
    has one), `cost_per_checkout`, `currency` (NULL: not named), `told_by` (report, list, both).

    >>> libstats.digital_circulation(con, since="2026-01-01", until="2026-11-01").columns[:3]
    ['source', 'collection', 'lending_model']
    """
    definition.ready(con)
    part = PARTS[by]
    return con.sql(
        f"""
        with stretch as (
            select source, branch, event as what, since, until, is_partial, selection, first_on,
                last_on
            from coverage
            where table_name = 'digital_loan'
        ),
        {cells()},
        {_REPORTED},
        asked as (
            select unnest(generate_series(
                $since::date, $until::date - interval 1 day, interval 1 month
            ))::date as month
        ),
        listed as (
            select
                source,
                collection,
                lending_model,
                lower(format) as format,
                date_trunc('month', lent_at)::date as month,
                count(*) as checkouts
            from digital_loan
            group by all
        ),
        stands as (
            select
                s.source,
                a.month,
                case
                    when (s.source, a.month) in (select (source, month) from report) then 'report'
                    when c.state = {WHOLE} then 'list'
                end as told_by,
                coalesce(c.reason, 'no report has it') as reason
            from (select source from report union select source from listed) s
                cross join asked a
                left join told_cell c
                    on c.source = s.source and c.period = a.month and c.branch is null
        ),
        counted as (
            select * exclude (cost, currency), cost, currency, 'report' as told_by
            from report
            union all by name
            select *, 'list' as told_by
            from listed l
        ),
        line as (
            select distinct source, collection, lending_model, if($by = 'format', format, null)
                as format
            from counted
            where month in (select month from asked)
        ),
        cell as (
            select
                l.source,
                l.collection,
                l.lending_model,
                l.format,
                s.month,
                s.told_by,
                s.reason,
                coalesce(sum(c.checkouts), 0)::bigint as checkouts,
                sum(c.cost) as cost,
                bool_and(c.cost is not null or coalesce(c.checkouts, 0) = 0) as is_priced,
                list(distinct c.currency) as currencies
            from line l
                join stands s using (source)
                left join counted c
                    on c.source = l.source
                    and c.collection is not distinct from l.collection
                    and c.lending_model is not distinct from l.lending_model
                    and ($by <> 'format' or c.format is not distinct from l.format)
                    and c.month = s.month
                    and c.told_by = s.told_by
            group by all
        ),
        summed as (
            select
                source,
                collection,
                lending_model,
                {part} as part,
                count(*) as months,
                count(told_by) as months_told,
                sum(checkouts) filter (where told_by is not null)::bigint as checkouts_told,
                sum(cost) filter (where told_by is not null) as cost,
                bool_and(is_priced) filter (where told_by is not null) as is_priced,
                list_distinct(flatten(list(currencies))) as currencies,
                string_agg(
                    strftime(month, '%Y-%m') || ': ' || reason, '; ' order by month
                ) filter (where told_by is null) as why_unknown,
                case
                    when count(distinct told_by) > 1 then 'both'
                    else min(told_by)
                end as told_by
            from cell
            group by source, collection, lending_model, part
        )
        select
            source,
            collection,
            lending_model,
            part,
            if(months = months_told, checkouts_told, null) as checkouts,
            checkouts_told,
            months,
            months_told,
            why_unknown,
            if(is_priced, cost, null) as cost,
            if(is_priced, cost / nullif(checkouts_told, 0), null) as cost_per_checkout,
            if(len(currencies) = 1, currencies[1], null) as currency,
            told_by
        from summed
        order by source, collection nulls first, lending_model nulls first, part nulls last
        """,
        params={**whole_months(since, until), "by": by},
    )


@asked
def circulation_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day, by: By = "platform"
) -> duckdb.DuckDBPyRelation:
    """Which rows of reports and lists did `digital_circulation` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (rows of reports, or checkouts of lists), zero
    included.
    """
    return con.sql(
        """
        with counted as (
            select
                starts_on = date_trunc('month', starts_on) and ends_on = last_day(starts_on)
                    as is_month,
                starts_on >= $since::date and starts_on < $until::date as is_within
            from digital_use
        ),
        listed as (
            select
                lent_at >= $since::date and lent_at < $until::date as is_within,
                (source, date_trunc('month', lent_at)::date) in (
                    select (source, starts_on)
                    from digital_use
                    where ends_on = last_day(starts_on) and checkouts is not null
                ) as is_reported
            from digital_loan
        )
        select
            'of a period that is no month' as reason,
            count(*) filter (where not is_month) as rows
        from counted
        union all
        select
            'of another month',
            count(*) filter (where is_month and not is_within)
        from counted
        union all
        select
            'checkouts of another month',
            count(*) filter (where not is_within)
        from listed
        union all
        select
            'checkouts of a month of which a report tells',
            count(*) filter (where is_within and is_reported)
        from listed
        """,
        params=whole_months(since, until),
    )

"""How long copies rest on the shelf between two loans."""

from __future__ import annotations

import duckdb

from libstats.analysis.collection.aged import HELD, By, grouping
from libstats.analysis.collection.use import last_day
from libstats.definitions.parameters import Day, OwningBranch, Share, asked

__all__ = ["shelf_time"]

PAIRS = """
    lent as (
        select
            source,
            coalesce(item_id, 'barcode:' || barcode) as copy,
            checked_out_at::date as day
        from loan_ever
        where not coalesce(is_in_house, false)
            and renewal_of is null
            and checked_out_at < $until::timestamp
        union
        select
            source,
            coalesce(item_id, 'barcode:' || barcode),
            happened_at::date
        from circulation_event
        where kind = 'checkout' and happened_at < $until::timestamp
    ),
    paired as (
        select
            source,
            copy,
            day,
            lag(day) over (partition by source, copy order by day) as previous_day
        from lent
        where copy is not null
    ),
    named as (
        select
            source,
            unnest([item_id, 'barcode:' || barcode]) as copy,
            {group} as "{by}"
        from grouped
    ),
    resumed as (
        select
            n."{by}",
            year(p.previous_day) as previous_use_year
        from paired p left join named n using (source, copy)
        where p.day >= $since::date and ($branch is null or n.copy is not null)
    )
"""


@asked
def shelf_time(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Day,
    until: Day,
    by: By = "all",
    share: Share = 0.96,
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """How long do copies rest on the shelf before somebody takes them again, and after how long is
    that hardly to be expected?

    Definition: the shelf-time period (Slote, Weeding library collections): of the loans of a
    period, when was the same copy lent before? Added up from the newest, the year with which
    `share` of them is reached is the cut-point: copies not lent since before it make only the rest
    of the use. A copy lent twice on one day counts once. It needs the history of loans: the day of
    the last loan alone does not tell of the one before.

    Parameters
    ----------
    con : an open connection
    since, until : the period whose loans are looked at, since <= day < until; Slote wants more than
        400 of them
    by : as for `collection_age`; a copy that is no longer held is under NULL
    share : of the use to preserve, 0 to 1
    branch : only copies that this branch owns

    Returns one row per group and year of the loan before, newest first: the group under the name
    given as `by`; `previous_use_year` (NULL: no loan before is recorded, which may be for want of
    records, so it is part of no share); `years_since` (the last year of the period less that year);
    `loans`; `cumulative_loans`; `cumulative_share` (0 to 1, of the loans with one before);
    `is_core` (true up to the cut-point). Raises AnalysisError for an unknown group or share.

    >>> libstats.shelf_time(con, since="2026-10-01", until="2026-11-01").columns[1:4]
    ['previous_use_year', 'years_since', 'loans']
    """
    group, grouped, params = grouping(by)
    sql = ",".join((HELD, grouped, PAIRS.format(group=group, by=by)))
    return con.sql(
        f"""
        with {sql},
        year_count as (
            select
                "{by}",
                previous_use_year,
                count(*) as loans
            from resumed
            group by all
        ),
        added_up as (
            select
                *,
                sum(loans) filter (where previous_use_year is not null)
                    over (newest_first)::bigint as cumulative,
                sum(loans) filter (where previous_use_year is not null)
                    over (partition by "{by}")::bigint as total
            from year_count
            window newest_first as (
                partition by "{by}"
                order by previous_use_year desc nulls last
            )
        )
        select
            "{by}",
            previous_use_year,
            year($as_of::date) - previous_use_year as years_since,
            loans,
            case
                when previous_use_year is not null then cumulative
            end as cumulative_loans,
            case
                when previous_use_year is not null then cumulative / total
            end as cumulative_share,
            case
                when previous_use_year is not null then (cumulative - loans) / total < $share
            end as is_core
        from added_up
        order by "{by}" nulls last, previous_use_year desc nulls last
        """,
        params={
            **params,
            "since": str(since),
            "until": str(until),
            "as_of": last_day(until),
            "share": share,
            "branch": branch,
        },
    )

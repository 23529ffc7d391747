"""What the link resolver (OpenURL) was asked for, and could not offer."""

from __future__ import annotations

from typing import Annotated

import duckdb

from libstats.analysis.coverage_of_logs import (
    STANDING,
    TOLD_OF_EACH,
    figure,
    log_told_sql,
    part_beside,
    told_beside,
)
from libstats.definitions import coverage
from libstats.definitions.parameters import Moment, asked, one_of

PARTS = {
    "all": "'all'",
    "origin": "origin",
    "month": "strftime(requested_on, '%Y-%m')",
    "title": "coalesce(issn, isbn)",
}
# SQL: what of the view `coverage` tells of requests
_OF_REQUESTS = "case when table_name = 'link_resolver_usage' then 'requests' end"
By = Annotated[str, one_of(PARTS, "requests of the link resolver cannot be parted by {}")]


@asked
def resolver_requests(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "origin"
) -> duckdb.DuckDBPyRelation:
    """What was the link resolver asked, and for how much could it offer nothing?

    Definition: requests (OpenURLs) as the resolver counts them. Clicked are those of which at least
    one service was chosen. It is the resolver's own count: never add it to what publishers count
    (COUNTER), nor one resolver's to another's. Outside of what the lists tell of figures are NULL.

    Parameters
    ----------
    con : an open connection
    since, until : since <= day < until
    by : all, origin (where the link was), month or title (ISSN, else ISBN)

    Returns one row per `source` and `part` (NULL: not told), ordered: `requests`, `clicked`,
    `without_services`, all in requests, NULL where the list does not tell them; `share_clicked` and
    `share_without` (0 to 1: of all requests), `coverage` (whole, partly, outside: what
    the lists tell of it), `reason` (why not whole).

    >>> libstats.resolver_requests(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['source', 'part', 'requests']
    """
    coverage.ready(con)
    return con.sql(
        f"""
        with counted as (
            select
                source,
                {PARTS[by]} as part,
                sum(requests)::bigint as requests,
                sum(clicked_requests)::bigint as clicked,
                sum(requests_without_services)::bigint as without_services,
                clicked / nullif(sum(requests) filter (where clicked_requests is not null), 0)
                    as share_clicked,
                without_services
                    / nullif(sum(requests) filter (where requests_without_services is not null), 0)
                    as share_without
            from link_resolver_usage
            where requested_on >= $since::date and requested_on < $until::date
            group by source, part
        ),
        {log_told_sql(by, _OF_REQUESTS)}
        select
            coalesce(c.source, t.source) as source,
            {part_beside(by)},
            {figure("requests")},
            c.clicked,
            c.without_services,
            c.share_clicked,
            c.share_without,
            {STANDING}
        {told_beside(by, TOLD_OF_EACH)}
        order by 1, 2 nulls last
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )


@asked
def resolver_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "origin"
) -> duckdb.DuckDBPyRelation:
    """Which rows of the link resolver's lists are in no figure of `resolver_requests`, and why?

    Parameters as for it. Returns `reason` and `rows` (rows of lists), zero included.
    """
    return con.sql(
        """
        select
            'outside of the period' as reason,
            count(*) filter (
                where requested_on < $since::date or requested_on >= $until::date
            ) as rows
        from link_resolver_usage
        """,
        params={"since": str(since)[:10], "until": str(until)[:10]},
    )

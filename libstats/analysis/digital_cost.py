"""What a digital checkout costs, lending model by lending model."""

from __future__ import annotations

import duckdb

from libstats.analysis.digital_circulation import digital_circulation
from libstats.definitions.parameters import Day, asked

__all__ = ["ALL_TIME", "cost_left_out", "digital_cost"]

ALL_TIME = "its checkouts are of all time, and what was paid in that time is not told"
"""Why a list of titles gives no cost: its prices are those of its day."""


@asked
def digital_cost(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day
) -> duckdb.DuckDBPyRelation:
    """What does one digital checkout cost, in each lending model?

    Definition: cost by checkouts, both of the same days. `basis` says of which. Of the *period* it
    is what the platform's reports by month charge. Of a *report of titles* it is what that charges
    for the checkouts that it has, in days that it does not state. A *list of titles* gives none: it
    has the price of its day beside checkouts of all time. No two models, bases, platforms or
    currencies are added up. Unproven on real files.

    Parameters
    ----------
    con : an open connection
    since, until : first days of months, since <= month < until, for the basis *period*

    Returns one row per `source` (the platform), `collection`, `lending_model` (NULL: all, or not
    told), `basis` (period, report of titles, list of titles) and `currency` (NULL: not named),
    ordered: `titles` (that it is of; NULL: not told by title), `checkouts` (that the cost is of;
    NULL: none), `cost`, `cost_per_checkout` (NULL: none can be given), `why_none`.

    >>> libstats.digital_cost(con, since="2026-01-01", until="2026-11-01").columns[:3]
    ['source', 'collection', 'lending_model']
    """
    by_title = con.sql(
        """
        select
            source,
            collection,
            lending_model,
            'report of titles' as basis,
            currency,
            count(*) as titles,
            sum(reported_checkouts)::bigint as checkouts,
            sum(reported_cost) as cost,
            sum(reported_cost) / sum(reported_checkouts) as cost_per_checkout,
            null::varchar as why_none
        from digital_title
        where reported_checkouts > 0 and reported_cost is not null
        group by all
        union all
        select
            source,
            collection,
            lending_model,
            'list of titles',
            null,
            count(*),
            null,
            null,
            null,
            $all_time
        from digital_title
        where reported_checkouts is null and lifetime_checkouts is not null
        group by all
        """,
        params={"all_time": ALL_TIME},
    )
    of_period = digital_circulation(con, since=since, until=until).filter("cost is not null")
    told = of_period.select(
        "source, collection, lending_model, 'period' as basis, currency, null::bigint as titles,"
        " checkouts_told as checkouts, cost, cost_per_checkout,"
        " if(checkouts_told = 0, 'nothing was lent', null) as why_none"
    )
    return told.union(by_title).order(
        "source, collection nulls first, lending_model nulls first, basis, currency nulls first"
    )


@asked
def cost_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day
) -> duckdb.DuckDBPyRelation:
    """Which titles are in no figure of `digital_cost`, and why?

    Parameters as for it. Returns `reason` and `rows` (titles by format and lending model), zero
    included.
    """
    return con.sql(
        """
        select
            $all_time as reason,
            count(*) filter (where reported_checkouts is null and lifetime_checkouts is not null)
                as rows
        from digital_title
        union all
        select
            'its checkouts are not told',
            count(*) filter (where reported_checkouts is null and lifetime_checkouts is null)
        from digital_title
        union all
        select
            'its report tells of no checkout, or of no cost',
            count(*) filter (where reported_checkouts = 0
                or reported_checkouts > 0 and reported_cost is null)
        from digital_title
        """,
        params={"all_time": ALL_TIME},
    )

"""What was bought of digital copies."""

from __future__ import annotations

import duckdb

from libstats.analysis.eresources import whole_months
from libstats.analysis.work.coverage_of_periods import WHOLE, cells
from libstats.definitions import coverage as definition
from libstats.definitions.parameters import Day, asked

__all__ = ["digital_purchases", "purchases_left_out"]


@asked
def digital_purchases(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day
) -> duckdb.DuckDBPyRelation:
    """What was ordered of digital copies, and what did it cost, month by month?

    Definition: orders by the month of their day, as the platform lists them. What came out at once
    and what was ordered before it came out stand apart. An order is of all lending models together,
    so that it gives no cost of a checkout. Of a month that the lists do not tell as a whole the
    figures are NULL. Unproven on real files.

    Parameters
    ----------
    con : an open connection
    since, until : first days of months, since <= month < until

    Returns one row per `source` (the platform) and `month` (its first day), ordered: `orders`,
    `units`, `amount`, `preorder_units`, `preorder_amount`, `currency` (NULL: not named, or
    several), `reason` (why nothing is given; NULL: all is told).

    >>> libstats.digital_purchases(con, since="2026-01-01", until="2026-11-01").columns[:3]
    ['source', 'month', 'orders']
    """
    definition.ready(con)
    return con.sql(
        f"""
        with stretch as (
            select source, branch, event as what, since, until, is_partial, selection, first_on,
                last_on
            from coverage
            where table_name = 'digital_purchase'
        ),
        {cells()},
        ordered as (
            select
                source,
                date_trunc('month', ordered_on)::date as month,
                count(*) as orders,
                sum(units)::bigint as units,
                sum(amount) as amount,
                sum(preorder_units)::bigint as preorder_units,
                sum(preorder_amount) as preorder_amount,
                if(count(distinct coalesce(currency, '')) = 1, any_value(currency), null)
                    as currency
            from digital_purchase
            group by all
        )
        select
            c.source,
            c.period as month,
            if(c.state = {WHOLE}, coalesce(o.orders, 0), null) as orders,
            if(c.state = {WHOLE}, coalesce(o.units, 0), null) as units,
            if(c.state = {WHOLE}, coalesce(o.amount, 0), null) as amount,
            if(c.state = {WHOLE}, coalesce(o.preorder_units, 0), null) as preorder_units,
            if(c.state = {WHOLE}, coalesce(o.preorder_amount, 0), null) as preorder_amount,
            o.currency,
            c.reason
        from told_cell c
        left join ordered o on o.source = c.source and o.month = c.period
        order by c.source, month
        """,
        params=whole_months(since, until),
    )


@asked
def purchases_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day
) -> duckdb.DuckDBPyRelation:
    """Which orders did `digital_purchases` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (orders), zero included.
    """
    return con.sql(
        """
        select
            'of another month' as reason,
            count(*) filter (where ordered_on < $since::date or ordered_on >= $until::date) as rows
        from digital_purchase
        """,
        params=whole_months(since, until),
    )

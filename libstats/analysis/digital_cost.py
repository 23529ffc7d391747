"""What a digital checkout costs, lending model by lending model."""

from __future__ import annotations

import duckdb

from libstats.analysis.digital_circulation import digital_circulation
from libstats.analysis.digital_titles import TERMED
from libstats.definitions.parameters import Day, asked

__all__ = ["cost_left_out", "digital_cost"]

# What the price of a title says of its checkouts: for good, it is paid once for each copy; at a
# price for each checkout, each time. What a metered title did cost before is not in the list.
_PRICED = f"""
        {TERMED},
        line as (
            select
                source,
                collection,
                lending_model,
                terms,
                is_undeclared,
                lifetime_checkouts,
                currency,
                case terms
                    when 'one user' then price * copies
                    when 'cost per checkout' then price * lifetime_checkouts
                end as cost
            from termed
            where reported_checkouts is null
        )"""


@asked
def digital_cost(
    con: duckdb.DuckDBPyConnection, *, since: Day, until: Day
) -> duckdb.DuckDBPyRelation:
    """What does one digital checkout cost, in each lending model?

    Definition: cost by checkouts. These are figures of several kinds, and `basis` says which. Of
    the *period* it is what the platform's reports by month charge. Of a *report of titles* it is
    what that charges, in days that it does not state. At *today's price* of what is owned for good
    it is the price of the copies, by their checkouts of all time. At a price for each checkout it
    is that price. For metered copies none is given: what was bought and has ended is in no list. No
    two models, bases, platforms or currencies are added up. Unproven on real files.

    Parameters
    ----------
    con : an open connection
    since, until : first days of months, since <= month < until, for the basis *period*

    Returns one row per `source` (the platform), `collection`, `lending_model` (NULL: all, or not
    told), `basis` (period, report of titles, today's price) and `currency` (NULL: not named),
    ordered: `titles` (that it is made of; NULL: not told by title), `checkouts`, `cost`,
    `cost_per_checkout` (NULL: none can be given), `why_none`.

    >>> libstats.digital_cost(con, since="2026-01-01", until="2026-11-01").columns[:3]
    ['source', 'collection', 'lending_model']
    """
    by_title = con.sql(
        f"""
        with
        {_PRICED},
        found as (
            select
                source,
                collection,
                lending_model,
                'report of titles' as basis,
                currency,
                count(*) as titles,
                sum(reported_checkouts)::bigint as checkouts,
                sum(reported_cost) as cost,
                'the report has no cost' as why_none
            from digital_title
            where reported_checkouts > 0 and reported_cost is not null
            group by all
            union all
            select
                source,
                collection,
                lending_model,
                'today''s price',
                if(cost is null, null, currency),
                count(*),
                sum(lifetime_checkouts)::bigint,
                if(bool_and(cost is not null), sum(cost), null),
                case
                    when any_value(lending_model) is null then 'its lending model is not told'
                    when bool_or(is_undeclared) then 'nobody declared its lending model'
                    when any_value(terms) in ('one user', 'cost per checkout')
                        then 'their price, copies or checkouts are not told'
                    else 'what was bought before and has ended is in no list'
                end
            from line
            where lifetime_checkouts is not null
            group by
                source,
                collection,
                lending_model,
                cost is null,
                if(cost is null, null, currency)
        )
        select
            *,
            if(cost is not null and checkouts > 0, cost / checkouts, null) as cost_per_checkout
        from found
        """
    )
    of_period = digital_circulation(con, since=since, until=until).filter("cost is not null")
    columns = "source, collection, lending_model, basis, currency, titles, checkouts, cost"
    told = of_period.select(
        "source, collection, lending_model, 'period' as basis, currency, null::bigint as titles,"
        " checkouts_told as checkouts, cost, null::varchar as why_none, cost_per_checkout"
    )
    why = """
        case
            when cost_per_checkout is null and checkouts = 0 then 'nothing was lent'
            when cost_per_checkout is null then why_none
        end as why_none
    """
    return (
        told.union(by_title)
        .select(f"{columns}, cost_per_checkout, {why}")
        .order(
            "source, collection nulls first, lending_model nulls first, basis,"
            " currency nulls first, cost_per_checkout nulls last"
        )
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
        f"""
        with
        {_PRICED}
        select
            'they have a row, and no cost' as reason,
            count(*) filter (where cost is null and lifetime_checkouts is not null) as rows
        from line
        union all
        select
            'their checkouts are not told',
            count(*) filter (where lifetime_checkouts is null)
        from line
        """
    )

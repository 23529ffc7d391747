"""What is left in each fund, by both meanings of the word, and what is set aside for nothing."""

from __future__ import annotations

import duckdb

from libstats.definitions.parameters import Day, asked

__all__ = ["fund_balances", "left_out"]

_FUNDS = """
        movement as (
            select
                t.source,
                coalesce(
                    t.fund_id,
                    -- a code comes again each year: of several funds none is meant
                    (
                        select if(count(*) = 1, any_value(f.fund_id), null)
                        from fund f
                        where f.source = t.source and f.code = t.fund_code
                    )
                ) as fund_id,
                t.kind,
                t.order_line_id,
                t.amount
            from fund_transaction t
            where t.happened_on is null or t.happened_on < $as_of::date
        ),
        moved as (
            select
                source,
                fund_id,
                sum(amount) filter (where kind = 'allocated') as allocated,
                count(*) filter (where kind = 'transferred') as transfers,
                sum(
                    case
                        when kind = 'encumbered' then amount
                        when kind = 'unencumbered' then -abs(amount)
                    end
                ) as encumbered,
                sum(
                    case
                        when kind = 'spent' then amount
                        when kind = 'refunded' then -abs(amount)
                    end
                ) as spent
            from movement
            group by all
        ),
        copies as (
            select
                source,
                order_line_id,
                count(*) as copies,
                count(coalesce(received_at, received_on)) as received
            from order_copy
            group by all
        ),
        -- an order that is over: cancelled, or all of it received and billed
        over as (
            select
                o.source,
                o.order_line_id
            from order_line o
            left join copies c on c.source = o.source and c.order_line_id = o.order_line_id
            anti join standing_order z
                on z.source = o.source and z.order_line_id = o.order_line_id
            where not coalesce(o.is_exchanged, false)
                and (
                    o.status in ('cancelled', 'closed')
                    or (
                        coalesce(o.quantity_received, c.received) >= coalesce(o.quantity, c.copies)
                        and o.order_line_id in (
                            select order_line_id
                            from invoice_line b
                            where b.source = o.source and b.order_line_id is not null
                        )
                    )
                )
        ),
        set_aside as (
            select
                m.source,
                m.fund_id,
                m.order_line_id,
                sum(if(m.kind = 'encumbered', m.amount, -abs(m.amount))) as amount
            from movement m
            where m.kind in ('encumbered', 'unencumbered') and m.order_line_id is not null
            group by all
            having sum(if(m.kind = 'encumbered', m.amount, -abs(m.amount))) > 0
        ),
        dangling as (
            select
                s.source,
                s.fund_id,
                sum(s.amount) filter (where o.order_line_id is not null) as dangling,
                count(o.order_line_id) as dangling_orders
            from set_aside s
            left join over o on o.source = s.source and o.order_line_id = s.order_line_id
            group by all
        ),
        balance as (
            select
                f.source,
                f.fund_id,
                f.code,
                f.name,
                f.period,
                f.period_starts_on,
                f.period_ends_on,
                coalesce(f.amount, if(coalesce(m.transfers, 0) = 0, m.allocated, null))
                    as allocated,
                coalesce(f.encumbered, m.encumbered) as encumbered,
                coalesce(f.spent, m.spent) as spent,
                d.dangling,
                d.dangling_orders
            from fund f
            left join moved m using (source, fund_id)
            left join dangling d using (source, fund_id)
        )"""


@asked
def fund_balances(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """What is left in each fund, and is it spent at the pace of its year?

    Definition: two balances go by that word. `free` is what may still be ordered: allocated, less
    encumbered (ordered and not yet spent), less spent; Alma calls it available, Evergreen balance.
    `cash` is what is not yet paid out: allocated, less spent; Evergreen calls it spent balance. An
    encumbrance dangles where its order is cancelled, closed, or received and billed in full: it
    can be freed.

    What the list of funds says counts; where it says nothing, the movements of money do. Transfers
    do not say whether they give or take, so that a fund with any has no allocation of them.

    Parameters
    ----------
    as_of : day up to whose beginning movements count, and the year has run

    Returns one row per fund and period, ordered by `source`, `period` and `code`: `source`,
    `fund_id`, `code`, `name`, `period`, `allocated`, `encumbered`, `spent`, `free`, `cash` (money;
    NULL: not told), `share_spent`, `share_committed` (spent and encumbered, of allocated; 0 to 1),
    `share_of_year` (of the period that has run; NULL: its days are not told), `is_over` (more
    committed than allocated), `dangling` (money), `dangling_orders` (order lines; NULL: no
    encumbrance is told by order).

    >>> libstats.fund_balances(con, as_of="2026-11-01").columns[:3]
    ['source', 'fund_id', 'code']
    """
    return con.sql(
        f"""
        with
        {_FUNDS}
        select
            source,
            fund_id,
            code,
            name,
            period,
            allocated,
            encumbered,
            spent,
            allocated - encumbered - spent as free,
            allocated - spent as cash,
            (spent / nullif(allocated, 0))::double as share_spent,
            ((spent + encumbered) / nullif(allocated, 0))::double as share_committed,
            case
                when period_ends_on >= period_starts_on
                    then greatest(0, least(1,
                        ($as_of::date - period_starts_on) / (period_ends_on - period_starts_on + 1)
                    ))
            end as share_of_year,
            spent + encumbered > allocated as is_over,
            if(dangling_orders is null, null, coalesce(dangling, 0)) as dangling,
            dangling_orders
        from balance
        order by source, period nulls last, code nulls last, fund_id
        """,
        params={"as_of": str(as_of)[:10]},
    )


@asked
def left_out(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which movements are in no balance, and of which funds a part is not told?

    Parameters: as for `fund_balances`. Returns one row per reason: `reason`, `rows` (movements, or
    funds where it is counted).
    """
    return con.sql(
        f"""
        with
        {_FUNDS}
        select
            'a movement of a later day' as reason,
            count(*) as rows
        from fund_transaction
        where happened_on >= $as_of::date
        union all
        select
            'a movement of no fund, or of a code that several funds have',
            count(*)
        from movement
        where fund_id is null
        union all
        select
            'counted, but its allocation is not told',
            count(*)
        from balance
        where allocated is null
        union all
        select
            'counted, but what is encumbered or spent is not told',
            count(*)
        from balance
        where encumbered is null or spent is null
        union all
        select
            'counted, but the days of its year are not told',
            count(*)
        from balance
        where period_starts_on is null or period_ends_on is null
        """,
        params={"as_of": str(as_of)[:10]},
    )

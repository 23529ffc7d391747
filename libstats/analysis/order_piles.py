"""What waits between the order and the shelf, step by step and route by route."""

from __future__ import annotations

import duckdb

from libstats.analysis.work.hold_copies import IS_WAITING
from libstats.definitions.parameters import asked

__all__ = ["left_out", "order_piles"]

_STANDING = f"""
        queue as (
            select source, title_id, count(*) as waiting
            from hold
            where {IS_WAITING} and title_id is not null
            group by all
        ),
        line as (
            select
                r.source,
                r.case_id,
                r.route,
                r.is_rush,
                q.waiting
            from order_route r
            join order_line l on l.source = r.source and l.order_line_id = r.order_line_id
            left join queue q on q.source = l.source and q.title_id = l.title_id
        ),
        came as (
            select
                c.source,
                'copy:' || c.order_copy_id as case_id,
                -- where copies have no day of their own, the line's counts once all have come
                coalesce(
                    c.received_on,
                    c.received_at::date,
                    if(l.quantity_received >= l.quantity, l.received_on, null)
                ) as received_on,
                i.item_key is not null as is_catalogued,
                s.role,
                c.item_id
            from order_copy c
            left join order_line l on l.source = c.source and l.order_line_id = c.order_line_id
            left join item i on i.source = c.source and i.item_id = c.item_id
            left join copy_state s on s.source = i.source and s.item_key = i.item_key
            where not coalesce(c.is_exchanged, false)
        ),
        has_copies as (
            select distinct source
            from item
        )"""


@asked
def order_piles(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """How much waits between the order and the shelf, at which step and by which route, how old?

    Definition: a copy is `ordered, not received` while its order is open. It
    is `received, not catalogued` if it came and its number is missing from the catalogue. It is
    `in the catalogue, not on its shelf` if it came and its status there says on order or in
    process. The route is what the method and the type of its order line mean. All have aged to the
    newest export that tells of orders.

    Returns one row per `step` and `route` (NULL: not told, or a code of nobody), in the order of
    work, those with holds first: `copies`, `with_holds` (of them for a record that holds wait
    for), `rush` (of them; NULL: not told), `half_older` (days that half of them exceed),
    `oldest` (days).

    >>> libstats.order_piles(con).columns[:2]
    ['step', 'route']
    """
    return con.sql(
        f"""
        with
        {_STANDING},
        pile as (
            select
                1 as place,
                'ordered, not received' as step,
                w.source,
                w.case_id,
                w.age_days as age
            from "case" w
            where w.process = 'order_copy'
                and w.outcome = 'open'
                and w.started_at is not null
                and w.told_at is null
            union all
            select
                if(is_catalogued, 3, 2),
                if(
                    is_catalogued,
                    'in the catalogue, not on its shelf',
                    'received, not catalogued'
                ),
                c.source,
                c.case_id,
                (told.as_of::date - c.received_on)::double
            from came c
            join has_copies using (source)
            cross join (
                select max(as_of) as as_of
                from "case"
                where process = 'order_copy'
            ) told
            where c.received_on <= told.as_of::date
                and if(is_catalogued, role in ('on order', 'in process'), item_id is not null)
        )
        select
            p.step,
            l.route,
            count(*) as copies,
            count(*) filter (where l.waiting > 0) as with_holds,
            case
                when count(l.is_rush) > 0 then count(*) filter (where l.is_rush)
            end as rush,
            median(p.age) as half_older,
            max(p.age) as oldest
        from pile p
        left join line l on l.source = p.source and l.case_id = p.case_id
        group by p.place, p.step, l.route
        order by p.place, with_holds desc, copies desc, l.route nulls last
        """
    )


@asked
def left_out(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Which copies on order are in no pile of `order_piles`, and why?

    Parameters as for it. Returns `reason` and `rows` (copies on order), zero included.
    """
    return con.sql(
        f"""
        with
        {_STANDING}
        select
            'received, and its copy is on its shelf, out, or gone' as reason,
            count(*) filter (
                where is_catalogued and role not in ('on order', 'in process')
            ) as rows
        from came
        where received_on is not null
        union all
        select
            'received, and the status of its copy was declared by nobody',
            count(*) filter (where is_catalogued and role is null)
        from came
        where received_on is not null
        union all
        select
            'received, and its order names no copy, so whether it is catalogued is not told',
            count(*) filter (where not is_catalogued and item_id is null)
        from came
        where received_on is not null
        union all
        select
            'open, and nothing tells when it was ordered',
            count(*)
        from "case"
        where process = 'order_copy' and outcome = 'open' and started_at is null
        """
    )

"""What the copies of a title that is asked for can do for the hold."""

from __future__ import annotations

import duckdb

from libstats.definitions.parameters import asked

# SQL over `hold`: a hold that nothing was set aside for yet, and that nobody ended.
IS_WAITING = """ready_on is null
                and picked_up_on is null
                and cancelled_on is null
                and coalesce(status, '') not in ('waiting', 'filled', 'in transit')
                and title_id is not null"""


@asked
def hold_copies(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Which copies could fill each hold that nothing was set aside for yet?

    Definition: a copy can fill a hold unless one of its codes says that it cannot (lost, missing,
    withdrawn, for use in the library; the table `copy_role`). A hold of one copy waits for that
    copy alone. What is gone from a list that names everything is no copy any more.

    Returns one row per hold without a copy set aside, ordered: `source`, `hold_id`, `title`,
    `author`, `copies` (that the lists of copies name, or did), `able` (of them that can fill it, or
    may: nobody said what their code means), `unknown` (of those whose code nobody declared),
    `on_shelf` (of the able that stand on their shelf), `barcode`, `call_number`, `location`,
    `branch`, `shelf_order` (of the first of these in order of the shelf; NULL without one),
    `waiting` (holds on the title, this one among them), `on_order` (copies of the title that were
    ordered and have not come, by the order lines or by the list of copies), `coming` (of the able
    those that the list of copies shows as on order), `is_not_found` (it was asked for before the
    holds were exported last but once, and a copy stands on its shelf all the same),
    `is_unfillable` (true where copies are known and none of them is able; NULL where no list names
    a copy of the title).

    >>> libstats.hold_copies(con).columns[:3]
    ['source', 'hold_id', 'title']
    """
    return con.sql(
        f"""
        with waiting as (
            select
                source,
                hold_id,
                title_id,
                placed_on,
                coalesce(is_suspended, false) or suspended_until is not null as is_paused,
                if(is_item_level, item_id, null) as only_item_id
            from hold
            where {IS_WAITING}
        ),
        earlier as (
            select source, list(distinct exported_at order by exported_at desc)[2] as exported_at
            from loaded_file
            where is_active and columns['hold'] is not null
            group by source
        ),
        queue as (
            select source, title_id, count(*) as waiting
            from waiting
            group by all
        ),
        copy as (
            select
                i.source,
                i.title_id,
                i.item_id,
                i.barcode,
                i.call_number,
                i.location,
                coalesce(i.current_branch, i.owning_branch) as branch,
                call_number_key(i.call_number, i.call_number_scheme) as shelf_order,
                i.gone_after is null and s.can_fill is distinct from false as is_able,
                i.gone_after is null and s.can_fill is null as is_unknown,
                i.gone_after is null and coalesce(s.role = 'on order', false) as is_coming,
                i.gone_after is null and coalesce(s.is_on_shelf, false) as is_on_shelf
            from item_ever i
            join queue q using (source, title_id)
            left join copy_state s on s.source = i.source and s.item_key = i.item_key
        ),
        coming as (
            select l.source, l.title_id, sum(greatest(l.quantity - l.quantity_received, 0)) as n
            from order_line l
            where
                l.title_id is not null
                and l.received_on is null
                and l.cancelled_on is null
                and l.status in ('ordered', 'partial')
            group by all
        )
        select
            w.source,
            w.hold_id,
            any_value(t.title) as title,
            any_value(t.author) as author,
            count(c.title_id) as copies,
            count(*) filter (where c.is_able) as able,
            count(*) filter (where c.is_unknown) as unknown,
            count(*) filter (where c.is_able and c.is_on_shelf) as on_shelf,
            arg_min(c.barcode, (c.shelf_order, c.barcode)) filter (
                where c.is_able and c.is_on_shelf
            ) as barcode,
            arg_min(c.call_number, (c.shelf_order, c.barcode)) filter (
                where c.is_able and c.is_on_shelf
            ) as call_number,
            arg_min(c.location, (c.shelf_order, c.barcode)) filter (
                where c.is_able and c.is_on_shelf
            ) as location,
            arg_min(c.branch, (c.shelf_order, c.barcode)) filter (
                where c.is_able and c.is_on_shelf
            ) as branch,
            min(c.shelf_order) filter (where c.is_able and c.is_on_shelf) as shelf_order,
            any_value(q.waiting) as waiting,
            greatest(
                coalesce(any_value(o.n), 0),
                count(*) filter (where c.is_coming)
            )::bigint as on_order,
            count(*) filter (where c.is_able and c.is_coming) as coming,
            coalesce(
                not w.is_paused
                and w.placed_on < any_value(e.exported_at)
                and count(*) filter (where c.is_able and c.is_on_shelf) > 0,
                false
            ) as is_not_found,
            if(count(c.title_id) = 0, null, count(*) filter (where c.is_able) = 0) as is_unfillable
        from waiting w
        join queue q using (source, title_id)
        left join copy c
            on c.source = w.source
            and c.title_id = w.title_id
            and (w.only_item_id is null or c.item_id = w.only_item_id)
        left join title t on t.source = w.source and t.title_id = w.title_id
        left join earlier e on e.source = w.source
        left join coming o on o.source = w.source and o.title_id = w.title_id
        group by w.source, w.hold_id, w.placed_on, w.is_paused
        order by w.source, w.hold_id
        """
    )

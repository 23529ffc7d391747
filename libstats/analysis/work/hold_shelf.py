"""The hold shelf: what stands there past its date."""

from __future__ import annotations

import duckdb

from libstats.definitions.parameters import asked


@asked
def hold_shelf(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Which copies stand on the hold shelf though their date is past?

    Definition: a hold with a day on which its copy was put there, and a last day that lies before
    the newest export of holds, that was neither fetched nor cancelled. Systems that do not export
    the last day tell of none.

    Returns one row per hold, the longest past its date first: `source`, `hold_id`, `title`,
    `barcode`, `call_number` and `shelf_order` (of the copy that is set aside), `branch` (where it
    stands), `ready_on`, `expires_on`, `days_past` (whole days from the last day to the newest
    export).

    >>> libstats.hold_shelf(con).columns[:3]
    ['source', 'hold_id', 'title']
    """
    return con.sql(
        """
        with newest as (
            select source, max(exported_at)::date as day
            from loaded_file
            where is_active and columns['hold'] is not null
            group by source
        )
        select
            h.source,
            h.hold_id,
            t.title,
            i.barcode,
            i.call_number,
            call_number_key(i.call_number, i.call_number_scheme) as shelf_order,
            h.pickup_branch as branch,
            h.ready_on,
            h.expires_on,
            n.day - h.expires_on as days_past
        from hold h
        join newest n on n.source = h.source
        left join title t on t.source = h.source and t.title_id = h.title_id
        left join item i on i.source = h.source and i.item_id = h.item_id
        where
            h.ready_on is not null
            and h.expires_on < n.day
            and h.picked_up_on is null
            and h.cancelled_on is null
            and coalesce(h.status, 'waiting') = 'waiting'
        order by
            days_past desc,
            h.source,
            h.hold_id
        """
    )

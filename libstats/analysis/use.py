"""Use of copies: the last one, and how far back the records go."""

from __future__ import annotations

from datetime import date

import duckdb

__all__ = ["USE", "use_horizon"]

# Every recorded use has a day. Records begin on the day before which lies one in a hundred of these days: a single mistyped date moves nothing.
USE = """
    use_event as (
        select source, item_id, case when item_id is null then barcode end as barcode, max(happened_at)::date as last_use_on, max(case when kind = 'in-house use' then happened_at end)::date as last_in_house_on
        from circulation_event
        where kind in ('checkout', 'in-house use') and coalesce(item_id, barcode) is not null and happened_at < $as_of::date + 1
        group by all
        union all
        select source, item_id, case when item_id is null then barcode end, max(checked_out_at)::date, null
        from loan
        where checked_out_at < $as_of::date + 1
        group by all
    ),
    used_item as (
        select source, item_id, max(last_use_on) as last_use_on, max(last_in_house_on) as last_in_house_on
        from use_event
        where item_id is not null
        group by all
    ),
    used_barcode as (
        select source, barcode, max(last_use_on) as last_use_on
        from use_event
        where barcode is not null
        group by all
    ),
    use_day as (
        select source, checked_out_at::date as day from loan
        union
        select source, happened_at::date from circulation_event where kind in ('checkout', 'in-house use')
        union
        select source, last_borrowed_on from item
        union
        select source, last_in_house_on from item
    ),
    horizon as (
        select source, coalesce($records_since::date, quantile_disc(day, 0.01)) as records_since
        from use_day
        where day <= $as_of::date
        group by source
    )
"""


def use_horizon(con: duckdb.DuckDBPyConnection, *, as_of: date | str) -> duckdb.DuckDBPyRelation:
    """Since when does each system record use, so that "not used since" means something?

    Definition: of all days with a recorded checkout or use inside the library, and of last uses that copies tell of, the one before which one in a
    hundred lies. Returns `source`, `records_since` (day), `years_recorded` (years), ordered by source.
    """
    return con.sql(
        f"""
        with {USE}
        select source, records_since, round(($as_of::date - records_since) / 365.25, 1) as years_recorded
        from horizon
        order by source
        """,
        params={"as_of": str(as_of), "records_since": None},
    )

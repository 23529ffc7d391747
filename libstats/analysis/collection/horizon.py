"""Use of copies: the last one, and how far back the records go."""

from __future__ import annotations

import duckdb

from libstats.analysis.collection.system_days import USE_EVENT, ready
from libstats.definitions.parameters import Day, asked

__all__ = ["USE", "is_covered", "stated_use", "use_horizon"]

# Every recorded use has a day. Records begin on the day before which lies one in a hundred of these
# days: a single mistyped date moves nothing. `ready` must have been called.
USE = f"""
    {USE_EVENT},
    used_item as (
        select
            source,
            item_id,
            max(used_at)::date as last_use_on,
            max(used_in_house_at)::date as last_in_house_on
        from use_event
        where item_id is not null and used_at < $as_of::date + 1
        group by all
    ),
    used_barcode as (
        select
            source,
            barcode,
            max(used_at)::date as last_use_on
        from use_event
        where item_id is null and barcode is not null and used_at < $as_of::date + 1
        group by all
    ),
    use_day as (
        select source, checked_out_at::date as day
        from loan_ever
        union
        select source, happened_at::date
        from circulation_event
        where kind in ('checkout', 'in-house use')
        union
        select source, day
        from stated_day anti join system_day using (source, kind, day)
    ),
    horizon as (
        select
            source,
            coalesce($records_since::date, quantile_disc(day, 0.01)) as records_since
        from use_day
        where day <= $as_of::date
        group by source
    ),
    use_source as (
        select source
        from loan_ever
        union
        select source
        from circulation_event
        where kind in ('checkout', 'in-house use')
    ),
    -- of sources without loans and log: the copies of which an export with a column of use told,
    -- be it blank
    stated_copy as (
        select distinct source, item_id, barcode
        from history.item
        where shape in (
            select shape
            from loaded_file
            where is_active
                and source not in (select source from use_source)
                and list_has_any(
                    columns['item'],
                    [
                        'last_borrowed_on',
                        'last_in_house_on',
                        'lifetime_checkouts',
                        'lifetime_uses',
                        'lifetime_in_house'
                    ]
                )
        )
    )
"""


def stated_use(copy: str) -> str:
    """SQL: the day of the last use that the row `copy` of an item tells of; a system's is none."""
    days = (("last loan", "last_borrowed_on"), ("last use inside the library", "last_in_house_on"))
    pieces = (
        f"""
                case
                    when ({copy}.source, {copy}.{column}) not in (
                        select (source, day)
                        from system_day
                        where kind = '{kind}'
                    )
                        then {copy}.{column}
                end"""
        for kind, column in days
    )
    return f"greatest({','.join(pieces)}\n            )"


def is_covered(copy: str) -> str:
    """SQL: whether any export would tell of a use of the row `copy` of an item."""
    named = (
        f"""
                or coalesce(
                    ({copy}.source, {copy}.{name}) in (
                        select (source, {name})
                        from stated_copy
                        where {name} is not null
                    ),
                    false
                )"""
        for name in ("item_id", "barcode")
    )
    return f"""(
                {copy}.source in (select source from use_source){"".join(named)}
            )"""


@asked
def use_horizon(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Since when does each system record use, so that "not used since" means something?

    Definition: of all days with a recorded checkout or use inside the library, and of last uses
    that copies tell of, the one before which one in a hundred lies; a system's day (`system_days`)
    is none. Returns `source`, `records_since` (day), `years_recorded` (years), ordered by source.
    """
    ready(con)
    return con.sql(
        f"""
        with {USE}
        select
            source,
            records_since,
            round(($as_of::date - records_since) / 365.25, 1) as years_recorded
        from horizon
        order by source
        """,
        params={"as_of": str(as_of), "records_since": None},
    )

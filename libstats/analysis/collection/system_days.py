"""Days on which a system, not people, wrote that copies were used last."""

from __future__ import annotations

import duckdb

from libstats.definitions.parameters import asked

__all__ = ["SYSTEM_DAY", "system_days"]

# Uses with a day and a copy, one row a use and way of naming the copy.
USE_EVENT = """
    use_event as not materialized (
        select
            source,
            item_id,
            barcode,
            happened_at as used_at,
            case when kind = 'in-house use' then happened_at end as used_in_house_at
        from circulation_event
        where kind in ('checkout', 'in-house use')
        union all
        select
            source,
            item_id,
            barcode,
            checked_out_at,
            case when is_in_house then checked_out_at end
        from loan_ever
    )
"""

# From when to when the log, or the loans, tell of every use. The log: between its first and last
# event of the kind. Loans: since the first return, for what was lent then is returned since or out
# still; without returns they tell only what is out. One in a hundred at each end proves nothing.
USE_COVERED = """
    use_covered as (
        select
            source,
            kind,
            quantile_disc(day, 0.01) as covered_from,
            quantile_disc(day, 0.99) as covered_until
        from (
            select
                source,
                if(kind = 'checkout', 'last loan', 'last use inside the library') as kind,
                happened_at::date as day
            from circulation_event
            where kind in ('checkout', 'in-house use')
        )
        group by all
        union all
        select
            l.source,
            'last loan',
            r.returned_from,
            max(l.checked_out_at)::date
        from loan_ever l
        join (
            select
                source,
                quantile_disc(returned_at::date, 0.01) as returned_from
            from loan_ever
            where returned_at is not null and not coalesce(is_in_house, false)
            group by source
        ) r using (source)
        where not coalesce(l.is_in_house, false)
        group by all
    )
"""

# A day is a system's, and no use, if so many copies tell of it as that of their last use that it
# stands out: 20 or more, mostly of different titles (a class set is lent on one day), and 10 times
# as many as on the busiest other day of the 45 before and after (busy days have busy neighbours);
# and if what is recorded speaks against it: log or loans that cover the day do not hold these uses,
# or, of a day that they do not cover, its share of all copies is beyond that of any day they hold.
# Without either it is use: a class visit, a shelf that was scanned.
SYSTEM_DAY = f"""
    {USE_EVENT},
    {USE_COVERED},
    stated_use as not materialized (
        select
            source,
            'last loan' as kind,
            last_borrowed_on as day,
            coalesce(title_id, item_key) as title,
            item_id,
            barcode
        from dated_item
        where last_borrowed_on is not null
        union all
        select
            source,
            'last use inside the library',
            last_in_house_on,
            coalesce(title_id, item_key),
            item_id,
            barcode
        from dated_item
        where last_in_house_on is not null
    ),
    stated_day as (
        select
            source,
            kind,
            day,
            count(*) as copies
        from stated_use
        group by all
    ),
    crowded_day as (
        select
            source,
            kind,
            day,
            copies,
            copies / sum(copies) over (partition by source, kind) as share
        from stated_day
        window nearby as (
            partition by source, kind
            order by day
            range between interval 45 days preceding and interval 45 days following
            exclude current row
        )
        qualify copies >= 20 and copies >= 10 * coalesce(max(copies) over nearby, 0)
    ),
    recorded_use as (
        select distinct
            source,
            if(used_in_house_at is null, 'last loan', 'last use inside the library') as kind,
            used_at::date as day,
            item_id,
            case when item_id is null then barcode end as barcode
        from use_event
        where source in (select source from crowded_day)
    ),
    recorded_share as (
        select
            source,
            kind,
            max(copies) / sum(copies) as busiest
        from (
            select
                source,
                kind,
                day,
                count(*) as copies
            from recorded_use
            group by all
        )
        group by all
    ),
    confirmed_day as (
        select
            u.source,
            u.kind,
            u.day,
            count(distinct u.title) as titles,
            count(*) filter (
                where (u.source, u.kind, u.day, u.item_id) in (
                        select (source, kind, day, item_id)
                        from recorded_use
                        where item_id is not null
                    )
                    or (u.source, u.kind, u.day, u.barcode) in (
                        select (source, kind, day, barcode)
                        from recorded_use
                        where barcode is not null
                    )
            ) as recorded
        from stated_use u semi join crowded_day using (source, kind, day)
        group by all
    ),
    system_day as (
        select
            source,
            kind,
            day,
            copies
        from crowded_day d
        join confirmed_day using (source, kind, day)
        left join recorded_share r using (source, kind)
        where 2 * titles >= copies
            and case
                when exists (
                    from use_covered c
                    where c.source = d.source
                        and c.kind = d.kind
                        and d.day between c.covered_from and c.covered_until
                )
                    then 2 * recorded < copies
                else coalesce(d.share > r.busiest, false)
            end
    )
"""


@asked
def system_days(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Which last uses were written by a system, and not by people, so that they are no use?

    Definition: a day that at least 20 copies of a source, mostly of different titles, tell of as
    that of their last loan (or last use inside the library), and 10 times as many as tell of the
    busiest other day of the 45 before and after; if the log or the loans that cover it lack most
    of these uses, or, where they do not cover it, its share of the copies is beyond that of any day
    they hold. Without log and loans every day is of use. Returns `source`, `kind` (last loan, last
    use inside the library), `day` and `copies`, ordered.
    """
    return con.sql(
        f"""
        with {SYSTEM_DAY}
        select
            source,
            kind,
            day,
            copies
        from system_day
        order by source, kind, day
        """
    )

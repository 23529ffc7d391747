"""Days on which a system, not people, wrote that copies were used last."""

from __future__ import annotations

import duckdb

from libstats.definitions import coverage
from libstats.definitions.kept import keep
from libstats.definitions.parameters import asked

__all__ = ["USE_EVENT", "ready", "system_days"]

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

# The days of which the log, or the loans, tell every use, at all branches: the view `coverage`.
USE_COVERED = """
    use_told as (
        select
            source,
            table_name,
            event,
            branch,
            case
                when event = 'in-house use' then 'last use inside the library'
                else 'last loan'
            end as kind,
            since,
            until
        from coverage
        where not is_partial
            and (
                table_name = 'circulation_event' and event in ('checkout', 'in-house use')
                or table_name = 'loan' and event in ('checked_out', 'in-house use')
            )
    ),
    use_covered as (
        select
            d.source,
            d.kind,
            d.day
        from crowded_day d
        join use_told t
            on t.source = d.source
            and t.kind = d.kind
            and t.branch is null
            and t.since <= d.day
            and t.until >= d.day + interval 1 day
        where not exists (
            select b.branch
            from use_told b
            where b.source = t.source
                and b.table_name = t.table_name
                and b.event = t.event
                and b.branch is not null
            group by b.branch
            having not bool_or(b.since <= d.day and b.until >= d.day + interval 1 day)
        )
        group by all
    )
"""

# The last uses that copies tell of.
_STATED_USE = """
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
    )
"""

# A day is a system's, and no use, if so many copies tell of it as that of their last use that it
# stands out: 20 or more, mostly of different titles (a class set is lent on one day), and 10 times
# as many as on the busiest other day of the 45 before and after (busy days have busy neighbours);
# and if what is recorded speaks against it: log or loans that cover the day do not hold these uses,
# or, of a day that they do not cover, its share of all copies is beyond that of any day they hold.
# Without either it is use: a class visit, a shelf that was scanned.
_SYSTEM_DAY = f"""
    {USE_EVENT},
    {_STATED_USE},
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
    {USE_COVERED},
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
    )
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
            when (d.source, d.kind, d.day) in (from use_covered)
                then 2 * recorded < copies
            else coalesce(d.share > r.busiest, false)
        end
"""


def ready(con: duckdb.DuckDBPyConnection) -> None:
    """Work out once `stated_day`, how many copies tell of a day as that of their last use, and
    `system_day`, those of them that a system wrote."""
    coverage.ready(con)
    keep(
        con,
        stated_day=f"""
            with {_STATED_USE}
            select
                source,
                kind,
                day,
                count(*) as copies
            from stated_use
            group by all
        """,
        system_day=f"with {_SYSTEM_DAY}",
    )


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
    ready(con)
    return con.sql("from system_day order by source, kind, day")

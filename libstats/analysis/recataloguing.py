"""What was catalogued anew, and what was withdrawn: the SQL behind `cataloguing`."""

from __future__ import annotations

__all__ = ["AGAIN", "GONE", "UNTOLD"]

# Of each title the records that loads told of, in the order of their last change (005): one that
# changed later, and is of another level, agency, keyer, programme or class, was catalogued anew, if
# a copy of it had been added before. What changed otherwise (a heading, a note) no column tells.
AGAIN = """
    told_load as materialized (
        select
            source,
            shape,
            seq,
            exported_at
        from loaded_file
        where is_active
            and list_contains(columns['title'], 'cataloguing_level')
            and list_contains(columns['title'], 'updated_at')
    ),
    told_record as (
        select
            h.source,
            h.title_id,
            h.updated_at,
            max(h.cataloguing_level) as level,
            max(
                [
                    coalesce(h.cataloguing_level, ''),
                    upper(trim(coalesce(h.cataloguing_agency, ''))),
                    upper(trim(coalesce(h.transcribing_agency, ''))),
                    coalesce(h.authentication, ''),
                    coalesce(h.class, '')
                ]
            ) as work
        from history.title h
        semi join told_load l
            on l.shape = h.shape
            and l.seq >= h.from_seq
            and (h.until_seq is null or l.seq < h.until_seq)
        where h.updated_at is not null
        group by all
    ),
    changed as (
        select *
        from told_record
        qualify work <> lag(work) over (partition by source, title_id order by updated_at)
    ),
    again as (
        select
            c.source,
            c.title_id,
            c.updated_at::date as day,
            c.level,
            min(i.added_on) as first_on,
            count(*) filter (where i.added_on < c.updated_at::date) as pieces
        from changed c left join dated_item i using (source, title_id)
        group by all
    )
"""

# Copies that were withdrawn: marked so, or deleted; each on the first day that is told. With the
# last copy of a title the title goes.
GONE = """
    told_piece as (
        select
            source,
            item_key,
            title_id,
            withdrawn_at::date as day
        from withdrawal
        where withdrawn_at is not null
        union all
        select
            source,
            item_key,
            title_id,
            believed_day(withdrawn_on, null)
        from item_ever
        where believed_day(withdrawn_on, null) is not null
    ),
    gone_piece as (
        select
            source,
            item_key,
            max(title_id) as title_id,
            min(day) as day
        from told_piece
        group by all
    ),
    kept_title as (
        select distinct
            source,
            title_id
        from item i anti join gone_piece g using (source, item_key)
    ),
    gone as (
        select
            g.day,
            g.title_id is not null
                and g.source in (select source from item)
                and k.title_id is null
                and row_number() over (
                    partition by g.source, g.title_id
                    order by g.day desc, g.item_key
                ) = 1 as is_last
        from gone_piece g left join kept_title k using (source, title_id)
    )
"""

# The months of the period of which the loads cannot tell what was catalogued anew, or withdrawn.
UNTOLD = """
    stretch as (
        select
            source,
            min(exported_at) as since,
            max(exported_at) as until
        from told_load
        group by all
    ),
    asked_month as (
        select
            unnest(
                generate_series(
                    date_trunc('month', $since::timestamp),
                    $until::timestamp - interval 1 microsecond,
                    interval 1 month
                )
            ) as month
    ),
    untold as (
        select
            m.month::date as month,
            'recatalogued' as kind,
            if(
                bool_or(s.since < m.month + interval 1 month and s.until > m.month),
                'told in part: the records of this month were not loaded before and after it',
                'not told: the records of this month were not loaded before and after it'
            ) as reason
        from asked_month m left join stretch s on s.since < s.until
        group by m.month
        having not coalesce(
            bool_and(s.since <= m.month and s.until >= m.month + interval 1 month),
            false
        )
        union all
        select
            month::date,
            'withdrawn',
            'not told: no list of withdrawn or deleted copies is loaded'
        from asked_month
        where not exists (
            from loaded_file
            where is_active
                and (
                    columns['withdrawal'] is not null
                    or list_contains(columns['item'], 'withdrawn_on')
                )
        )
    )
"""

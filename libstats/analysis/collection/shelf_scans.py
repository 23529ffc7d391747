"""Scans of shelves held against the catalogue: the SQL behind `shelf_reading`."""

from __future__ import annotations

__all__ = ["FINDINGS", "FOUND", "SCANNED", "STRAYED", "WITHIN"]

STANDS, ORDER, ABSENT = "in its place", "out of order", "on record here and not scanned"
BRANCH, SHELF = "strayed from another branch", "strayed from another shelf"
FOUND, AWAY = "found, recorded as ", "stands here, recorded as "
STRAYED = (BRANCH, SHELF)
NO_KEY, NO_ROLE = "no call number tells its order", "a code without a role"
UNKNOWN, SEVERAL = "no copy on record", "a barcode of several copies"
# so many copies of a session must stand in order, and so large a part of what its range should
# hold, before what is lacking says anything
ENOUGH, MOST = 5, 2 / 3
_GONE = "'withdrawn', 'never came', 'lost', 'paid for', 'missing', 'claimed returned'"
WITHIN = """scanned_at >= coalesce($since::timestamp, '-infinity')
                and scanned_at < coalesce($until::timestamp, 'infinity')"""

# A session is what one list saw on one day at one branch and shelf, each copy once, where it was
# seen last. Where a copy belongs that is scanned among others, most of these say.
SCANNED = f"""
    session_scan as (
        select
            dense_rank() over (
                order by
                    scanned_at::date desc,
                    source,
                    branch nulls last,
                    shelf nulls last,
                    list_id
            ) as session,
            scanned_at::date as day,
            branch,
            shelf,
            barcode,
            position,
            place,
            scanned_at
        from shelf_scan
        where is_seen and {WITHIN}
        qualify row_number() over (
            partition by source, scanned_at::date, branch, shelf, list_id, barcode
            order by scanned_at desc, position desc, place desc
        ) = 1
    ),
    bearer as (
        select
            barcode,
            min(source) as source,
            min(item_key) as item_key,
            count(*) as copies
        from item
        where barcode is not null
        group by all
    ),
    scanned as materialized (
        select
            c.session,
            c.day,
            c.branch,
            c.shelf,
            c.barcode,
            c.scanned_at,
            row_number() over (
                partition by c.session
                order by c.position nulls last, c.scanned_at, c.place, c.barcode
            ) as place,
            b.copies,
            i.source,
            i.item_key,
            i.item_id,
            i.title_id,
            i.call_number,
            i.call_number_scheme,
            i.volume,
            coalesce(i.current_branch, i.owning_branch) as of_branch,
            coalesce(i.permanent_location, i.location) as of_location,
            i.collection as of_collection,
            s.role,
            s.is_on_shelf,
            s.unknown_code,
            -- what its record says is of a later day
            coalesce(
                greatest(
                    i.lost_on, i.withdrawn_on, i.last_borrowed_on, i.last_in_house_on
                ) > c.day,
                false
            ) as has_moved
        from session_scan c
        left join bearer b using (barcode)
        left join dated_item i
            on b.copies = 1 and i.source = b.source and i.item_key = b.item_key
        left join copy_state s on s.source = i.source and s.item_key = i.item_key
    ),
    common as (
        select
            session,
            of_branch,
            of_location,
            of_collection
        from scanned
        where copies = 1
        group by session, of_branch, of_location, of_collection
        qualify 2 * count(*) > sum(count(*)) over (partition by session)
    ),
    -- what stands there by the record, and was not scanned
    unseen as materialized (
        select
            c.session,
            i.source,
            i.title_id,
            i.barcode,
            i.call_number,
            i.call_number_scheme,
            i.volume,
            c.of_branch,
            c.of_location,
            c.of_collection
        from (select distinct session, day, coalesce(branch, of_branch) as at_branch from scanned) d
        join common c using (session)
        join dated_item i
            on coalesce(i.current_branch, i.owning_branch) = d.at_branch
            and coalesce(i.permanent_location, i.location) is not distinct from c.of_location
            and i.collection is not distinct from c.of_collection
        join copy_state s on s.source = i.source and s.item_key = i.item_key and s.is_on_shelf
        -- by this list, or by another one of the day or since
        anti join scanned n on n.barcode = i.barcode and n.day >= d.day
        where c.of_branch = d.at_branch
            and not coalesce(
                greatest(
                    i.added_on, i.last_borrowed_on, i.last_in_house_on, i.last_seen_on
                ) > d.day,
                false
            )
    ),
    -- a key is dear to plan: all are asked for in one place
    keyed as materialized (
        select
            number,
            scheme,
            call_number_key(number, scheme) as key
        from (
            select call_number as number, call_number_scheme as scheme from scanned
            union
            select call_number, call_number_scheme from unseen
            union
            select volume, null from scanned
            union
            select volume, null from unseen
        )
        where number is not null
    ),
    judged as (
        select
            s.*,
            k.key,
            coalesce(v.key, '') as volume_key,
            case
                when s.copies is null then '{UNKNOWN}'
                when s.copies > 1 then '{SEVERAL}'
                when s.unknown_code is not null then '{NO_ROLE}'
                when not s.has_moved and s.role in ({_GONE}) then '{FOUND}' || s.role
                when not s.has_moved and not s.is_on_shelf then '{AWAY}' || s.role
                when s.of_branch <> coalesce(s.branch, c.of_branch) then '{BRANCH}'
                when c.session is not null
                    and (s.of_location, s.of_collection)
                        is distinct from (c.of_location, c.of_collection)
                    then '{SHELF}'
                when k.key is null then '{NO_KEY}'
            end as other
        from scanned s
        left join common c using (session)
        left join keyed k
            on k.number = s.call_number and k.scheme is not distinct from s.call_number_scheme
        left join keyed v on v.number = s.volume and v.scheme is null
    )
"""
FINDINGS = f"""
    finding as materialized (
        select
            *,
            coalesce(
                other,
                if(session || ':' || place in (select unnest($moved)), '{ORDER}', '{STANDS}')
            ) as found
        from judged
    ),
    -- the copies in order round each: where to fetch it, and whether it stands between them; and
    -- whether no later scan saw it
    beside as (
        select
            *,
            row_number() over (partition by barcode order by scanned_at desc, session, place) = 1
                as is_last,
            last_value(if(found = '{STANDS}', call_number, null) ignore nulls) over before
                as call_number_before,
            first_value(if(found = '{STANDS}', call_number, null) ignore nulls) over behind
                as call_number_behind,
            not coalesce(key >= max(if(found = '{STANDS}', key, null)) over before, true)
                or not coalesce(key <= min(if(found = '{STANDS}', key, null)) over behind, true)
                as is_elsewhere
        from finding
        window
            before as (
                partition by session order by place
                rows between unbounded preceding and 1 preceding
            ),
            behind as (
                partition by session order by place
                rows between 1 following and unbounded following
            )
    ),
    stretch as (
        select
            session,
            min(day) as day,
            min(branch) as branch,
            min(shelf) as shelf,
            min(key) as first_key,
            max(key) as last_key,
            count(*) as standing
        from finding
        where found = '{STANDS}'
        group by session
        having count(*) >= {ENOUGH}
    ),
    lacking as (
        select
            t.* exclude (first_key, last_key),
            u.* exclude (session, call_number_scheme, volume),
            k.key,
            count(*) over (partition by t.session) as absent
        from stretch t
        join unseen u using (session)
        join keyed k
            on k.number = u.call_number and k.scheme is not distinct from u.call_number_scheme
        where k.key between t.first_key and t.last_key
    ),
    absent as (
        from lacking
        where standing >= {MOST} * (standing + absent)
        qualify row_number() over (partition by source, barcode order by session) = 1
    )
"""

"""Issues of serials laid in rows by volume and number, and the holes between those that came."""

from __future__ import annotations

from libstats.analysis.serial_issues import ISSUES, read_sql

__all__ = ["LAID"]

# CTEs: `laid`, each issue with its row, place and form; `line`, those with a number; `come`, those
# of them that came; `told_of`, the issues that lines tell of in a hole; `stranger`, what came in a
# hole's days and may be what lacks; `sure`, the holes where nothing did. $as_of is a parameter.
# An issue without a volume among those of one volume is of that volume where its numbers, with
# those of its like beside it, fill the place between them exactly.
LAID = f"""
        {ISSUES},
        numbered as (
            select
                *,
                coalesce(subscription_id, 'title ' || title_id) || coalesce(' at ' || branch, '')
                    as of_serial,
                {read_sql("enumeration")} as place,
                row_number() over (
                    partition by source, of_serial
                    order by coalesce(expected_on, received_on) nulls last, serial_issue_id
                ) as nth
            from issue
        ),
        beside as (
            select
                source,
                serial_issue_id,
                of_serial,
                place,
                place.number as first_number,
                greatest(place.last, place.number) as last_number,
                last_value(
                    if(
                        place.volume is null,
                        null,
                        {{'nth': nth, 'volume': place.volume,
                            'number': greatest(place.last, place.number)}}
                    )
                    ignore nulls
                ) over (
                    partition by source, of_serial order by nth
                    rows between unbounded preceding and 1 preceding
                ) as above,
                first_value(
                    if(
                        place.volume is null,
                        null,
                        {{'nth': nth, 'volume': place.volume, 'number': place.number}}
                    )
                    ignore nulls
                ) over (
                    partition by source, of_serial order by nth
                    rows between 1 following and unbounded following
                ) as below
            from numbered
            where of_serial is not null
        ),
        fitting as (
            select
                source,
                unnest(list(serial_issue_id)) as serial_issue_id,
                any_value(above.volume) as of_volume
            from beside
            where place.number is not null and place.volume is null
            group by source, of_serial, above.nth, below.nth
            having any_value(above.volume) = any_value(below.volume)
                and min(first_number) = any_value(above.number) + 1
                and max(last_number) = any_value(below.number) - 1
                and sum(1 + last_number - first_number)
                    = any_value(below.number) - any_value(above.number) - 1
        ),
        laid as (
            select
                n.*,
                coalesce(n.place.volume, f.of_volume) as volume,
                case
                    when n.place.number is null then 'none'
                    when volume is null then 'number'
                    when volume between 1900 and 2099 then 'year and number'
                    else 'volume and number'
                end as form
            from numbered n
            left join fitting f using (source, serial_issue_id)
        ),
        -- where no volume is told, numbers that fall back begin anew
        fallen as (
            select
                *,
                volume is null and place.number < lag(place.number) over (
                    partition by source, of_serial, volume
                    order by nth
                ) as is_new
            from laid
            where place.number is not null and of_serial is not null
        ),
        line as (
            select
                * exclude (place, is_new),
                place.number as first_number,
                greatest(place.last, place.number) as last_number,
                sum(coalesce(is_new, false)::integer) over (
                    partition by source, of_serial, volume
                    order by nth
                    rows unbounded preceding
                ) as run
            from fallen
        ),
        come as (
            select
                *,
                max(last_number) over earlier as before,
                arg_max(nth, last_number) over earlier as nth_before
            from line
            where stands = 'received'
            window earlier as (
                partition by source, of_serial, volume, run
                order by first_number, last_number, serial_issue_id
                rows between unbounded preceding and 1 preceding
            )
        ),
        hole as (
            select
                source,
                of_serial,
                volume,
                run,
                form,
                before + 1 as from_number,
                first_number - 1 as to_number,
                least(nth, nth_before) as after_nth,
                greatest(nth, nth_before) as until_nth,
                title,
                subscription_id,
                vendor,
                branch
            from come
            where first_number > before + 1
        ),
        told_of as (
            select
                h.source,
                h.of_serial,
                h.volume,
                h.run,
                h.from_number,
                l.serial_issue_id,
                l.stands,
                -- of a double issue that reaches over the hole, what lies in it
                1 + least(l.last_number, h.to_number) - greatest(l.first_number, h.from_number)
                    as numbers
            from hole h
            join line l
                on l.source = h.source
                and l.of_serial = h.of_serial
                and l.volume is not distinct from h.volume
                and l.run = h.run
                and l.first_number <= h.to_number
                and l.last_number >= h.from_number
            -- of two lines of one number the one that may still come
            qualify row_number() over (
                partition by h.source, h.of_serial, h.volume, h.run, h.from_number, l.first_number
                order by l.stands in ('late', 'to come', 'not known') desc, l.serial_issue_id
            ) = 1
        ),
        summed as (
            select
                h.*,
                1 + h.to_number - h.from_number as width,
                coalesce(sum(t.numbers) filter (
                    where t.stands in ('late', 'to come', 'not known')
                ), 0) as to_claim,
                coalesce(sum(t.numbers) filter (where t.stands = 'never came'), 0) as never_came,
                coalesce(sum(t.numbers) filter (where t.stands = 'not published'), 0)
                    as unpublished
            from hole h
            left join told_of t
                on t.source = h.source
                and t.of_serial = h.of_serial
                and t.volume is not distinct from h.volume
                and t.run = h.run
                and t.from_number = h.from_number
            group by all
        ),
        measured as (
            select
                *,
                greatest(width - to_claim - never_came - unpublished, 0) as without_line
            from summed
        ),
        -- what came between both sides of a hole, and is written in another form, may be what lacks
        stranger as (
            select distinct
                s.source,
                s.serial_issue_id,
                h.of_serial,
                h.volume,
                h.run,
                h.from_number
            from measured h
            join laid s
                on s.source = h.source
                and s.of_serial = h.of_serial
                and s.nth > h.after_nth
                and s.nth < h.until_nth
                and s.form <> h.form
                and s.stands = 'received'
            where h.without_line > 0
        ),
        sure as (
            select *
            from measured h
            anti join stranger s
                on s.source = h.source
                and s.of_serial = h.of_serial
                and s.volume is not distinct from h.volume
                and s.run = h.run
                and s.from_number = h.from_number
        )"""
